import fc from 'fast-check'
import t from 'tap'
import { DEVICE_CLASSES, hlsOnAndroid } from '../../src/viewer/device.js'
import { DEVICE_HINTS, deviceFromHint } from '../../src/viewer/device-hint.js'

t.test('words', async (t) => {
  t.match(deviceFromHint('ipad'), { class: 'ipad', form: 'tablet', reason: 'hint' })
  t.match(deviceFromHint('iPhone'), { class: 'iphone', form: 'phone' })
  t.strictSame(deviceFromHint('android'), { class: 'android', os: 'Android', reason: 'hint' })
  t.match(deviceFromHint('desktop'), { class: 'desktop' })
  t.match(deviceFromHint('tv'), { class: 'tv', form: 'tv' })
  t.match(deviceFromHint('fire-tv'), { class: 'android', form: 'tv' })
  t.strictSame(deviceFromHint('default'), { class: 'unknown', reason: 'hint' }, 'the default rule can be asked for')
  for (const hint of DEVICE_HINTS) t.ok(deviceFromHint(hint), hint)
})

t.test('every class can be asked for', async (t) => {
  const reachable = new Set(DEVICE_HINTS.map((hint) => deviceFromHint(hint)?.class))
  for (const name of DEVICE_CLASSES) {
    t.ok(reachable.has(name), name)
    t.equal(deviceFromHint(name)?.class, name, 'by its own name')
  }
})

t.test('versions', async (t) => {
  t.match(deviceFromHint('android-2'), { class: 'android', osVersion: { major: 2 } })
  t.match(deviceFromHint('Android/2.3'), { class: 'android', osVersion: { major: 2, minor: 3 } })
  t.match(deviceFromHint('android-phone-4.4.2'), { class: 'android', form: 'phone', osVersion: { major: 4, minor: 4 } })
  t.match(deviceFromHint('ipad/12.5'), { class: 'ipad', osVersion: { major: 12, minor: 5 } })
  const plays = (hint: string): boolean => hlsOnAndroid(deviceFromHint(hint) ?? { class: 'unknown', reason: '' })
  t.equal(plays('android-2'), false)
  t.equal(plays('android/3.2'), false)
  t.equal(plays('android/4.0'), true)
  t.equal(plays('android'), true)
})

t.test('anything else is null', async (t) => {
  const wrong = [
    '',
    ' ipad',
    'ipad ',
    'ipadd',
    'androids',
    'android-',
    'android/',
    'android-2.',
    'android-x',
    'android-99999'
  ]
  for (const hint of [...wrong, 'desktop-3', 'tv/1', '-2', '__proto__', 'constructor', 'i'.repeat(100)]) {
    t.equal(deviceFromHint(hint), null, JSON.stringify(hint))
  }
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const device = deviceFromHint(text)
      return device === null || (DEVICE_CLASSES as readonly string[]).includes(device.class)
    })
  )
})
