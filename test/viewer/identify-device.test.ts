import fc from 'fast-check'
import t from 'tap'
import { DEVICE_CLASSES } from '../../src/viewer/device.js'
import { deviceFromHint } from '../../src/viewer/device-hint.js'
import { identifyDevice } from '../../src/viewer/identify-device.js'

const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari/604.1'
const IPAD = 'AppleCoreMedia/1.0.0.21F90 (iPad; U; CPU OS 17_5_1 like Mac OS X; en_us)'
const OLD_ANDROID = 'Mozilla/5.0 (Linux; U; Android 2.3.6; en-us; GT-S5830) Version/4.0 Mobile Safari/533.1'
const ANDROID_TABLET = 'Mozilla/5.0 (Linux; Android 10; K) Chrome/126.0.0.0 Safari/537.36'
const FIRE_TV = 'Mozilla/5.0 (Linux; Android 9; AFTMM Build/PS7233) Silk/108.4.6 like Chrome/108 Safari/537.36'
const TIZEN = 'Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.5) 85.0.4183.93/6.5 TV Safari/537.36'
const XBOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox Series X) Chrome/126 Safari/537.36'
const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0.0.0 Safari/537.36'
const MAC_SAFARI = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.5 Safari/605.1.15'
const CLIENT_HINTS = ['sec-ch-ua-platform', 'sec-ch-ua-mobile']

t.test('the hint stands alone', async (t) => {
  const hint = deviceFromHint('ipad') ?? undefined
  t.match(identifyDevice({ hint, cdnHeaders: { 'x-device': 'pc' }, headers: { 'user-agent': OLD_ANDROID } }), {
    device: { class: 'ipad' },
    source: 'hint',
    headersRead: []
  })
})

t.test('the User-Agent, when nothing else is there', async (t) => {
  const seen = identifyDevice({ headers: { 'user-agent': IPHONE } })
  t.match(seen, { device: { class: 'iphone' }, source: 'user-agent' })
  t.strictSame(seen.headersRead, [...CLIENT_HINTS, 'user-agent'], 'absent hints are part of the decision')
  t.match(identifyDevice({ headers: {} }), { device: { class: 'unknown' }, source: 'user-agent' })
})

t.test('CDN headers count only when they are passed', async (t) => {
  const headers = { 'x-ua-device': 'tablet-ipad', 'user-agent': IPHONE }
  t.match(identifyDevice({ headers }), { device: { class: 'iphone' }, source: 'user-agent' })
  const trusted = identifyDevice({ headers, cdnHeaders: headers })
  t.match(trusted, { device: { class: 'ipad' }, source: 'cdn' })
  t.strictSame(trusted.headersRead, ['x-ua-device'])
})

t.test('a CDN that only says mobile is made sharper', async (t) => {
  const cdn = { 'cloudfront-is-mobile-viewer': 'true' }
  const seen = identifyDevice({ cdnHeaders: cdn, headers: { ...cdn, 'user-agent': IPHONE } })
  t.match(seen, { device: { class: 'iphone' }, source: 'user-agent' })
  t.strictSame(seen.headersRead, ['cloudfront-is-mobile-viewer', ...CLIENT_HINTS, 'user-agent'])
  t.match(identifyDevice({ cdnHeaders: cdn, headers: { 'user-agent': 'Amazon CloudFront' } }), {
    device: { class: 'unknown', form: 'phone' },
    source: 'cdn'
  })
  t.match(
    identifyDevice({ cdnHeaders: cdn, headers: { 'user-agent': WINDOWS } }).device,
    { class: 'unknown', form: 'phone' },
    'but not replaced by its opposite'
  )
})

