import t from 'tap'
import { DEMO_ENTRIES, resetCalls } from '../../src/demo/kaltura/index.js'
import type { Demo, DemoOptions } from '../../src/demo/start.js'
import { withPage } from '../helpers/browser.js'
import { entryUrl, settledAnswer, withDemo } from '../helpers/demo.js'
import { playDash, playerSite } from '../helpers/player-site.js'

interface Case {
  name: string
  options: DemoOptions
  /** Where a 302 leads; null: the gateway answers the MPD itself. */
  leadsTo: 'cdnUrl' | 'kalturaUrl' | null
}

const CASES: readonly Case[] = [
  { name: 'mirror', options: { env: { DELIVERY: 'mirror' } }, leadsTo: 'cdnUrl' },
  { name: 'proxy', options: { env: { DELIVERY: 'proxy' } }, leadsTo: null },
  { name: 'redirect', options: { env: { DELIVERY: 'redirect' } }, leadsTo: 'cdnUrl' },
  { name: 'no credential', options: { withSecret: false }, leadsTo: 'kalturaUrl' }
]

/** Renditions that Kaltura's default tags for DASH choose, by height. */
function dashHeights({ catalog }: Demo): number[] {
  const tagged = catalog.flavorsOf(DEMO_ENTRIES.public).filter(({ tags }) => tags.includes('dash'))
  return [...new Set(tagged.map(({ height }) => height))].sort((a, b) => a - b)
}

for (const { name, options, leadsTo } of CASES) {
  t.test(`shaka-player plays mpegdash: ${name}`, async (t) => {
    const demo = await withDemo(t, options)
    const site = await playerSite(t)
    const url = `${entryUrl(demo, DEMO_ENTRIES.public)}/format/mpegdash/protocol/http/a.mpd`
    const answer = await settledAnswer(url)
    if (leadsTo === null) {
      t.equal(answer.status, 200)
      t.equal(answer.headers.get('content-type'), 'application/dash+xml')
      t.match(answer.body, /<MPD/)
    } else {
      t.equal(answer.status, 302)
      t.ok(answer.headers.get('location')?.startsWith(`${demo[leadsTo]}/`), answer.headers.get('location') ?? 'none')
      if (leadsTo === 'cdnUrl') t.match(answer.headers.get('location'), /\/manifest\.mpd$/)
    }
    resetCalls(demo.state)
    await withPage(t, async (page) => {
      const asked: string[] = []
      page.on('request', (request) => asked.push(request.url()))
      await playDash(page, site, url)
      const tracks = await page.evaluate<{ language: string; height: number }[]>('player.getVariantTracks()')
      t.same(
        [...new Set(tracks.map(({ height }) => height))].sort((a, b) => a - b),
        dashHeights(demo)
      )
      t.equal(await page.evaluate('window.failure'), undefined)
      t.ok(asked.includes(url), 'the player asked the gateway')
      if (leadsTo !== 'kalturaUrl') {
        t.match(demo.state.calls, { api: 0, playManifest: 0 }, 'a warm answer needs no upstream')
      }
    })
  })
}
