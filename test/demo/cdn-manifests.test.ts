import { DOMParser } from '@xmldom/xmldom'
import t, { type Test } from 'tap'
import { buildCdn } from '../../src/demo/cdn/build-cdn.js'
import { isMediaKey, mediaFiles } from '../../src/demo/media-files.js'

// Flavor ids of these tests are media keys behind a common prefix, as multi-flavor URLs cut them.
const cdn = buildCdn({
  lookup: (_entry, flavor) => {
    const key = flavor.slice(2)
    return isMediaKey(key) ? key : undefined
  }
})
const base = '/p/102/sp/10200/serveFlavor/entryId/0_abcd1234/v/1/ev/2/flavorId'
const file = 'name/a.mp4'

t.teardown(() => cdn.close())

async function body(t: Test, url: string, type: string): Promise<string> {
  const response = await cdn.inject({ url })
  t.equal(response.statusCode, 200, url)
  t.equal(response.headers['content-type'], type)
  t.equal(response.headers['access-control-allow-origin'], '*')
  return response.body
}
const hls = (t: Test, url: string) => body(t, url, 'application/vnd.apple.mpegurl')

/** The lines that are URIs, and those in URI attributes. */
function uris(playlist: string): string[] {
  const attributes = [...playlist.matchAll(/URI="([^"]*)"/g)].map((match) => match[1]!)
  return [...attributes, ...playlist.split('\n').filter((line) => line !== '' && !line.startsWith('#'))]
}
const beside = (url: string, relative: string) => new URL(relative, `http://cdn.test${url}`).pathname

