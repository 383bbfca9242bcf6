import { type Device, type DeviceForm, osVersionOf } from './device-class.js'
import { FIRE_TV, USER_AGENT_TABLE, type UserAgentRow } from './user-agent-table.js'

export type { Device, DeviceClass, DeviceForm, DevicePlayer, OsVersion } from './device-class.js'
export { DEVICE_CLASSES, hlsOnAndroid } from './device-class.js'

/** Longer texts are cut: no device needs more, and matching costs time for every character. */
export const MAX_USER_AGENT = 1024

/**
 * The device that a User-Agent shows (reference device-rules.md sections 3 and 4). Compared as written, with case. A
 * missing or unknown text is class `unknown`. Never throws; linear in the length of the text.
 */
export function deviceFromUserAgent(ua: string | undefined): Device {
  if (ua === undefined || ua === '') return { class: 'unknown', reason: 'no-user-agent' }
  const text = ua.length > MAX_USER_AGENT ? ua.slice(0, MAX_USER_AGENT) : ua
  const row = USER_AGENT_TABLE.find((candidate) => matches(candidate, text))
  return row ? describe(row, text) : { class: 'unknown', reason: 'no-match' }
}

function matches({ all, any, none, pattern }: UserAgentRow, text: string): boolean {
  const has = (word: string): boolean => text.includes(word)
  if (all && !all.every(has)) return false
  if (any && !any.some(has)) return false
  if (none?.some(has)) return false
  return pattern === undefined || pattern.test(text)
}

function describe(row: UserAgentRow, text: string): Device {
  const device: Device = { ...row.device }
  const found = row.version?.exec(text)
  const osVersion = osVersionOf(found?.[1], found?.[2])
  if (osVersion) device.osVersion = osVersion
  const form = row.form === undefined ? undefined : formOf(row.form, text)
  if (form) device.form = form
  return device
}

// Kaltura's Android SDK writes the kind of device before the name of the player. Bounded, so linear.
const KALTURA_SDK_FORM = / (Mobile|TV)[^ ]{0,16} (?:ExoPlayerLib|AndroidXMedia3)\//

/** A browser says `Mobile` on a phone and leaves it out on a tablet; an app that says nothing may be on either. */
function formOf(kind: 'android-browser' | 'android-app', text: string): DeviceForm | undefined {
  if (kind === 'android-browser') return text.includes('Mobile') ? 'phone' : 'tablet'
  if (FIRE_TV.test(text) || text.includes('BRAVIA')) return 'tv'
  const stated = KALTURA_SDK_FORM.exec(text)?.[1]
  return stated === 'TV' ? 'tv' : stated === 'Mobile' ? 'phone' : undefined
}
