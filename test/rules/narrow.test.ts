import fc from 'fast-check'
import t from 'tap'
import type { FlavorAsset } from '../../src/flavors/flavor-asset.js'
import { Trace } from '../../src/flavors/trace.js'
import { hasNoVideo, narrow } from '../../src/rules/narrow.js'

function flavor(id: string, tags: string, bitrate: number, over: Partial<FlavorAsset> = {}): FlavorAsset {
  return {
    id,
    flavorParamsId: 1,
    tags: tags.split(','),
    bitrate,
    width: 640,
    height: 360,
    frameRate: 25,
    fileExt: 'mp4',
    containerFormat: 'isom',
    videoCodecId: 'avc1',
    status: 2,
    language: '',
    label: null,
    isDefault: false,
    isOriginal: false,
    version: '1',
    order: 0,
    ...over
  }
}

const audio = { width: 0, height: 0, frameRate: 0, videoCodecId: '' }
const ladder = [
  flavor('a', 'iphone,iphonenew', 400),
  flavor('b', 'iphonenew,ipadnew', 800),
  flavor('c', 'ipadnew', 1500),
  flavor('s', 'iphonenew,audio_only', 64, audio),
  flavor('w', 'iphonenew', 600, { fileExt: 'webm', videoCodecId: 'vp8' })
]
const ids = (flavors: readonly FlavorAsset[]) => flavors.map(({ id }) => id).join('')
const base = { ownLevels: false, filters: null, excludeAudioOnly: false, single: null, maxBitrate: null } as const

t.test('the first level with a match wins, alternatives inside a level add up', async (t) => {
  t.equal(ids(narrow({ ...base, levels: [['nosuch'], ['ipadnew'], ['iphone']] }, ladder)), 'bc')
  t.equal(ids(narrow({ ...base, levels: [['ipadnew', 'iphone']] }, ladder)), 'abc')
  t.equal(ids(narrow({ ...base, levels: [['nosuch']] }, ladder)), '', 'nothing fits: the choice is left to Kaltura')
})

t.test('audio only is what has no width, no height and no frame rate', async (t) => {
  t.equal(ids(narrow({ ...base, levels: [['iphonenew']], excludeAudioOnly: true }, ladder)), 'abw')
  t.equal(hasNoVideo(flavor('x', '', 64, { ...audio, frameRate: 25 })), false)
})

t.test('one flavor: the largest plain MP4 at or below the limit, else the smallest', async (t) => {
  const single = { ...base, levels: [['iphonenew']], excludeAudioOnly: true, single: 'largest' } as const
  t.equal(ids(narrow({ ...single, maxBitrate: 900 }, ladder)), 'b')
  t.equal(ids(narrow({ ...single, maxBitrate: 500 }, ladder)), 'a')
  t.equal(ids(narrow({ ...single, maxBitrate: 100 }, ladder)), 'a', 'nothing below: the smallest')
  t.equal(ids(narrow({ ...single, single: 'smallest' }, ladder)), 'a')
  t.equal(
    ids(narrow({ ...single, maxBitrate: 900 }, ladder, { min: null, max: 700 })),
    'a',
    "the request's window is honoured"
  )
  t.equal(
    ids(narrow({ ...single, maxBitrate: 900 }, ladder, { min: 5000, max: null })),
    'b',
    'an empty window is ignored, as at Kaltura'
  )
})

t.test('flavors that are not ready are never chosen', async (t) => {
  t.equal(ids(narrow({ ...base, levels: [['x']] }, [flavor('n', 'x', 1, { status: 1 })])), '')
})

t.test('whatever the ladder, the choice is a part of it in its order', async (t) => {
  const tag = fc.constantFrom('iphonenew', 'ipadnew', 'iphone', 'ipad', 'web')
  const arbitrary = fc.array(
    fc.record({
      tags: fc.array(tag),
      bitrate: fc.nat(6000),
      width: fc.constantFrom(0, 640),
      status: fc.constantFrom(1, 2)
    })
  )
  fc.assert(
    fc.property(arbitrary, fc.array(fc.array(tag)), fc.boolean(), (list, levels, excludeAudioOnly) => {
      const flavors = list.map((item, order) => flavor(`f${order}`, '', item.bitrate, { ...item, order }))
      const chosen = narrow({ ...base, levels, excludeAudioOnly }, flavors)
      const positions = chosen.map((item) => flavors.indexOf(item))
      return (
        positions.every((at, i) => at >= 0 && (i === 0 || at > positions[i - 1]!)) &&
        chosen.every((f) => f.status === 2)
      )
    })
  )
  t.pass('property holds')
})

t.test('a trace says the last word on each flavor once, and changes nothing', async (t) => {
  const some = fc.record({
    levels: fc.array(fc.array(fc.constantFrom('iphone', 'iphonenew', 'ipadnew', 'web'), { minLength: 1 }), {
      minLength: 1
    }),
    ownLevels: fc.constant(false),
    filters: fc.option(
      fc.record(
        {
          codecs: fc.constantFrom('h264' as const, ['vp8' as const, 'vp9' as const]),
          maxHeight: fc.constantFrom(200, 360),
          minBitrate: fc.constantFrom(500, 900),
          maxBitrate: fc.constantFrom(900, 1500)
        },
        { requiredKeys: [] }
      )
    ),
    excludeAudioOnly: fc.boolean(),
    single: fc.constantFrom(null, 'largest' as const, 'smallest' as const),
    maxBitrate: fc.constantFrom(null, 500, 900)
  })
  const flavors = fc.shuffledSubarray([...ladder, flavor('n', 'ipadnew', 300, { status: 1 })])
  const window = fc.constantFrom({ min: null, max: null }, { min: 500, max: null }, { min: 5000, max: null })
  fc.assert(
    fc.property(some, flavors, window, (narrowing, given, limits) => {
      const trace = new Trace()
      const chosen = narrow(narrowing, given, limits, trace)
      t.strictSame(chosen, narrow(narrowing, given, limits))
      t.strictSame(
        ids(chosen),
        ids(trace.rows.filter(({ kept }) => kept).map(({ flavorId }) => ({ id: flavorId }) as FlavorAsset))
      )
      t.strictSame(trace.rows.map(({ flavorId }) => flavorId).sort(), given.map(({ id }) => id).sort())
      return t.passing()
    })
  )
})

t.test('each flavor has its reason, in the order of the steps', async (t) => {
  const trace = new Trace()
  const old = { ...base, levels: [['iphonenew']], excludeAudioOnly: true, single: 'largest', maxBitrate: 500 } as const
  narrow(old, ladder, undefined, trace)
  t.strictSame(
    trace.rows.map(({ flavorId, kept, step, reason }) => [flavorId, kept, step, reason]),
    [
      ['s', false, 'audio-only', 'no width, height and frame rate, and the rule excludes audio only'],
      ['c', false, 'tags', 'lacks iphonenew, with which level 1 of the rule matched'],
      ['w', false, 'container', 'no H.264 in MP4, which the rule takes first for one file'],
      ['b', false, 'single', 'the rule takes one flavor, the largest of up to 500 kbps: a'],
      ['a', true, 'tags', 'tag iphonenew (level 1 of the rule)']
    ]
  )
})