t.test('what a CDN leaves open', async (t) => {
  const with_ = (cdnHeaders: Record<string, string>, ua: string) =>
    identifyDevice({ cdnHeaders, headers: { 'user-agent': ua } }).device
  t.match(with_({ 'cloudfront-is-android-viewer': 'true' }, OLD_ANDROID), {
    class: 'android',
    osVersion: { major: 2, minor: 3 },
    form: 'phone'
  })
  t.match(with_({ 'x-ua-device': 'mobile-android' }, OLD_ANDROID), { class: 'android', osVersion: { major: 2 } })
  t.match(with_({ 'cloudfront-is-desktop-viewer': 'true' }, MAC_SAFARI), { class: 'mac-safari' })
  t.match(with_({ 'cf-device-type': 'desktop' }, 'Roku/DVP-12.5 (12.5.0.4178-88)'), { class: 'roku' })
  t.match(with_({ 'cf-device-type': 'tablet' }, FIRE_TV), { class: 'android', form: 'tv' })
  t.match(with_({ 'cloudfront-is-smarttv-viewer': 'true' }, FIRE_TV), { class: 'android', reason: 'fire-tv' })
  t.match(with_({ 'cloudfront-is-smarttv-viewer': 'true' }, TIZEN), { class: 'tv', os: 'Tizen' })
  t.match(with_({ 'cloudfront-is-ios-viewer': 'true' }, IPAD), { class: 'ipad' })
  t.match(with_({ 'cloudfront-is-ios-viewer': 'true' }, MAC_SAFARI), { class: 'mac-safari' })
  t.match(with_({ 'cf-device-type': 'desktop' }, IPHONE), { class: 'desktop' }, 'a class is not overruled')
})

t.test('Client Hints', async (t) => {
  const phone = { 'sec-ch-ua-platform': '"Android"', 'sec-ch-ua-mobile': '?1', 'user-agent': ANDROID_TABLET }
  const seen = identifyDevice({ headers: phone })
  t.match(seen, { device: { class: 'android', form: 'phone' }, source: 'client-hints' })
  t.notOk(seen.headersRead.includes('user-agent'), 'nothing is left open')
  const with_ = (platform: string, mobile: string, ua: string) =>
    identifyDevice({ headers: { 'sec-ch-ua-platform': platform, 'sec-ch-ua-mobile': mobile, 'user-agent': ua } }).device
  t.match(with_('"Android"', '?0', ANDROID_TABLET), { class: 'android', form: 'tablet' })
  t.match(with_('"Android"', '?0', `${ANDROID_TABLET} CrKey/1.56`), { class: 'chromecast' })
  t.match(with_('"Android"', '?0', FIRE_TV), { class: 'android', form: 'tv' })
  t.match(with_('"Linux"', '?0', TIZEN), { class: 'tv', os: 'Tizen' })
  t.match(with_('"Windows"', '?0', XBOX), { class: 'console' })
  t.match(with_('"Windows"', '?0', WINDOWS), { class: 'desktop', os: 'Windows' })
  t.match(with_('"macOS"', '?0', MAC_SAFARI), { class: 'desktop' }, 'Safari sends no hints: this is Chromium on a Mac')
})

t.test('never throws and always tells what it read', async (t) => {
  const names = ['user-agent', ...CLIENT_HINTS, 'x-ua-device', 'cf-device-type', 'x-akamai-device-characteristics']
  const words = [IPHONE, IPAD, TIZEN, '"Android"', '?1', 'mobile', 'tablet-ipad', 'is_mobile=true', 'true', '']
  const value = fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary' }), fc.array(fc.constantFrom(...words)))
  const headers = fc.dictionary(fc.constantFrom(...names, 'cloudfront-is-ios-viewer'), value, { maxKeys: 7 })
  fc.assert(
    fc.property(headers, fc.boolean(), (given, trusted) => {
      const evidence = trusted ? { cdnHeaders: given, headers: given } : { headers: given }
      const { device, headersRead } = identifyDevice(evidence)
      if (!DEVICE_CLASSES.includes(device.class)) throw new Error(device.class)
      // What was not read cannot matter: without it the answer is the same.
      const needed = Object.fromEntries(Object.entries(given).filter(([name]) => headersRead.includes(name)))
      const again = identifyDevice(trusted ? { cdnHeaders: needed, headers: needed } : { headers: needed })
      return JSON.stringify(again.device) === JSON.stringify(device)
    }),
    { numRuns: 500 }
  )
  t.pass('500 requests')
})
