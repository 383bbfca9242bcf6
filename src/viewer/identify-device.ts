import { deviceFromCdnHeaders } from './cdn-headers.js'
import { deviceFromClientHints } from './client-hints.js'
import { type Device, type DeviceClass, deviceFromUserAgent } from './device.js'
import { type RequestHeaders, readHeader } from './request-headers.js'

export type DeviceSource = 'hint' | 'cdn' | 'client-hints' | 'user-agent'

/** What is known about who asks. */
export interface DeviceEvidence {
  /** The explicit `device=` parameter, already understood (`deviceFromHint`). */
  hint?: Device | undefined
  /** Where a CDN's device headers may be found: pass it only when the peer is a trusted proxy. */
  cdnHeaders?: RequestHeaders | undefined
  headers: RequestHeaders
}

export interface IdentifiedDevice {
  device: Device
  /** The source that named the class. */
  source: DeviceSource
  /** Lower-case names of the headers that the decision looked at, absent ones too, in that order: `Vary`. */
  headersRead: string[]
}

interface Sighting {
  device: Device
  source: DeviceSource
}

/**
 * The classes that a later source may put in place of an earlier one's: the same device seen more sharply. A class that
 * is not named here stands, so a User-Agent never turns an iPad into something else.
 */
const SHARPER: Partial<Record<DeviceClass, readonly DeviceClass[]>> = {
  desktop: ['mac-safari', 'mac', 'tv', 'chromecast', 'roku', 'apple-tv', 'console', 'native-player'],
  android: ['tv', 'chromecast', 'windows-phone']
}

/**
 * The device: the hint alone when there is one, else CDN headers, then Client Hints, then the User-Agent, each asked only
 * while the sources before it leave something open. A vague answer is made sharper by a later source, not replaced by
 * its opposite: "mobile" of a CDN becomes the iPhone of the User-Agent, Linux of the Client Hints the television set.
 */
export function identifyDevice({ hint, cdnHeaders, headers }: DeviceEvidence): IdentifiedDevice {
  if (hint) return { device: hint, source: 'hint', headersRead: [] }
  const read = new Set<string>()
  let best: Sighting | null = null
  const cdn = cdnHeaders ? deviceFromCdnHeaders(cdnHeaders, read) : null
  if (cdn) best = { device: cdn, source: 'cdn' }
  if (!settled(best)) {
    const hints = deviceFromClientHints(headers, read)
    if (hints) best = combine(best, { device: hints, source: 'client-hints' })
  }
  if (best === null || !settled(best)) {
    const device = deviceFromUserAgent(readHeader(headers, 'user-agent', read))
    best = combine(best, { device, source: 'user-agent' })
  }
  return { ...best, headersRead: [...read] }
}

/** Whether no later source could say more that a rule may ask for. */
function settled(sighting: Sighting | null): boolean {
  if (sighting === null) return false
  const { device, source } = sighting
  const hints = source === 'client-hints'
  // Only Chromium sends Client Hints, so the version no longer matters; and no television set says "mobile".
  if (device.class === 'android') return hints && device.form === 'phone'
  // A console calls itself Windows there, a television set Linux.
  if (device.class === 'desktop') return hints && (device.os === 'macOS' || device.os === 'ChromeOS')
  return device.class !== 'unknown' && device.class !== 'tv'
}

function combine(first: Sighting | null, second: Sighting): Sighting {
  if (first === null) return second
  const { device: vague } = first
  const { device: other } = second
  if (other.class === vague.class || other.class === 'unknown') return { ...first, device: completed(vague, other) }
  return isSharper(vague, other) ? { ...second, device: completed(other, vague) } : first
}

function isSharper(vague: Device, other: Device): boolean {
  if (vague.class === 'unknown') {
    if (vague.os === 'iOS') return other.os === 'iOS' || other.class === 'mac-safari'
    const handheld = vague.form === 'phone' || vague.form === 'tablet'
    return !(handheld && other.class === 'desktop')
  }
  // Fire TV too: an Android to the rules, a television set to a CDN.
  if (vague.class === 'tv') return other.form === 'tv'
  return SHARPER[vague.class]?.includes(other.class) ?? false
}

/** `device`, with what it lacks taken from another view of the same device. */
function completed(device: Device, other: Device): Device {
  const { class: _class, reason: _reason, osVersion, ...facts } = other
  const whole: Device = { ...facts, ...device }
  if (osVersion && !device.osVersion && whole.os === other.os) whole.osVersion = osVersion
  return whole
}
