import fc from 'fast-check'
import t from 'tap'
import type { FlavorAsset } from '../../src/flavors/flavor-asset.js'
import { selectFlavors } from '../../src/flavors/select.js'
import { Trace } from '../../src/flavors/trace.js'
import { type DecideInput, decide } from '../../src/rules/decide.js'
import { codecOf, type FlavorFilters, filterFlavors } from '../../src/rules/flavor-filters.js'
import { narrow } from '../../src/rules/narrow.js'
import { readingOf } from '../helpers/rules.js'

function flavor(id: string, bitrate: number, height: number, codec: string, tags = 'ipadnew'): FlavorAsset {
  return {
    id,
    flavorParamsId: 1,
    tags: tags.split(','),
    bitrate,
    width: height === 0 ? 0 : (height * 16) / 9,
    height,
    frameRate: height === 0 ? 0 : 25,
    fileExt: 'mp4',
    containerFormat: 'isom',
    videoCodecId: codec,
    status: 2,
    language: '',
    label: null,
    isDefault: false,
    isOriginal: false,
    version: '1',
    order: 0
  }
}
const LADDER = [
  flavor('a', 400, 360, 'avc1'),
  flavor('b', 900, 540, 'avc1'),
  flavor('c', 700, 540, 'hev1'),
  flavor('d', 2500, 1080, 'avc1'),
  flavor('u', 1200, 720, ''),
  flavor('s', 64, 0, 'mp4a')
]
const isVideo = ({ height }: FlavorAsset) => height > 0
const pass = (filters: FlavorFilters) =>
  filterFlavors(LADDER, filters, isVideo)
    .map(({ id }) => id)
    .join('')

t.test('codec, height and bitrate; audio and what is not known pass', async (t) => {
  t.equal(pass({ codecs: 'h264' }), 'abdus')
  t.equal(pass({ codecs: ['h265'] }), 'cus')
  t.equal(pass({ maxHeight: 540 }), 'abcs')
  t.equal(pass({ minBitrate: 900 }), 'bdus')
  t.equal(pass({ maxBitrate: 900 }), 'abcs')
  t.equal(pass({ minBitrate: 500, maxBitrate: 1200, codecs: 'h264', maxHeight: 720 }), 'bus')
  t.equal(pass({ maxHeight: 200 }), 'abcdus', 'one that would leave no video is passed over')
  t.equal(pass({ maxHeight: 360, codecs: 'av1' }), 'us', 'and only that one')
})

t.test('codecs as analysers write them', async (t) => {
  for (const [words, codec] of [
    ['avc1 h264 H.264 x264 AVC avc3', 'h264'],
    ['hvc1 hev1 hevc H265', 'h265'],
    ['av01 AV1 V_AV1', 'av1'],
    ['vp9 vp09 vp90 V_VP9', 'vp9'],
    ['vp8 vp80 V_VP8', 'vp8'],
    ['mp4v theora flv1 wmv3', null]
  ] as const) {
    for (const word of words.split(' ')) t.equal(codecOf(word), codec, word)
  }
})

const filters = fc.record(
  {
    codecs: fc.constantFrom('h264' as const, ['h265' as const, 'av1' as const]),
    maxHeight: fc.constantFrom(200, 540, 720),
    minBitrate: fc.constantFrom(300, 900),
    maxBitrate: fc.constantFrom(900, 3000)
  },
  { requiredKeys: [] }
)
const some = fc.subarray(LADDER)

t.test('what passes is part of what was there, keeps its order and never loses its last video', async (t) => {
  fc.assert(
    fc.property(filters, some, (filters, flavors) => {
      const trace = new Trace()
      const kept = filterFlavors(flavors, filters, isVideo, trace)
      t.strictSame(
        kept,
        flavors.filter((item) => kept.includes(item))
      )
      t.equal(kept.some(isVideo), flavors.some(isVideo))
      t.strictSame(
        kept.filter((item) => !isVideo(item)),
        flavors.filter((item) => !isVideo(item))
      )
      t.equal(trace.rows.length, flavors.length - kept.length)
      t.strictSame(filterFlavors(kept, filters, isVideo), kept, 'once is enough')
      return t.passing()
    })
  )
})

const INPUT: DecideInput = {
  parameters: { entryId: '0_a', format: 'applehttp', protocol: 'http' },
  device: { class: 'ipad', reason: 'test' },
  scheme: 'http',
  partner: { id: 101, delivery: 'mirror', upgradeInsecure: false }
}

t.test('without tags they are about what Kaltura chooses by itself', async (t) => {
  const narrowing = (filters: FlavorFilters) =>
    decide([{ name: 'it', when: {}, then: { filters } } as never], INPUT).narrowing!
  fc.assert(
    fc.property(filters, some, (filters, flavors) => {
      const ids = narrow(narrowing(filters), flavors).map(({ id }) => id)
      const own = selectFlavors({
        flavors,
        params: { format: 'applehttp' },
        partnerPermissions: ['FEATURE_DISABLE_FLAVORS_OPTIMIZATION']
      })
      const chosen = own.ok ? own.flavors : []
      const expected = filterFlavors(
        flavors.filter((item) => chosen.includes(item)),
        filters,
        isVideo
      )
      t.strictSame(ids, expected.length === chosen.length ? [] : expected.map(({ id }) => id))
      return t.passing()
    })
  )
  const stored = [...LADDER, flavor('m', 0, 0, '', 'smil_manifest')]
  t.strictSame(narrow(narrowing({ maxHeight: 360 }), stored), [], 'a stored manifest is Kaltura\u2019s to serve')
})

t.test('mistakes', async (t) => {
  const wrong = (then: string) => readingOf(`rules:\n  - name: it\n    when: {}\n    then: ${then}\n`).problems
  for (const [then, problem] of [
    ['{ filters: { codecs: h263 } }', /^r\.yaml:4: .*codecs must be one of h264, h265/],
    ['{ filters: {} }', /filters must/],
    ['{ filters: { maxHight: 3 } }', /maxHight is not a known key; right would be one of codecs, maxHeight/],
    ['{ filters: { minBitrate: 9, maxBitrate: 8 } }', /^r\.yaml:4: .*filters that nothing passes/],
    ['{ filters: { maxHeight: 3 }, maxBitrate: 900 }', /maxBitrate without effect/]
  ] as const) {
    t.match(wrong(then), [problem], then)
  }
  t.strictSame(wrong('{ filters: { maxHeight: 3 }, single: largest, excludeAudioOnly: true }'), [])
})
