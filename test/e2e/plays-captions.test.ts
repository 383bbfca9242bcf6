import t from 'tap'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { withPage } from '../helpers/browser.js'
import { entryUrl, withDemo } from '../helpers/demo.js'
import { playerSite, playHls } from '../helpers/player-site.js'

t.test('hls.js shows the captions that an HLS master names', async (t) => {
  const demo = await withDemo(t, { env: { DELIVERY: 'mirror' } })
  const site = await playerSite(t)
  const url = `${entryUrl(demo, DEMO_ENTRIES.public)}/format/applehttp/protocol/http/a.m3u8`
  await withPage(t, async (page) => {
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await playHls(page, site, url)
    const names = await page.evaluate('hls.subtitleTracks.map((track) => track.name)')
    t.strictSame(names, ['English', 'Spanish'])
    t.notOk(
      asked.some((request) => request.includes('serveWebVTT')),
      'captions nobody chose are not asked for'
    )
    await page.evaluate(`new Promise((resolve) => {
      hls.on(Hls.Events.SUBTITLE_FRAG_PROCESSED, resolve)
      hls.subtitleTrack = 1
    })`)
    t.ok(
      asked.some((request) => request.includes('captionAssetId/0_publcces')),
      'by way of the API'
    )
    t.ok(
      asked.some((request) => request.endsWith('/captions/es.m3u8')),
      'to the playlist of the CDN'
    )
    const cues = await page.evaluate(
      `[...document.querySelector('video').textTracks].flatMap((track) => [...(track.cues ?? [])]).length`
    )
    t.ok((cues as number) > 0, 'with cues')
  })
})
