import { type Device, type DeviceForm, osVersionOf } from './device-class.js'
import { type RequestHeaders, readHeader } from './request-headers.js'

const PLATFORMS: ReadonlyMap<string, Omit<Device, 'reason'>> = new Map([
  ['Android', { class: 'android', os: 'Android' }],
  ['Windows', { class: 'desktop', os: 'Windows', form: 'desktop' }],
  ['macOS', { class: 'desktop', os: 'macOS', form: 'desktop' }],
  ['Chrome OS', { class: 'desktop', os: 'ChromeOS', form: 'desktop' }],
  ['Chromium OS', { class: 'desktop', os: 'ChromeOS', form: 'desktop' }],
  ['Linux', { class: 'desktop', os: 'Linux', form: 'desktop' }]
] as const)

/** Desktop platforms whose version in the hints is not that of the operating system's name (Windows 11 is 13 and up). */
const VERSIONED = new Set(['Android', 'iOS', 'macOS'])

/**
 * The device that User-Agent Client Hints show (reference device-rules.md section 4); null when they are absent or say
 * nothing. Only Chromium sends them. `Sec-CH-UA-Platform-Version` and `-Form-Factors` come on request only and are used
 * when they are there. Text that is no structured-field string (quoted) is ignored, as its standard asks.
 * Names looked at are added to `read`.
 */
export function deviceFromClientHints(headers: RequestHeaders, read?: Set<string>): Device | null {
  const platform = quoted(readHeader(headers, 'sec-ch-ua-platform', read))
  const mobile = readHeader(headers, 'sec-ch-ua-mobile', read)
  const phone = mobile === '?1'
  if (platform === undefined || platform === 'Unknown') {
    return phone ? { class: 'unknown', form: 'phone', reason: 'client-hints-mobile' } : null
  }
  const reason = 'client-hints-platform'
  if (platform === 'iOS') {
    const device: Device = phone
      ? { class: 'iphone', os: 'iOS', form: 'phone', reason }
      : { class: 'ipad', os: 'iOS', form: 'tablet', reason }
    return withVersion(device, headers, read)
  }
  const known = PLATFORMS.get(platform)
  if (known === undefined) return phone ? { class: 'unknown', form: 'phone', reason: 'client-hints-mobile' } : null
  const device: Device = { ...known, reason }
  if (known.class !== 'android') return VERSIONED.has(platform) ? withVersion(device, headers, read) : device
  const form = androidForm(mobile, headers, read)
  if (form) device.form = form
  return withVersion(device, headers, read)
}

/** `?1` is a phone; `?0` is a tablet or a television set, which only the form factors can tell. */
function androidForm(mobile: string | undefined, headers: RequestHeaders, read?: Set<string>): DeviceForm | undefined {
  const factors = readHeader(headers, 'sec-ch-ua-form-factors', read)?.split(',') ?? []
  const names = factors.map((factor) => quoted(factor.trim()))
  if (names.includes('Tablet')) return 'tablet'
  if (names.includes('Mobile') || mobile === '?1') return 'phone'
  return undefined
}

function withVersion(device: Device, headers: RequestHeaders, read?: Set<string>): Device {
  const text = quoted(readHeader(headers, 'sec-ch-ua-platform-version', read)) ?? ''
  const found = /^(\d{1,4})(?:\.(\d{1,4}))?(?:\.|$)/.exec(text)
  const osVersion = osVersionOf(found?.[1], found?.[2])
  return osVersion ? { ...device, osVersion } : device
}

/** The content of a structured-field string; undefined for anything else. No platform name needs an escape. */
function quoted(text: string | undefined): string | undefined {
  return text === undefined ? undefined : /^"([^"\\]*)"$/.exec(text)?.[1]
}
