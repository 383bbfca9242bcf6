import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import t from 'tap'
import { buildCdn } from '../../src/demo/cdn/build-cdn.js'
import { isMediaKey } from '../../src/demo/media-files.js'
import { playedPast, withPage } from '../helpers/browser.js'

// Flavor ids of these tests are media keys behind a common prefix, as multi-flavor URLs cut them.
const cdn = buildCdn({
  lookup: (_entry, flavor) => (isMediaKey(flavor.slice(2)) ? (flavor.slice(2) as 'v180') : undefined)
})
const base = '/p/102/sp/10200/serveFlavor/entryId/0_abcd1234/v/1/ev/2/flavorId'
const ladder = '0_v,180,270,360,540,'
const all = '0_,v180,v270,v360,v540,audio-en,audio-es,'

// Played at three times the speed, to keep the run short.
// The page is of another origin than the media, so that a missing CORS header shows.
const scripts: Record<string, string> = {
  '/hls.js': 'node_modules/hls.js/dist/hls.min.js',
  '/shaka.js': 'node_modules/shaka-player/dist/shaka-player.compiled.js'
}
const site = createServer(async (request, response) => {
  const file = scripts[request.url ?? '']
  if (file) return response.setHeader('content-type', 'text/javascript').end(await readFile(file))
  response.setHeader('content-type', 'text/html')
  response.end(
    '<!doctype html><title>t</title><video muted></video><script src=/hls.js></script><script src=/shaka.js></script>'
  )
})
let origin = ''
let page = ''

t.before(async () => {
  origin = await cdn.listen({ host: '127.0.0.1', port: 0 })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  page = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`
})
t.teardown(async () => {
  site.close()
  await cdn.close()
})

async function playHls(tab: Page, path: string): Promise<void> {
  await tab.goto(page)
  await tab.evaluate(`(() => {
    const video = document.querySelector('video')
    const hls = (window.hls = new Hls())
    hls.on(Hls.Events.ERROR, (_event, data) => {
      if (data.fatal) window.failure = data.type + ' ' + data.details + ' ' + (data.reason || '')
    })
    hls.loadSource(${JSON.stringify(origin + path)})
    hls.attachMedia(video)
    video.defaultPlaybackRate = video.playbackRate = 3
    video.play().catch(() => {})
  })()`)
  await playedPast(tab, 3)
}

async function playShaka(tab: Page, path: string): Promise<void> {
  await tab.goto(page)
  await tab.evaluate(`(async () => {
    shaka.polyfill.installAll()
    const video = document.querySelector('video')
    const player = (window.player = new shaka.Player())
    player.addEventListener('error', (event) => (window.failure = 'shaka ' + event.detail.code))
    await player.attach(video)
    await player.load(${JSON.stringify(origin + path)})
    video.defaultPlaybackRate = video.playbackRate = 3
    video.play().catch(() => {})
  })()`)
  await playedPast(tab, 3)
}

t.test('hls.js plays the master of a ladder', (t) =>
  withPage(t, async (tab) => {
    await playHls(tab, `/hls${base}/${ladder}/name/a.mp4/index.m3u8.urlset/master.m3u8`)
    t.equal(await tab.evaluate('hls.levels.length'), 4)
    t.ok(Math.abs((await tab.evaluate<number>('document.querySelector("video").duration')) - 12) < 0.2, 'lasts 12 s')
  })
)

t.test('hls.js plays muxed variants with alternate audio and changes the language', (t) =>
  withPage(t, async (tab) => {
    await playHls(tab, `/hls${base}/${all}/name/a.mp4/index.m3u8.urlset/master.m3u8`)
    t.same(await tab.evaluate('hls.audioTracks.map((track) => track.lang)'), ['en', 'es'])
    await tab.evaluate('hls.audioTrack = 1')
    await playedPast(tab, 6)
    t.equal(await tab.evaluate('hls.audioTrack'), 1)
    t.equal(await tab.evaluate('window.failure'), undefined)
  })
)

t.test('hls.js plays fragmented MP4', (t) =>
  withPage(t, async (tab) => {
    await playHls(tab, `/hls/container/fmp4${base}/${all}/name/a.mp4/index.m3u8.urlset/master.m3u8`)
    t.equal(await tab.evaluate('hls.levels.length'), 4)
  })
)

t.test('hls.js plays an audio flavor alone', (t) =>
  withPage(t, (tab) => playHls(tab, `/hls${base}/0_audio-es/name/a.mp4/index.m3u8/master.m3u8`))
)

t.test('shaka-player plays the MPD', (t) =>
  withPage(t, async (tab) => {
    await playShaka(tab, `/dash${base}/${all}/forceproxy/true/name/a.mp4.urlset/manifest.mpd`)
    const tracks = await tab.evaluate<{ language: string; height: number }[]>('player.getVariantTracks()')
    t.same([...new Set(tracks.map((track) => track.language))].sort(), ['en', 'es'])
    t.same([...new Set(tracks.map((track) => track.height))].sort(), [180, 270, 360, 540])
  })
)

t.test('shaka-player plays the MPD of one video flavor with its own sound', (t) =>
  withPage(t, async (tab) => {
    await playShaka(tab, `/dash${base}/0_v360/forceproxy/true/name/a.mp4/manifest.mpd`)
    t.match(await tab.evaluate('player.getVariantTracks()'), [{ language: 'en', audioCodec: 'mp4a.40.2', height: 360 }])
  })
)

t.test('a plain <video> plays and seeks the progressive MP4', (t) =>
  withPage(t, async (tab) => {
    await tab.goto(page)
    await tab.evaluate(`(() => {
      const video = document.querySelector('video')
      video.src = ${JSON.stringify(`${origin}${base}/0_v360/name/a.mp4`)}
      video.defaultPlaybackRate = video.playbackRate = 3
      video.play().catch(() => {})
    })()`)
    await playedPast(tab, 3)
    await tab.evaluate('document.querySelector("video").currentTime = 8')
    await playedPast(tab, 9)
    t.equal(await tab.evaluate('document.querySelector("video").videoHeight'), 360)
  })
)
