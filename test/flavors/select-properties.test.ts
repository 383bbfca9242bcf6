import fc from 'fast-check'
import t from 'tap'
import type { FlavorAsset } from '../../src/flavors/flavor-asset.js'
import type { RequestParams } from '../../src/flavors/params.js'
import { type Selection, selectFlavors } from '../../src/flavors/select.js'
import { flavorAsset } from './flavor-fixtures.js'

const TAGS = [
  'web',
  'mbr',
  'ipad',
  'iphone',
  'ipadnew',
  'iphonenew',
  'applembr',
  'dash',
  'alt_audio',
  'audio_only',
  'watermark'
]
const FORMATS = [
  'http',
  'url',
  'download',
  'applehttp',
  'mpegdash',
  'hds',
  'hdnetworkmanifest',
  'hdnetworksmil',
  'sl',
  'rtmp',
  'rtsp'
]
const PARAMETERS = [
  'format',
  'protocol',
  'flavorId',
  'flavorIds',
  'flavorParamId',
  'flavorParamIds',
  'tags',
  'minBitrate',
  'maxBitrate',
  'preferredBitrate',
  'type',
  'responseFormat'
]

const size = fc.constantFrom<[number, number][]>([0, 0], [640, 360], [1280, 720], [1920, 1080], [640, 0])
const flavorParts = fc.record({
  flavorParamsId: fc.nat(5),
  tags: fc.subarray(TAGS).map((tags) => tags.join(',')),
  bitrate: fc.integer({ min: 0, max: 6000 }),
  size,
  status: fc.constantFrom(2, 2, 2, 2, -1, 4)
})

function entry(bitratesDiffer: boolean): fc.Arbitrary<FlavorAsset[]> {
  const list = bitratesDiffer
    ? fc.uniqueArray(flavorParts, { selector: ({ bitrate }) => bitrate, maxLength: 10 })
    : fc.array(flavorParts, { maxLength: 10 })
  return list.map((parts) =>
    parts.map(({ size: [width, height], ...rest }, i) => flavorAsset({ id: `0_f${i}`, width, height, ...rest }, i))
  )
}

const format = fc.constantFrom(...FORMATS)
const bitrate = fc.option(fc.integer({ min: 1, max: 7000 }).map(String), { nil: undefined })
const sensible = fc.record({
  format,
  minBitrate: bitrate,
  maxBitrate: bitrate,
  tags: fc.option(
    fc.subarray(TAGS).map((tags) => tags.join(',')),
    { nil: undefined }
  ),
  flavorIds: fc.option(fc.subarray(['0_f0', '0_f1', '0_f2', '0_nosuch'], { minLength: 1 }).map(String), {
    nil: undefined
  })
})

/** Sent as anything at all, without a value, or not sent. */
const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom<string | false>(false, '', '0', '1e3', ',')
)
const anything: fc.Arbitrary<RequestParams> = fc
  .dictionary(fc.constantFrom(...PARAMETERS), value, { noNullPrototype: true })
  .chain((params) => fc.option(format).map((known) => (known === null ? params : { ...params, format: known })))

const select = (flavors: FlavorAsset[], params: RequestParams) => selectFlavors({ flavors, params })
const outcome = (selection: Selection) => (selection.ok ? selection.flavors.map(({ id }) => id) : selection.error)

t.test('chooses ready flavors of the entry, each once, and explains every flavor once', async () => {
  fc.assert(
    fc.property(entry(false), anything, (flavors, params) => {
      const selection = select(flavors, params)
      const chosen = selection.ok ? selection.flavors : []
      const told = selection.trace.map(({ flavorId }) => flavorId)
      const kept = selection.trace.filter((row) => row.kept).map(({ flavorId }) => flavorId)
      return (
        chosen.every((flavor) => flavor.status === 2 && flavors.includes(flavor)) &&
        new Set(chosen).size === chosen.length &&
        told.length === flavors.length &&
        new Set(told).size === told.length &&
        kept.join() === chosen.map(({ id }) => id).join()
      )
    }),
    { numRuns: 500 }
  )
})

t.test('never throws, and an answer has flavors', async () => {
  fc.assert(
    fc.property(entry(false), anything, (flavors, params) => {
      const selection = select(flavors, params)
      return selection.ok
        ? selection.flavors.length > 0 || params.format === 'hdnetwork'
        : [6, 19, 49].includes(selection.error)
    }),
    { numRuns: 500 }
  )
})

t.test('ids that no ready flavor has change nothing', async (t) => {
  fc.assert(
    fc.property(entry(false), sensible, fc.constantFrom('flavorId', 'flavorIds'), (flavors, sent, name) => {
      const params = { ...sent, flavorIds: undefined }
      t.strictSame(outcome(select(flavors, { ...params, [name]: '0_nosuch' })), outcome(select(flavors, params)))
    })
  )
})

t.test('explicit ids win over tags', async () => {
  fc.assert(
    fc.property(entry(false), sensible, (flavors, { tags, ...params }) => {
      const withTags = outcome(select(flavors, { ...params, tags: 'nosuch' }))
      const named = flavors.some(({ id, status }) => status === 2 && params.flavorIds?.split(',').includes(id))
      return named ? String(withTags) === String(outcome(select(flavors, params))) : withTags === 6
    })
  )
})

t.test('the bitrate window never turns an answer into an error', async () => {
  fc.assert(
    fc.property(entry(false), sensible, (flavors, { minBitrate, maxBitrate, ...params }) => {
      const limited = select(flavors, { ...params, minBitrate, maxBitrate })
      return limited.ok === select(flavors, params).ok
    })
  )
})

t.test('the order of the list does not matter where the bitrates differ', async (t) => {
  const shuffled = entry(true).chain((flavors) =>
    fc.tuple(fc.constant(flavors), fc.shuffledSubarray(flavors, { minLength: flavors.length }))
  )
  fc.assert(
    fc.property(shuffled, sensible, ([flavors, other], params) => {
      t.strictSame(outcome(select(other, params)), outcome(select(flavors, params)))
    })
  )
})

t.test('one flavor for the formats that carry one', async () => {
  fc.assert(
    fc.property(entry(false), sensible, (flavors, params) => {
      const selection = select(flavors, params)
      return (
        !selection.ok || !['http', 'url', 'download', 'rtsp'].includes(params.format) || selection.flavors.length === 1
      )
    })
  )
})
