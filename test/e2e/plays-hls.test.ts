import t from 'tap'
import { DEMO_ENTRIES, resetCalls } from '../../src/demo/kaltura/index.js'
import type { DemoOptions } from '../../src/demo/start.js'
import { withPage } from '../helpers/browser.js'
import { entryUrl, settledAnswer, withDemo } from '../helpers/demo.js'
import { playerSite, playHls } from '../helpers/player-site.js'

interface Case {
  name: string
  options: DemoOptions
  /** Whether the gateway answers the master itself; else it sends the player to Kaltura. */
  itself: boolean
}

const CASES: readonly Case[] = [
  { name: 'mirror', options: { env: { DELIVERY: 'mirror' } }, itself: true },
  { name: 'proxy', options: { env: { DELIVERY: 'proxy' } }, itself: true },
  { name: 'redirect', options: { env: { DELIVERY: 'redirect' } }, itself: false },
  { name: 'no credential', options: { withSecret: false }, itself: false },
  { name: 'sharing not stated', options: { env: { KALTURA_SHARE_PUBLIC: 'false' } }, itself: false }
]

for (const { name, options, itself } of CASES) {
  t.test(`hls.js plays applehttp: ${name}`, async (t) => {
    const demo = await withDemo(t, options)
    const site = await playerSite(t)
    const url = `${entryUrl(demo, DEMO_ENTRIES.public)}/format/applehttp/protocol/http/a.m3u8`
    const answer = await settledAnswer(url)
    if (itself) {
      t.equal(answer.status, 200)
      t.match(answer.body, /^#EXTM3U\n/)
    } else {
      t.equal(answer.status, 302)
      t.match(answer.headers.get('location'), new RegExp(`^${demo.kalturaUrl}/p/101/`))
    }
    resetCalls(demo.state)
    await withPage(t, async (page) => {
      const asked: string[] = []
      page.on('request', (request) => asked.push(request.url()))
      await playHls(page, site, url)
      t.equal(await page.evaluate('hls.levels.length'), 4, 'the renditions that Kaltura chooses')
      t.same(await page.evaluate('hls.audioTracks.map((track) => track.lang)'), ['en', 'es'])
      t.equal(await page.evaluate('window.failure'), undefined)
      t.ok(asked.includes(url), 'the player asked the gateway')
      t.equal(
        asked.some((one) => one.startsWith(demo.kalturaUrl)),
        !itself,
        'the player was sent to Kaltura only where it has to be'
      )
      if (itself) t.match(demo.state.calls, { api: 0, playManifest: 0 }, 'a warm answer needs no upstream')
    })
  })
}
