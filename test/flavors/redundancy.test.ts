import fc from 'fast-check'
import t from 'tap'
import type { FlavorAsset } from '../../src/flavors/flavor-asset.js'
import { withoutRedundant } from '../../src/flavors/redundancy.js'
import { flavorAsset } from './flavor-fixtures.js'

const flavor = (id: string, bitrate: number, width: number, height: number, tags = 'web') =>
  flavorAsset({ id, bitrate, width, height, tags })
const keptIds = (flavors: FlavorAsset[]) => withoutRedundant(flavors).kept.map(({ id }) => id)

t.test('of two close bitrates the larger frame stays', async (t) => {
  const small = flavor('small', 950, 640, 360)
  const same = flavor('same', 1000, 640, 360)
  const large = flavor('large', 1000, 1280, 720)
  t.strictSame(withoutRedundant([small, same, large]), {
    kept: [large],
    replaced: [
      { flavor: small, by: same },
      { flavor: same, by: large }
    ]
  })
  t.strictSame(keptIds([flavor('a', 949, 640, 360), same]), ['a', 'same'], '51 of 1000 is more than 5 %')
  t.strictSame(keptIds([flavor('a', 2000, 640, 360), flavor('b', 1990, 1280, 720)]), ['a', 'b'], 'larger at less')
  t.strictSame(keptIds([flavor('b', 0, 640, 360), flavor('a', 0, 640, 360)]), ['a'], 'equal in all: the later stays')
})

t.test('several flavors may fall to one', async (t) => {
  const flavors = [flavor('a', 960, 640, 360), flavor('w', 950, 650, 360, 'watermark'), flavor('b', 1000, 1280, 720)]
  t.strictSame(keptIds(flavors), ['w', 'b'])
  const close = [flavor('a', 1000, 320, 180), flavor('b', 980, 640, 360), flavor('c', 1010, 1280, 720)]
  t.strictSame(keptIds(close), ['c'])
})

t.test('audio and watermarked flavors stay', async (t) => {
  t.strictSame(keptIds([flavor('a', 64, 0, 0), flavor('b', 64, 0, 0)]), ['a', 'b'])
  t.strictSame(keptIds([flavor('a', 990, 640, 360, 'my_watermarked'), flavor('b', 1000, 640, 360)]), ['a', 'b'])
  t.strictSame(keptIds([flavor('a', 990, 640, 0), flavor('b', 1000, 640, 360)]), ['b'], 'one side is enough for video')
})

t.test('sorts by frame size, then bitrate, then internal order', async (t) => {
  const flavors = [flavor('hd', 900, 1280, 720), flavor('fast', 2000, 640, 360), flavor('slow', 500, 640, 360)]
  t.strictSame(keptIds(flavors), ['slow', 'fast', 'hd'])
  const twins = [
    flavorAsset({ id: 'second', bitrate: 64, intId: 2 }),
    flavorAsset({ id: 'first', bitrate: 64, intId: 1 })
  ]
  t.strictSame(keptIds(twins), ['first', 'second'])
})

t.test('never drops everything, and what falls is replaced by something close that is not smaller', async () => {
  const size = fc.constantFrom([0, 0], [640, 360], [1280, 720], [640, 0])
  const ladder = fc.array(fc.tuple(fc.integer({ min: 900, max: 1200 }), size), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(ladder, (list) => {
      const flavors = list.map(([bitrate, [width, height]], i) => flavor(`${i}`, bitrate, width!, height!))
      const { kept, replaced } = withoutRedundant(flavors)
      return (
        kept.length > 0 &&
        kept.length + replaced.length === flavors.length &&
        replaced.every(({ flavor: f, by }) => by.bitrate >= f.bitrate && by.width * by.height >= f.width * f.height) &&
        replaced.every(({ flavor: f, by }) => by.bitrate - f.bitrate <= by.bitrate * 0.05)
      )
    })
  )
})