t.test('HLS of one rendition', async (t) => {
  const url = `/hls${base}/0_v360/${file}/index.m3u8`
  const playlist = await hls(t, url)
  t.match(playlist, /^#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n/)
  t.match(playlist, /#EXT-X-ENDLIST\n$/)
  t.same(
    uris(playlist),
    [1, 2, 3, 4, 5, 6].map((n) => `seg-${n}-v1-a1.ts`)
  )
  for (const uri of uris(playlist)) {
    const segment = await cdn.inject({ url: beside(url, uri) })
    t.equal(segment.headers['content-type'], 'video/mp2t')
    t.equal(segment.rawPayload.length % 188, 0, 'whole transport packets')
    const packets = Array.from({ length: 3 }, (_, i) => segment.rawPayload.subarray(i * 188, i * 188 + 188))
    t.ok(packets.every((packet) => packet[0] === 0x47))
    t.ok(
      packets.some((packet) => (packet.readUInt16BE(1) & 0x1fff) === 0),
      'begins with a program table'
    )
  }
})

t.test('HLS multi master: every URI leads somewhere', async (t) => {
  const url = `/hls${base}/0_v,180,270,360,540,/${file}/index.m3u8.urlset/master.m3u8`
  const master = await hls(t, url)
  t.same(
    uris(master),
    [1, 2, 3, 4].map((f) => `index-f${f}-v1-a1.m3u8`)
  )
  t.match(master, /BANDWIDTH=\d+,RESOLUTION=320x180,FRAME-RATE=25\.000,CODECS="avc1\.4d400c,mp4a\.40\.2"\nindex-f1/)
  t.notMatch(master, 'EXT-X-MEDIA:')
  for (const uri of uris(master)) {
    const playlist = await hls(t, beside(url, uri))
    for (const segment of uris(playlist)) t.equal((await cdn.inject({ url: beside(url, segment) })).statusCode, 200)
  }
})

t.test('HLS master of a lone flavor', async (t) => {
  const url = `/hls${base}/0_v270/${file}/index.m3u8/master.m3u8`
  t.same(uris(await hls(t, url)), ['index-v1-a1.m3u8'])
  t.match(await hls(t, beside(url, 'index-v1-a1.m3u8')), 'seg-1-v1-a1.ts')
})

t.test('HLS master with audio flavors', async (t) => {
  const path = (flavors: string) => `/hls${base}/0_${flavors}/${file}/index.m3u8.urlset/master.m3u8`
  const sameLanguage = await hls(t, path(',v180,audio-en,'))
  t.same(uris(sameLanguage), ['index-f1-v1-a1.m3u8', 'index-f2-a1.m3u8'], 'an audio-only variant')
  t.notMatch(sameLanguage, 'RESOLUTION=0')
  const both = await hls(t, path(',audio-es,v180,v360,audio-en,'))
  t.same(uris(both), ['index-f1-a1.m3u8', 'index-f4-a1.m3u8', 'index-f2-v1-a1.m3u8', 'index-f3-v1-a1.m3u8'])
  t.match(both, 'LANGUAGE="es",NAME="Spanish",AUTOSELECT=YES,DEFAULT=YES')
  t.equal(both.match(/,AUDIO="audio"/g)?.length, 2)
  const spanish = await hls(t, path(',v360,audio-es,'))
  t.same(uris(spanish), ['index-f1-a1.m3u8', 'index-f2-a1.m3u8', 'index-f1-v1-a1.m3u8'], 'English is that of the video')
  t.match(spanish, /LANGUAGE="en",NAME="English",AUTOSELECT=YES,DEFAULT=YES,CHANNELS="2",URI="index-f1-a1/)
  const soundOnly = await hls(t, path('audio-,en,es,'))
  t.same(uris(soundOnly), ['index-f1-a1.m3u8', 'index-f2-a1.m3u8', 'index-f1-a1.m3u8'])
  const alternate = await hls(t, beside(path(',v360,audio-es,'), 'index-f1-a1.m3u8'))
  t.match(alternate, 'seg-1-f1-a1.ts')
})

t.test('HLS in fragmented MP4', async (t) => {
  const url = `/hls/container/fmp4${base}/0_v,180,360,/${file}/index.m3u8.urlset/master.m3u8`
  const master = await hls(t, url)
  t.same(uris(master), ['index-f1-a1.m3u8', 'index-f1-v1.m3u8', 'index-f2-v1.m3u8'])
  for (const [name, type] of [
    ['index-f1-a1', 'audio/mp4'],
    ['index-f2-v1', 'video/mp4']
  ] as const) {
    const playlist = await hls(t, beside(url, `${name}.m3u8`))
    const [init, ...segments] = uris(playlist)
    t.match(playlist, `#EXT-X-MAP:URI="${init}"`)
    t.equal(segments.length, 6)
    const response = await cdn.inject({ url: beside(url, init!) })
    t.equal(response.rawPayload.toString('latin1', 4, 8), 'ftyp')
    for (const uri of segments) {
      const segment = await cdn.inject({ url: beside(url, uri) })
      t.equal(segment.headers['content-type'], type)
      t.equal(segment.rawPayload.toString('latin1', 4, 8), 'moof')
    }
  }
})

t.test('DASH: renditions and languages', async (t) => {
  const url = `/dash${base}/0_,v180,v360,audio-en,audio-es,/forceproxy/true/${file}.urlset/manifest.mpd`
  const mpd = new DOMParser().parseFromString(await body(t, url, 'application/dash+xml'), 'text/xml')
  const root = mpd.documentElement!
  t.equal(root.getAttribute('type'), 'static')
  t.equal(root.getAttribute('mediaPresentationDuration'), 'PT12.000S')
  const sets = [...root.getElementsByTagName('AdaptationSet')]
  t.same(
    sets.map((set) => set.getAttribute('contentType')),
    ['video', 'audio', 'audio']
  )
  t.same(
    sets.map((set) => set.getAttribute('lang')),
    [null, 'en', 'es']
  )
  const representations = [...root.getElementsByTagName('Representation')]
  t.same(
    representations.map((one) => one.getAttribute('id')),
    ['f1-v1', 'f2-v1', 'f3-a1', 'f4-a1']
  )
  t.equal(representations[1]!.getAttribute('codecs'), mediaFiles.v360.videoCodec)
  for (const one of representations) {
    const id = one.getAttribute('id')
    const times = [...one.getElementsByTagName('S')]
    const count = times.reduce((sum, s) => sum + 1 + Number(s.getAttribute('r') ?? 0), 0)
    t.equal(count, 6)
    t.equal((await cdn.inject({ url: beside(url, `init-${id}.mp4`) })).statusCode, 200)
    t.equal((await cdn.inject({ url: beside(url, `fragment-${count}-${id}.m4s`) })).statusCode, 200)
    t.equal((await cdn.inject({ url: beside(url, `fragment-${count + 1}-${id}.m4s`) })).statusCode, 404)
  }
})

t.test('DASH: the sound of a lone video flavor, and sound alone', async (t) => {
  const manifest = (flavors: string) => body(t, `/dash${base}/${flavors}/manifest.mpd`, 'application/dash+xml')
  const lone = await manifest(`0_v540/forceproxy/true/${file}`)
  t.match(lone, '<Representation id="v1"')
  t.match(lone, /contentType="audio" mimeType="audio\/mp4" lang="en"/)
  t.match(lone, '<Representation id="a1"')
  const sound = await manifest(`0_audio-,en,es,/forceproxy/true/${file}.urlset`)
  t.notMatch(sound, 'contentType="video"')
  t.same(
    [...sound.matchAll(/lang="(..)"/g)].map((match) => match[1]),
    ['en', 'es']
  )
})
