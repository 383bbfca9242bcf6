import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { readRange } from '../../src/demo/cdn/byte-range.js'
import { parseDeliveryPath } from '../../src/demo/cdn/delivery-path.js'
import { parsePackagerFile, trackSuffix } from '../../src/demo/cdn/packager-file.js'
import { expandUrlset } from '../../src/demo/cdn/urlset.js'

const base = '/p/102/sp/10200/serveFlavor/entryId/0_abcd1234/v/1/ev/2'

/** Kaltura's side of it, as the reference words it: longest common prefix, the parts, longest common suffix. */
function joinUrls(urls: string[]): string {
  if (urls.length === 1) return urls[0]!
  const shared = (strings: string[]) => {
    let n = 0
    while (strings.every((text) => n < text.length && text[n] === strings[0]![n])) n++
    return n
  }
  const prefix = shared(urls)
  const rests = urls.map((url) => url.slice(prefix))
  const suffix = shared(rests.map((rest) => [...rest].reverse().join('')))
  const parts = rests.map((rest) => rest.slice(0, rest.length - suffix))
  return `${urls[0]!.slice(0, prefix)},${parts.join(',')},${rests[0]!.slice(rests[0]!.length - suffix)}.urlset`
}

t.test('urlset: the forms of the reference', async (t) => {
  t.same(expandUrlset('/x/0_a/name/a.mp4'), ['/x/0_a/name/a.mp4'])
  t.same(expandUrlset('/x/0_,aaaa1111,bbbb2222,/name/a.mp4/index.m3u8.urlset'), [
    '/x/0_aaaa1111/name/a.mp4/index.m3u8',
    '/x/0_bbbb2222/name/a.mp4/index.m3u8'
  ])
  t.same(expandUrlset('/v/,1/flavorId/0_x,2/flavorId/0_y,/name'), ['/v/1/flavorId/0_x/name', '/v/2/flavorId/0_y/name'])
  t.same(expandUrlset('/0_a,,b,/n.urlset'), ['/0_a/n', '/0_ab/n'], 'one id is the beginning of the other')
  t.equal(expandUrlset('/x/0_a,b/name'), undefined)
})

t.test('urlset: expanding undoes joining', async () => {
  const part = fc.string({ unit: fc.constantFrom('a', 'b', '0', '_', '/'), maxLength: 8 })
  const urls = fc
    .tuple(part, fc.uniqueArray(part, { minLength: 1, maxLength: 5 }), part)
    .map(([prefix, parts, suffix]) => [...new Set(parts.map((middle) => `/${prefix}${middle}${suffix}`))])
  fc.assert(fc.property(urls, (list) => assert.deepEqual(expandUrlset(joinUrls(list)), list)))
})

t.test('paths: progressive and download', async (t) => {
  const source = { entryId: '0_abcd1234', flavorId: '0_f' }
  const progressive = { kind: 'progressive', source }
  for (const path of [
    `${base}/flavorId/0_f/name/a.mp4`,
    `${base}/flavorId/0_f`,
    `${base}/pv/2/flavorId/0_f/forceproxy/true/name/a.mp4`,
    '/p/102/sp/10200/serveFlavor/flavorId/0_f/clipTo/900/entryId/0_abcd1234/clipFrom/100/clipTo/900/name/a.mp4',
    `/s${base}/flavorId/0_f/name/a.mp4`
  ]) {
    t.same(parseDeliveryPath(path), progressive, path)
  }
  t.same(parseDeliveryPath(`${base}/flavorId/0_f/fileName/A_(B).mp4/name/a.mp4`), {
    kind: 'progressive',
    source: { ...source, fileName: 'A_(B).mp4' }
  })
})

