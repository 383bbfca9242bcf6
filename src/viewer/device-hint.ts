import { type Device, osVersionOf } from './device-class.js'

type HintedDevice = Omit<Device, 'reason'>

const IPAD: HintedDevice = { class: 'ipad', os: 'iOS', form: 'tablet' }
const IPHONE: HintedDevice = { class: 'iphone', os: 'iOS', form: 'phone' }
const ANDROID: HintedDevice = { class: 'android', os: 'Android' }
const FIRE_TV: HintedDevice = { class: 'android', os: 'Android', form: 'tv' }
const ANDROID_TV: HintedDevice = { class: 'tv', os: 'Android', form: 'tv' }
const APPLE_TV: HintedDevice = { class: 'apple-tv', os: 'tvOS', form: 'tv' }
const TV: HintedDevice = { class: 'tv', form: 'tv' }
const CONSOLE: HintedDevice = { class: 'console', form: 'tv' }
const DESKTOP: HintedDevice = { class: 'desktop', form: 'desktop' }
const UNKNOWN: HintedDevice = { class: 'unknown' }

/** The words that `device=` accepts, in lower case. */
const HINTS: ReadonlyMap<string, HintedDevice> = new Map([
  ['ipad', IPAD],
  ['iphone', IPHONE],
  ['ipod', IPHONE],
  ['android', ANDROID],
  ['android-phone', { ...ANDROID, form: 'phone' }],
  ['android-tablet', { ...ANDROID, form: 'tablet' }],
  ['android-tv', ANDROID_TV],
  ['androidtv', ANDROID_TV],
  ['fire-tv', FIRE_TV],
  ['firetv', FIRE_TV],
  ['apple-tv', APPLE_TV],
  ['appletv', APPLE_TV],
  ['tvos', APPLE_TV],
  ['mac-safari', { class: 'mac-safari' }],
  ['mac', { class: 'mac', os: 'macOS', form: 'desktop' }],
  ['chromecast', { class: 'chromecast', form: 'tv' }],
  ['roku', { class: 'roku', os: 'Roku OS', form: 'tv' }],
  ['tv', TV],
  ['smart-tv', TV],
  ['smarttv', TV],
  ['tizen', { ...TV, os: 'Tizen' }],
  ['webos', { ...TV, os: 'webOS' }],
  ['console', CONSOLE],
  ['playstation', CONSOLE],
  ['xbox', CONSOLE],
  ['windows-phone', { class: 'windows-phone', os: 'Windows Phone', form: 'phone' }],
  ['desktop', DESKTOP],
  ['pc', DESKTOP],
  ['native-player', { class: 'native-player' }],
  ['unknown', UNKNOWN],
  ['default', UNKNOWN]
])

/** The accepted words, for the text of a 400 and for the generated documentation. */
export const DEVICE_HINTS: readonly string[] = [...HINTS.keys()]

const VERSION = /[-/](\d{1,4})(?:\.(\d{1,4})(?:\.\d{1,4})?)?$/

/**
 * The device that an explicit `device=` parameter names: a word of `DEVICE_HINTS` in any case, and for those with an
 * operating system a version behind `-` or `/` (`android-2`, `Android/2.3.6`, `ipad/12.5`). Null for anything else, so
 * that the caller can answer 400: a misspelt hint must not be ignored silently.
 */
export function deviceFromHint(value: string): Device | null {
  if (value.length > 40) return null
  const text = value.toLowerCase()
  const found = VERSION.exec(text)
  const hinted = HINTS.get(found ? text.slice(0, found.index) : text)
  if (hinted === undefined) return null
  const osVersion = osVersionOf(found?.[1], found?.[2])
  if (osVersion === undefined) return { ...hinted, reason: 'hint' }
  return hinted.os === undefined ? null : { ...hinted, osVersion, reason: 'hint' }
}
