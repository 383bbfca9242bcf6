import t from 'tap'
import { deviceFromCdnHeaders } from '../../src/viewer/cdn-headers.js'

const cloudFront = (...kinds: string[]) =>
  deviceFromCdnHeaders(
    Object.fromEntries(
      ['mobile', 'tablet', 'smarttv', 'desktop', 'ios', 'android'].map((kind) => [
        `cloudfront-is-${kind}-viewer`,
        String(kinds.includes(kind))
      ])
    )
  )
const named = (header: string, value: string) => deviceFromCdnHeaders({ [header]: value })
const akamai = (value: string) => named('x-akamai-device-characteristics', value)

t.test('CloudFront', async (t) => {
  t.match(cloudFront('ios', 'mobile'), { class: 'iphone' })
  t.match(cloudFront('ios', 'tablet'), { class: 'ipad' })
  t.match(cloudFront('ios', 'tablet', 'mobile'), { class: 'ipad' }, 'a tablet is often mobile too')
  t.match(cloudFront('android', 'mobile'), { class: 'android', form: 'phone' })
  t.match(cloudFront('android', 'mobile', 'tablet'), { class: 'android', form: 'tablet' })
  t.match(cloudFront('smarttv'), { class: 'tv', form: 'tv' })
  t.match(cloudFront('smarttv', 'android'), { class: 'tv' })
  t.match(cloudFront('desktop'), { class: 'desktop' })
  t.match(cloudFront('mobile'), { class: 'unknown', form: 'phone' }, 'an iPhone or an Android phone')
  t.match(cloudFront('tablet'), { class: 'unknown', form: 'tablet' })
  t.match(cloudFront('ios'), { class: 'unknown', os: 'iOS' })
  t.equal(cloudFront(), null)
  t.equal(named('cloudfront-is-ios-viewer', 'yes'), null)
})

t.test('Akamai', async (t) => {
  t.match(
    akamai('brand_name=Apple;model_name=iPad;is_mobile=true;is_tablet=true;device_os=iOS;device_os_version=17.5'),
    {
      class: 'ipad',
      osVersion: { major: 17, minor: 5 }
    }
  )
  t.match(akamai('brand_name=Apple; model_name=iPhone 12; is_tablet=false; device_os=iOS'), { class: 'iphone' })
  t.match(akamai('is_tablet=true;is_mobile=true;brand_name=Apple'), { class: 'ipad' })
  t.match(akamai('is_mobile=true;brand_name=Apple'), { class: 'iphone' })
  t.match(akamai('brand_name=Google; is_tablet=false; device_os=Android;is_mobile=true;device_os_version=2.3.6'), {
    class: 'android',
    form: 'phone',
    osVersion: { major: 2, minor: 3 }
  })
  t.match(akamai('brand_name=Apple;model_name=Apple TV'), { class: 'apple-tv' })
  t.match(akamai('device_os=Windows Phone OS;is_mobile=true'), { class: 'windows-phone' })
  t.match(akamai('is_mobile=false;device_os=Windows NT'), { class: 'desktop' })
  t.match(akamai('is_mobile=true'), { class: 'unknown', form: 'phone' })
  for (const nothing of ['', ';;;', '=;=', 'is_mobile', 'is_mobile=false'])
    t.equal(akamai(nothing), null, JSON.stringify(nothing))
})

t.test('names', async (t) => {
  for (const [value, expected] of [
    ['mobile-iphone', { class: 'iphone' }],
    ['tablet-ipad', { class: 'ipad' }],
    ['mobile-android', { class: 'android', form: 'phone' }],
    ['tablet-android', { class: 'android', form: 'tablet' }],
    ['tv', { class: 'tv' }],
    ['pc', { class: 'desktop' }],
    ['mobile-smartphone', { class: 'unknown', form: 'phone' }],
    ['tablet-hp', { class: 'unknown', form: 'tablet' }],
    ['iPad', { class: 'ipad' }]
  ] as const) {
    t.match(named('x-ua-device', value), expected, value)
    t.match(named('x-device', value), expected, value)
  }
  for (const bot of ['bot', 'mobile-bot', 'unknown', 'whatever', '']) t.equal(named('x-ua-device', bot), null, bot)
})

t.test('Cloudflare', async (t) => {
  t.match(named('cf-device-type', 'mobile'), { class: 'unknown', form: 'phone' })
  t.match(named('cf-device-type', 'tablet'), { class: 'unknown', form: 'tablet' })
  t.match(named('cf-device-type', 'desktop'), { class: 'desktop' })
})

t.test('a class wins over a form, whatever the family', async (t) => {
  t.match(deviceFromCdnHeaders({ 'cloudfront-is-mobile-viewer': 'true', 'x-ua-device': 'mobile-iphone' }), {
    class: 'iphone'
  })
  t.match(deviceFromCdnHeaders({ 'cloudfront-is-mobile-viewer': 'true', 'cf-device-type': 'tablet' }), {
    form: 'phone'
  })
})

t.test('only headers that are there are read', async (t) => {
  const read = new Set<string>()
  deviceFromCdnHeaders({ 'cf-device-type': 'mobile', 'user-agent': 'x' }, read)
  t.strictSame([...read], ['cf-device-type'])
})
