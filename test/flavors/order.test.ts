import fc from 'fast-check'
import t from 'tap'
import type { FlavorAsset } from '../../src/flavors/flavor-asset.js'
import {
  type AdaptiveOrderOptions,
  hasSeveralAudioKinds,
  isDefaultAudio,
  sortForAdaptive
} from '../../src/flavors/order.js'
import { audioFacts, type FlavorFixture, flavorAsset } from './flavor-fixtures.js'

const video = (bitrate: number, id = `v${bitrate}`): FlavorFixture => ({
  id,
  bitrate,
  width: 640,
  height: 360,
  tags: 'web'
})
const audio = (id: string, more: Partial<FlavorFixture> = {}): FlavorFixture => ({
  id,
  bitrate: 64,
  tags: 'audio_only',
  ...more
})
const dolby = (id: string, audioCodecId: string, more: Partial<FlavorFixture> = {}) =>
  audio(id, { mediaInfo: { audioCodecId }, ...more })

function order(given: FlavorFixture[], options: AdaptiveOrderOptions = {}): string {
  return sortForAdaptive(given.map(flavorAsset), { ...audioFacts(given), ...options })
    .map(({ id }) => id)
    .join(' ')
}

t.test('video by ascending bitrate, stable, then audio as it came', async (t) => {
  t.equal(order([audio('a2'), video(900, 'x'), audio('a1'), video(900, 'y'), video(400)]), 'v400 x y a2 a1')
  t.equal(order([audio('a'), video(400)], { audioFirst: true }), 'a v400')
  t.equal(order([]), '')
})

t.test('the preferred bitrate goes first', async (t) => {
  const ladder = [400, 900, 1500].map((bitrate) => video(bitrate))
  t.equal(order(ladder, { preferredBitrate: 1400 }), 'v1500 v400 v900')
  t.equal(order(ladder, { preferredBitrate: 650 }), 'v400 v900 v1500', 'the first of two equally near')
  t.equal(order([...ladder].reverse(), { preferredBitrate: 650 }), 'v900 v400 v1500', 'first as given, not as sorted')
  t.equal(order([audio('a'), ...ladder], { preferredBitrate: 64 }), 'v400 v900 v1500 a', 'audio is never preferred')
  t.equal(order([audio('a')], { preferredBitrate: 64 }), 'a')
})

t.test('audio: defaults and Dolby', async (t) => {
  const plainDefault = audio('en', { isDefault: true })
  t.equal(order([audio('es'), plainDefault]), 'en es')
  t.equal(
    order([plainDefault, dolby('ac3', 'ac-3'), dolby('ec3', 'ec-3')]),
    'ec3 ac3 en',
    'Dolby before a plain default'
  )
  t.equal(order([dolby('ec3', 'ec-3'), dolby('ac3', 'ac-3', { isDefault: true })]), 'ac3 ec3', 'a Dolby default first')
  t.equal(order([audio('es'), dolby('x', 'ac-3', { tags: 'alt_audio' })]), 'es x', 'a codec counts for audio_only only')
})

t.test('isDefaultAudio', async (t) => {
  const english = flavorAsset(audio('en', { language: 'English', label: 'Main', isDefault: true }))
  const languageCode = () => 'en'
  t.ok(isDefaultAudio(english, {}))
  t.ok(isDefaultAudio(english, { defaultAudioLang: '' }))
  for (const defaultAudioLang of ['en', 'English', 'Main']) {
    t.ok(isDefaultAudio({ ...english, isDefault: false }, { defaultAudioLang, languageCode }), defaultAudioLang)
  }
  t.notOk(isDefaultAudio(english, { defaultAudioLang: 'es', languageCode }), 'the own flag no longer counts')
  t.notOk(isDefaultAudio(english, { defaultAudioLang: 'en' }), 'no code is known')
  t.notOk(isDefaultAudio({ ...english, tags: ['alt_audio'] }, {}), 'not an audio rendition')
})

t.test('hasSeveralAudioKinds', async (t) => {
  const several = (given: FlavorFixture[]) => hasSeveralAudioKinds(given.map(flavorAsset), audioFacts(given))
  const english = audio('en', { language: 'English' })
  t.ok(several([english, audio('es', { language: 'Spanish' })]))
  t.ok(several([english, dolby('ac3', 'ac-3', { language: 'English' })]))
  t.notOk(several([english, audio('en2', { language: 'English' })]))
  t.notOk(several([english, video(400), { id: 'plain' }]))
  t.notOk(several([]))
})

t.test('a permutation of what was given, whatever the options', async () => {
  const flavor = fc.record({
    bitrate: fc.nat(5000),
    width: fc.constantFrom(0, 640),
    tags: fc.constantFrom('web', 'audio_only')
  })
  fc.assert(
    fc.property(fc.array(flavor), fc.option(fc.double()), fc.boolean(), (list, preferredBitrate, audioFirst) => {
      const flavors: FlavorAsset[] = list.map((given, i) => flavorAsset({ id: `${i}`, ...given }))
      const sorted = sortForAdaptive(flavors, { preferredBitrate: preferredBitrate ?? undefined, audioFirst })
      return sorted.length === flavors.length && flavors.every((one) => sorted.includes(one))
    })
  )
})
