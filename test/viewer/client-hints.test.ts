import t from 'tap'
import { deviceFromClientHints } from '../../src/viewer/client-hints.js'

const hints = (platform?: string, mobile?: string, more: Record<string, string> = {}) =>
  deviceFromClientHints({
    ...(platform !== undefined && { 'sec-ch-ua-platform': platform }),
    ...(mobile !== undefined && { 'sec-ch-ua-mobile': mobile }),
    ...more
  })

t.test('platform and mobile', async (t) => {
  t.match(hints('"Android"', '?1'), { class: 'android', os: 'Android', form: 'phone' })
  t.equal(hints('"Android"', '?0')?.form, undefined, 'a tablet or a television set')
  t.match(hints('"iOS"', '?1'), { class: 'iphone' })
  t.match(hints('"iOS"', '?0'), { class: 'ipad' })
  for (const [platform, os] of [
    ['Windows', 'Windows'],
    ['macOS', 'macOS'],
    ['Chrome OS', 'ChromeOS'],
    ['Linux', 'Linux']
  ] as const) {
    t.match(hints(`"${platform}"`, '?0'), { class: 'desktop', os, form: 'desktop' }, platform)
  }
  t.strictSame(hints(undefined, '?1'), { class: 'unknown', form: 'phone', reason: 'client-hints-mobile' })
})

t.test('says nothing', async (t) => {
  t.equal(hints(), null)
  t.equal(hints(undefined, '?0'), null)
  t.equal(hints('"Unknown"', '?0'), null)
  t.equal(hints('"Fuchsia"', '?0'), null)
  for (const bad of ['Android', '"Android', 'Android"', '""', '"And\\roid"', '', '"Android" ; x']) {
    t.equal(hints(bad, '?0'), null, `not a structured-field string: ${bad}`)
  }
})

t.test('hints that come on request only', async (t) => {
  t.match(hints('"Android"', '?0', { 'sec-ch-ua-form-factors': '"Tablet"' }), { form: 'tablet' })
  t.match(hints('"Android"', '?0', { 'sec-ch-ua-form-factors': '"XR", "Mobile"' }), { form: 'phone' })
  t.match(hints('"Android"', '?1', { 'sec-ch-ua-platform-version': '"13.0.0"' }), {
    osVersion: { major: 13, minor: 0 }
  })
  t.match(hints('"macOS"', '?0', { 'sec-ch-ua-platform-version': '"14.5"' }), { osVersion: { major: 14, minor: 5 } })
  for (const bad of ['13.0.0', '""', '"x13"', '"13x"', '"99999"']) {
    t.equal(hints('"Android"', '?1', { 'sec-ch-ua-platform-version': bad })?.osVersion, undefined, bad)
  }
  t.equal(
    hints('"Windows"', '?0', { 'sec-ch-ua-platform-version': '"15.0.0"' })?.osVersion,
    undefined,
    'Windows 11 is 15 there'
  )
})
