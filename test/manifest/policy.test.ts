import fc from 'fast-check'
import { Parser } from 'm3u8-parser'
import t from 'tap'
import { applyToMpd, applyToPlaylist, type ManifestPolicy } from '../../src/manifest/policy.js'

const NONE: ManifestPolicy = { maxHeight: null, maxBitrate: null, cutAudioOnly: false, order: null }

interface Variant {
  height: number | null
  bandwidth: number
  codecs: string | null
}

const variantText = ({ height, bandwidth, codecs }: Variant, index: number) =>
  `#EXT-X-STREAM-INF:PROGRAM-ID=1,BANDWIDTH=${bandwidth}${height === null ? '' : `,RESOLUTION=${height * 2}x${height}`}` +
  `${codecs === null ? '' : `,CODECS="${codecs}"`},AUDIO="a"`.concat(`\n# of ${index}\nv${index}.m3u8`)

const HEAD = '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="x",URI="a.m3u8"\n'
const master = (variants: readonly Variant[], tail = '\n') =>
  HEAD + variants.map(variantText).join('\n# between\n') + tail
const LADDER: Variant[] = [
  { height: 360, bandwidth: 440_000, codecs: null },
  { height: 1080, bandwidth: 4_400_000, codecs: null },
  { height: 720, bandwidth: 2_600_000, codecs: null },
  { height: null, bandwidth: 66_000, codecs: 'mp4a.40.2' }
]
const uris = (text: string) => [...text.matchAll(/^v(\d)\.m3u8$/gm)].map(([, number]) => number).join('')
const by = (policy: Partial<ManifestPolicy>, variants = LADDER) =>
  uris(applyToPlaylist(master(variants), { ...NONE, ...policy }))

t.test('bounds, audio and order of a master playlist', async (t) => {
  t.equal(by({}), '0123')
  t.equal(by({ maxHeight: 720 }), '023')
  t.equal(by({ maxBitrate: 2600 }), '023')
  t.equal(by({ maxBitrate: 50 }), '0123', 'a bound that would leave no video is passed over')
  t.equal(by({ maxHeight: 720, maxBitrate: 50 }), '023', 'and only that one')
  t.equal(by({ cutAudioOnly: true }), '012')
  t.equal(by({ cutAudioOnly: true }, LADDER.slice(3)), '0', 'nothing but audio stays')
  t.equal(by({ order: 'ascending' }), '0213', 'audio never comes first')
  t.equal(by({ order: 'descending' }), '1203')
  t.equal(by({ maxHeight: 720, cutAudioOnly: true, order: 'descending' }), '20')
  const plain = [
    { height: null, bandwidth: 2, codecs: null },
    { height: null, bandwidth: 1, codecs: null }
  ]
  t.equal(by({ cutAudioOnly: true, order: 'ascending' }, plain), '10', 'without a size nobody knows')
})

t.test('I-frame variants above a height go too', async (t) => {
  const frames = (height: number) => `#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,RESOLUTION=2x${height},URI="i${height}"\n`
  const text = `${master(LADDER)}${frames(360)}${frames(1080)}`
  t.equal(applyToPlaylist(text, { ...NONE, maxHeight: 720 }).includes('i1080'), false)
  t.ok(applyToPlaylist(text, { ...NONE, maxHeight: 720 }).includes('i360'))
})

t.test('what is no master playlist, and a variant without its URI, stay as they are', async (t) => {
  const all: ManifestPolicy = { maxHeight: 1, maxBitrate: 1, cutAudioOnly: true, order: 'descending' }
  for (const text of [
    '#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\na.ts\n',
    '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=2x2\n#EXT-X-STREAM-INF:BANDWIDTH=2,RESOLUTION=2x2\nv.m3u8\n',
    ''
  ]) {
    t.equal(applyToPlaylist(text, all), text)
  }
})

const variant = fc.record({
  height: fc.option(fc.constantFrom(180, 360, 720, 1080)),
  bandwidth: fc.constantFrom(66_000, 440_000, 900_000, 2_600_000),
  codecs: fc.option(fc.constantFrom('mp4a.40.2', 'avc1.42001e,mp4a.40.2'))
})
const policies = fc.record({
  maxHeight: fc.option(fc.constantFrom(100, 360, 720)),
  maxBitrate: fc.option(fc.constantFrom(50, 500, 1000)),
  cutAudioOnly: fc.boolean(),
  order: fc.option(fc.constantFrom('ascending' as const, 'descending' as const))
})

t.test('nothing but whole variants moves or goes, and what is left is still a master playlist', async (t) => {
  fc.assert(
    fc.property(
      fc.array(variant, { minLength: 1, maxLength: 6 }),
      policies,
      fc.constantFrom('\n', '', '\r\n'),
      (variants, policy, tail) => {
        const text = master(variants, tail)
        const result = applyToPlaylist(text, policy)
        const left = uris(result).split('').map(Number)
        t.ok(left.length > 0)
        t.equal(new Set(left).size, left.length)
        for (const index of left) t.ok(result.includes(variantText(variants[index]!, index)), 'each as it was')
        const parser = new Parser()
        parser.push(result)
        parser.end()
        t.equal(parser.manifest.playlists?.length, left.length)
        const without = (given: string) => given.split(/#EXT-X-STREAM-INF[^\n]*\n|# of \d\n|v\d\.m3u8/).join('')
        if (left.length === variants.length) t.equal(without(result), without(text), 'what is around them stays')
        if (policy.order === null)
          t.strictSame(
            left,
            left.toSorted((a, b) => a - b)
          )
        return t.passing()
      }
    )
  )
})

t.test('an MPD: bounds of video, and no Period loses its own', async (t) => {
  const set = (type: string, items: string) => `<AdaptationSet mimeType="${type}/mp4">${items}</AdaptationSet>`
  const video = (height: number, bandwidth: number) =>
    `<Representation id="v${height}" height="${height}" bandwidth="${bandwidth}"/>`
  const mpd = (...periods: string[]) =>
    `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">${periods.map((period) => `<Period>${period}</Period>`).join('')}</MPD>`
  const audio = set('audio', '<Representation id="a" bandwidth="9000000"/>')
  const ladder = set('video', video(360, 400_000) + video(1080, 4_000_000)) + audio
  const left = (text: string, policy: Partial<ManifestPolicy>) =>
    [...applyToMpd(text, { ...NONE, ...policy }).matchAll(/ id="(\w+)"/g)].map(([, id]) => id).join(' ')
  t.equal(left(mpd(ladder), {}), 'v360 v1080 a')
  t.equal(left(mpd(ladder), { maxHeight: 720 }), 'v360 a')
  t.equal(left(mpd(ladder), { maxBitrate: 400 }), 'v360 a')
  t.equal(left(mpd(ladder), { maxHeight: 100 }), 'v360 v1080 a')
  t.equal(left(mpd(ladder, set('video', video(1080, 1))), { maxHeight: 720 }), 'v360 v1080 a v1080')
  t.equal(left(mpd(ladder), { order: 'descending', cutAudioOnly: true }), 'v360 v1080 a')
  const text = mpd(ladder)
  t.equal(applyToMpd(text, { ...NONE, maxHeight: 1080 }), text)
})
