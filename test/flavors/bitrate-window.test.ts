import fc from 'fast-check'
import t from 'tap'
import { bitrateWindow, checkBitrates, withinWindow } from '../../src/flavors/bitrate-window.js'
import { flavorAsset } from './flavor-fixtures.js'

t.test('checkBitrates', async (t) => {
  for (const value of ['abc', '1000k', '0x384', '-5', '0.0', '-0', ' ', 'null', '00']) {
    t.equal(checkBitrates({ maxBitrate: value }), 19, `maxBitrate ${JSON.stringify(value)}`)
    t.equal(checkBitrates({ minBitrate: value }), 49, `minBitrate ${JSON.stringify(value)}`)
  }
  for (const value of [undefined, false, '', '0', '1', '1e3', ' 900', '900.5', '+900'] as const) {
    t.equal(checkBitrates({ maxBitrate: value, minBitrate: value }), null, JSON.stringify(value))
  }
  t.equal(checkBitrates({ minBitrate: 'y', maxBitrate: 'x' }), 19, 'the upper limit is looked at first')
  t.equal(checkBitrates({ preferredBitrate: 'x' }), null, 'the preferred bitrate is not validated')
})

t.test('bitrateWindow', async (t) => {
  t.equal(bitrateWindow({ minBitrate: '0', maxBitrate: '' }), null)
  t.strictSame(bitrateWindow({ minBitrate: '1e3' }), { min: 1000 })
  t.strictSame(bitrateWindow({ minBitrate: ' 9', maxBitrate: '900.5' }), { min: 9, max: 900.5 })
})

t.test('withinWindow', async (t) => {
  const flavors = [400, 900, 1500].map((bitrate) => flavorAsset({ id: `v${bitrate}`, bitrate, tags: 'web' }))
  const audio = ['alt_audio', 'audio_only'].map((tags) => flavorAsset({ id: tags, bitrate: 64, tags }))
  const ids = (window: { min?: number; max?: number }, all = flavors) =>
    withinWindow(all, window).flavors.map(({ id }) => id)

  t.strictSame(ids({ min: 400, max: 900 }), ['v400', 'v900'], 'both limits are inclusive')
  t.strictSame(ids({ min: 900.5 }), ['v1500'])
  t.strictSame(ids({ min: 900 }, [...audio, ...flavors]), ['alt_audio', 'audio_only', 'v900', 'v1500'], 'audio passes')
  t.strictSame(withinWindow(flavors, { max: 10 }), { flavors, ignored: true }, 'a window that fits nothing is ignored')
  t.strictSame(withinWindow([], { max: 10 }), { flavors: [], ignored: false })
  t.strictSame(ids({ max: 10 }, [...audio, ...flavors]), ['alt_audio', 'audio_only'], 'audio alone is something')

  const ladder = fc
    .array(fc.nat(9000), { minLength: 1 })
    .map((list) => list.map((b, i) => flavorAsset({ id: `${i}`, bitrate: b })))
  fc.assert(
    fc.property(ladder, fc.option(fc.nat(9000)), fc.option(fc.nat(9000)), (all, min, max) => {
      const result = withinWindow(all, { ...(min !== null && { min }), ...(max !== null && { max }) })
      return result.flavors.length > 0 && result.flavors.every((flavor) => all.includes(flavor))
    })
  )
})
