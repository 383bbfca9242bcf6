import { type Device, type DeviceForm, osVersionOf } from './device-class.js'
import { deviceFromHint } from './device-hint.js'
import { type RequestHeaders, readHeader } from './request-headers.js'

type Reader = (headers: RequestHeaders, read?: Set<string>) => Device | null

/**
 * The device that a CDN in front has worked out; null when no such header is there or none says anything. Pass the
 * headers of trusted peers only: anybody can send these names. Of several families the first that names a device
 * class wins, else the first that says anything. A header that only says "mobile" or "tablet" yields class `unknown`
 * with that form.
 *
 * Only headers that are there are added to `read`: a CDN adds its headers to every request or to none, so an absent one
 * never makes two answers differ.
 */
export function deviceFromCdnHeaders(headers: RequestHeaders, read?: Set<string>): Device | null {
  let vague: Device | null = null
  for (const family of FAMILIES) {
    const device = family(headers, read)
    if (device && device.class !== 'unknown') return device
    vague ??= device
  }
  return vague
}

function present(headers: RequestHeaders, name: string, read?: Set<string>): string | undefined {
  return headers[name] === undefined ? undefined : readHeader(headers, name, read)
}

/** Amazon CloudFront: six flags, several may be true at once (a tablet is often "mobile" too). */
const cloudFront: Reader = (headers, read) => {
  const [ios, android, tv, tablet, mobile, desktop] = CLOUDFRONT.map(
    (kind) => present(headers, `cloudfront-is-${kind}-viewer`, read)?.toLowerCase() === 'true'
  )
  const reason = 'cdn-cloudfront'
  const form = tv ? 'tv' : tablet ? 'tablet' : mobile ? 'phone' : undefined
  if (tv) return { class: 'tv', form: 'tv', reason }
  if (ios) return appleDevice(form, reason)
  if (android)
    return form ? { class: 'android', os: 'Android', form, reason } : { class: 'android', os: 'Android', reason }
  if (form) return { class: 'unknown', form, reason }
  return desktop ? { class: 'desktop', form: 'desktop', reason } : null
}

const CLOUDFRONT = ['ios', 'android', 'smarttv', 'tablet', 'mobile', 'desktop'] as const

/** Akamai: `brand_name=Apple;model_name=iPad;is_mobile=true;is_tablet=true;device_os=iOS;device_os_version=17.5`. */
const akamai: Reader = (headers, read) => {
  const text = present(headers, 'x-akamai-device-characteristics', read)?.slice(0, 2048)
  if (text === undefined) return null
  const facts = new Map<string, string>()
  for (const pair of text.split(';')) {
    const equals = pair.indexOf('=')
    if (equals > 0)
      facts.set(
        pair.slice(0, equals).trim().toLowerCase(),
        pair
          .slice(equals + 1)
          .trim()
          .toLowerCase()
      )
  }
  const device = akamaiDevice(facts)
  const found = /^(\d{1,4})(?:[._](\d{1,4}))?/.exec(facts.get('device_os_version') ?? '')
  const osVersion = osVersionOf(found?.[1], found?.[2])
  return device && osVersion && device.os !== undefined ? { ...device, osVersion } : device
}

function akamaiDevice(facts: ReadonlyMap<string, string>): Device | null {
  const reason = 'cdn-akamai'
  const model = facts.get('model_name') ?? ''
  const os = facts.get('device_os') ?? ''
  const apple = facts.get('brand_name') === 'apple'
  const mobile = facts.get('is_mobile') === 'true'
  const form = facts.get('is_tablet') === 'true' ? 'tablet' : mobile ? 'phone' : undefined
  if (model.includes('apple tv') || model.includes('appletv') || os === 'tvos') {
    return { class: 'apple-tv', os: 'tvOS', form: 'tv', reason }
  }
  if (model.includes('ipad') || os === 'ipados') return appleDevice('tablet', reason)
  if (model.includes('iphone') || model.includes('ipod')) return appleDevice('phone', reason)
  if (os.startsWith('windows phone')) return { class: 'windows-phone', os: 'Windows Phone', form: 'phone', reason }
  if (os.startsWith('android')) return { class: 'android', os: 'Android', ...(form && { form }), reason }
  if (os === 'ios' || os === 'iphone os' || (apple && form)) return appleDevice(form, reason)
  if (form) return { class: 'unknown', form, reason }
  return facts.get('is_mobile') === 'false' && DESKTOP_OS.test(os)
    ? { class: 'desktop', form: 'desktop', reason }
    : null
}

const DESKTOP_OS = /^(?:windows|mac|os x|linux|chrome)/

/** Names as Varnish's devicedetect writes them (`tablet-ipad`, `mobile-android`, `pc`), or the words of `device=`. */
const namedDevice =
  (name: string, reason: string): Reader =>
  (headers, read) => {
    const text = present(headers, name, read)?.toLowerCase()
    if (text === undefined) return null
    const named = deviceFromHint(NAMES.get(text) ?? text)
    if (named) return named.class === 'unknown' ? null : { ...named, reason }
    const form = FORMS.find(([prefix]) => text === prefix || text.startsWith(`${prefix}-`))?.[1]
    return form && !text.endsWith('-bot') ? { class: 'unknown', form, reason } : null
  }

const NAMES: ReadonlyMap<string, string> = new Map([
  ['mobile-iphone', 'iphone'],
  ['tablet-ipad', 'ipad'],
  ['mobile-android', 'android-phone'],
  ['tablet-android', 'android-tablet'],
  ['tablet-kindle', 'android-tablet'],
  ['mobile-windowsphone', 'windows-phone']
])

const FORMS: readonly (readonly [string, DeviceForm])[] = [
  ['mobile', 'phone'],
  ['phone', 'phone'],
  ['smartphone', 'phone'],
  ['tablet', 'tablet']
]

/** The order is that of how much a family can say. */
const FAMILIES: readonly Reader[] = [
  cloudFront,
  akamai,
  namedDevice('x-ua-device', 'cdn-x-ua-device'),
  namedDevice('x-device', 'cdn-x-device'),
  namedDevice('cf-device-type', 'cdn-cloudflare')
]

/** An Apple phone or tablet; without a form it may be either. */
function appleDevice(form: DeviceForm | undefined, reason: string): Device {
  if (form === 'tablet') return { class: 'ipad', os: 'iOS', form, reason }
  if (form === 'phone') return { class: 'iphone', os: 'iOS', form, reason }
  return { class: 'unknown', os: 'iOS', reason }
}
