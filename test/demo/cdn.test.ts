import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { buildCdn } from '../../src/demo/cdn/build-cdn.js'
import { type MediaKey, mediaDirectory } from '../../src/demo/media-files.js'

const entry = '0_abcd1234'
const flavors: Record<string, MediaKey> = {
  '0_aaaa1111': 'v180',
  '0_aabb2222': 'v360',
  '0_en000000': 'audio-en',
  '0_es000000': 'audio-es'
}
const cdn = buildCdn({ lookup: (entryId, flavorId) => (entryId === entry ? flavors[flavorId] : undefined) })
const base = `/p/102/sp/10200/serveFlavor/entryId/${entry}/v/1/ev/2/flavorId`
const progressive = `${base}/0_aaaa1111/name/a.mp4`
const file = readFileSync(join(mediaDirectory, 'v180.mp4'))

t.teardown(() => cdn.close())

const get = (url: string, headers: Record<string, string> = {}) => cdn.inject({ url, headers })

t.test('progressive: the whole file', async (t) => {
  const response = await get(progressive)
  t.equal(response.statusCode, 200)
  t.ok(response.rawPayload.equals(file))
  t.match(response.headers, {
    'content-type': 'video/mp4',
    'content-length': `${file.length}`,
    'accept-ranges': 'bytes',
    'access-control-allow-origin': '*'
  })
  t.match(response.headers['access-control-expose-headers'], /Content-Length, Content-Range/)
  t.equal((await get(`${base}/0_en000000/forceproxy/true/name/a.mp4?x=1`)).headers['content-type'], 'audio/mp4')
})

t.test('progressive: HEAD, over a real socket too', async (t) => {
  const origin = await cdn.listen({ host: '127.0.0.1', port: 0 })
  const response = await fetch(origin + progressive, { method: 'HEAD', headers: { range: 'bytes=0-9' } })
  t.equal(response.status, 200, 'a range is for GET alone')
  t.equal(response.headers.get('content-length'), `${file.length}`)
  t.equal((await response.arrayBuffer()).byteLength, 0)
  const part = await fetch(origin + progressive, { headers: { range: 'bytes=4-7' } })
  t.equal(part.status, 206)
  t.equal(await part.text(), 'ftyp')
})

t.test('progressive: ranges', async (t) => {
  const { etag } = (await get(progressive)).headers
  const part = await get(progressive, { range: 'bytes=100-199' })
  t.equal(part.statusCode, 206)
  t.ok(part.rawPayload.equals(file.subarray(100, 200)))
  t.match(part.headers, { 'content-range': `bytes 100-199/${file.length}`, 'content-length': '100', etag })
  const tail = await get(progressive, { range: 'bytes=-5', 'if-range': etag! })
  t.ok(tail.rawPayload.equals(file.subarray(-5)))
  t.equal((await get(progressive, { range: 'bytes=0-1', 'if-range': '"other"' })).statusCode, 200)
  t.equal((await get(progressive, { 'if-none-match': etag! })).statusCode, 304)
  const beyond = await get(progressive, { range: `bytes=${file.length}-` })
  t.equal(beyond.statusCode, 416)
  t.match(beyond.headers, { 'content-range': `bytes */${file.length}`, 'access-control-allow-origin': '*' })
  t.equal(beyond.headers.etag, undefined)
})

t.test('download: an attachment, with a name that cannot break the header', async (t) => {
  const name = encodeURIComponent('Test_"(Basic)\r\né.mp4')
  const response = await get(`${base}/0_aaaa1111/fileName/${name}/forceproxy/true/name/a.mp4`)
  t.equal(response.statusCode, 200)
  t.equal(response.headers['content-disposition'], 'attachment; filename="Test__(Basic)___.mp4"')
  t.equal(response.headers['content-type'], 'application/force-download')
})

t.test('what does not exist is 404, with CORS', async (t) => {
  const multi = `${base}/0_,aaaa1111,cccc3333,/name/a.mp4/index.m3u8.urlset`
  for (const url of [
    `${base}/0_unknown0/name/a.mp4`,
    progressive.replace(entry, '0_other000'),
    `/hls${multi}/master.m3u8`,
    `/hls${base}/0_aaaa1111/name/a.mp4/manifest.mpd`,
    `/hls${base}/0_aaaa1111/name/a.mp4/index-v1.m3u8`,
    `/hls${base}/0_aaaa1111/name/a.mp4/index-f2.m3u8`,
    `/hls${base}/0_aaaa1111/name/a.mp4/seg-1-v1-a1.m4s`,
    `/hls${base}/0_aaaa1111/name/a.mp4/seg-7-v1-a1.ts`,
    `/hls${base}/0_aaaa1111/name/a.mp4/init-v1-a1.mp4`,
    `/hls${base}/0_en000000/name/a.mp4/seg-1-v1.ts`,
    `/hls/container/fmp4${base}/0_aaaa1111/name/a.mp4/index.m3u8`,
    `/dash${base}/0_aaaa1111/forceproxy/true/name/a.mp4/fragment-7-v1.m4s`,
    '/captions/fr.vtt',
    '/captions/constructor.vtt',
    '/',
    '/p/102/sp/10200/serveFlavor/entryId/%zz/flavorId/0_aaaa1111'
  ]) {
    const response = await get(url)
    t.equal(response.statusCode, 404, url)
    t.equal(response.headers['access-control-allow-origin'], '*', 'CORS')
    t.equal(response.headers['cache-control'], 'no-store')
  }
})

t.test('OPTIONS and other methods', async (t) => {
  const preflight = await cdn.inject({ method: 'OPTIONS', url: progressive, headers: { origin: 'http://player.test' } })
  t.equal(preflight.statusCode, 204)
  t.match(preflight.headers['access-control-allow-methods'], /GET, HEAD/)
  t.match(preflight.headers['access-control-allow-headers'], /Range/)
  for (const method of ['POST', 'PUT', 'DELETE'] as const) {
    const response = await cdn.inject({ method, url: progressive, payload: 'x', headers: { 'content-type': 'text/x' } })
    t.equal(response.statusCode, 405, method)
    t.match(response.headers, { allow: /GET, HEAD/, 'access-control-allow-origin': '*' })
  }
})

t.test('captions', async (t) => {
  const vtt = await get('/captions/es.vtt')
  t.equal(vtt.headers['content-type'], 'text/vtt; charset=utf-8')
  t.match(vtt.body, /^WEBVTT\n\n1\n00:00:00\.000 --> 00:00:03\.000\nEste es el vídeo/)
  const playlist = await get('/captions/es.m3u8')
  t.equal(playlist.headers['content-type'], 'application/vnd.apple.mpegurl')
  t.match(playlist.body, /#EXTINF:12\.000000,\nes\.vtt\n#EXT-X-ENDLIST/)
})

t.test('a missing medium stops the start', async (t) => {
  t.throws(() => buildCdn({ mediaDir: t.testdir({}), lookup: () => undefined }), { code: 'ENOENT' })
})