t.test('paths: packaged', async (t) => {
  const sources = ['0_aa', '0_bb'].map((flavorId) => ({ entryId: '0_abcd1234', flavorId }))
  const multi = `${base}/flavorId/0_,aa,bb,/name/a.mp4`
  const lone = `${base}/flavorId/0_aa/name/a.mp4`
  const one = sources.slice(0, 1)
  for (const [path, expected] of [
    [`/hls${lone}/index.m3u8`, { container: 'ts', sources: one, file: 'index.m3u8' }],
    [`/hls${lone}/index.m3u8/master.m3u8`, { container: 'ts', sources: one, file: 'master.m3u8' }],
    [`/hls${multi}/index.m3u8.urlset/master.m3u8`, { container: 'ts', sources, file: 'master.m3u8' }],
    [`/hls${multi}/index.m3u8/master.m3u8`, { container: 'ts', sources, file: 'master.m3u8' }],
    [`/scf/hls${multi}/index.m3u8.urlset/seg-1-f1-v1-a1.ts`, { container: 'ts', sources, file: 'seg-1-f1-v1-a1.ts' }],
    [
      `/hls/container/fmp4${lone}/index.m3u8/index-v1.m3u8`,
      { container: 'fragmented', sources: one, file: 'index-v1.m3u8' }
    ],
    [`/dash${multi}.urlset/manifest.mpd`, { container: 'fragmented', sources, file: 'manifest.mpd' }]
  ] as const) {
    t.same(parseDeliveryPath(path), { kind: 'packaged', ...expected }, path)
  }
})

t.test('paths: others are none of ours', async (t) => {
  for (const path of [
    '/',
    '/favicon.ico',
    base,
    `${base}/flavorId`,
    `${base}/flavorId/0_f/name/a.mp4/more`,
    '/p/102/sp/10200/playManifest/entryId/0_abcd1234/flavorId/0_f',
    '/p/102/serveFlavor/flavorId/0_f',
    `/mss${base}/flavorId/0_f/name/a.mp4/manifest`,
    `/hls${base}/flavorId/0_a,b/name/a.mp4/index.m3u8`
  ]) {
    t.equal(parseDeliveryPath(path), undefined, path)
  }
})

t.test('paths: no text makes the parsers throw', async () => {
  const word = fc.constantFrom(
    '/',
    ',',
    'p',
    'serveFlavor',
    'entryId',
    'flavorId',
    '.urlset',
    'hls',
    'index.m3u8',
    'é',
    '\n'
  )
  fc.assert(
    fc.property(
      fc.array(word).map((words) => `/${words.join('')}`),
      (path) => {
        parseDeliveryPath(path)
        parsePackagerFile(path)
      }
    )
  )
})

t.test('packager file names', async (t) => {
  const both = { video: true, audio: true }
  t.same(parsePackagerFile('master.m3u8'), { kind: 'master' })
  t.same(parsePackagerFile('manifest.mpd'), { kind: 'manifest' })
  t.same(parsePackagerFile('index.m3u8'), { kind: 'index', tracks: { video: false, audio: false } })
  t.same(parsePackagerFile('index-f12-v1-a1.m3u8'), { kind: 'index', tracks: { f: 12, ...both } })
  t.same(parsePackagerFile('init-v1.mp4'), { kind: 'init', tracks: { video: true, audio: false } })
  t.same(parsePackagerFile('seg-3-v1-a1.ts'), { kind: 'segment', number: 3, extension: 'ts', tracks: both })
  t.same(parsePackagerFile('fragment-10-f2-a1.m4s'), {
    kind: 'segment',
    number: 10,
    extension: 'm4s',
    tracks: { f: 2, video: false, audio: true }
  })
  for (const name of [
    '',
    'master.mpd',
    'index.ts',
    'seg-0-v1.ts',
    'seg-1-v2.ts',
    'fragment-1.ts',
    'seg-1-a1-v1.ts',
    'init-v1.ts'
  ]) {
    t.equal(parsePackagerFile(name), undefined, name)
  }
  t.equal(trackSuffix({ f: 2, ...both }), '-f2-v1-a1')
})

t.test('byte ranges', async (t) => {
  const cases: [string | undefined, ReturnType<typeof readRange>][] = [
    [undefined, 'whole'],
    ['bytes=0-', { first: 0, last: 99 }],
    ['bytes=0-0', { first: 0, last: 0 }],
    ['bytes=10-19', { first: 10, last: 19 }],
    ['bytes=90-500', { first: 90, last: 99 }],
    ['bytes=-10', { first: 90, last: 99 }],
    ['bytes=-500', { first: 0, last: 99 }],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=100-200', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=20-10', 'whole'],
    ['bytes=-', 'whole'],
    ['bytes=0-1,5-6', 'whole'],
    ['items=0-1', 'whole'],
    ['bytes=x-1', 'whole']
  ]
  for (const [header, expected] of cases) t.same(readRange(header, 100), expected, header ?? 'none')
})
