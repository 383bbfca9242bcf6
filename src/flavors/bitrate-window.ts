import type { FlavorAsset } from './flavor-asset.js'
import type { RequestParams } from './params.js'
import { isTruthy, parseNumeric } from './php-number.js'

/** Limits in kbps, both inclusive. */
export interface BitrateWindow {
  min?: number
  max?: number
}

/**
 * Kaltura's check of `maxBitrate` (error 19) and `minBitrate` (error 49), before it looks at anything else; the upper
 * limit comes first. Values that are not numbers or not above 0 are errors, falsy ones are not set
 * (vectors minBitrate-value-*, maxBitrate-value-*, precedence-max-before-min).
 */
export function checkBitrates(params: RequestParams): 19 | 49 | null {
  if (isInvalid(params.maxBitrate)) return 19
  if (isInvalid(params.minBitrate)) return 49
  return null
}

function isInvalid(value: string | false | undefined): boolean {
  if (!isTruthy(value)) return false
  const number = parseNumeric(value)
  return number === null || number <= 0
}

/** The window of a request that passed `checkBitrates`, or null when it sets no limit. */
export function bitrateWindow(params: RequestParams): BitrateWindow | null {
  const min = limit(params.minBitrate)
  const max = limit(params.maxBitrate)
  if (min === null && max === null) return null
  return { ...(min !== null && { min }), ...(max !== null && { max }) }
}

function limit(value: string | false | undefined): number | null {
  return isTruthy(value) ? parseNumeric(value) : null
}

/** Audio renditions, which no window drops. */
const EXEMPT_TAGS = ['alt_audio', 'audio_only']

/**
 * The flavors within the window, in the order given. Audio renditions always pass. A window that would leave nothing is
 * ignored, so an asset never loses all its flavors to it (vectors bitrate-excludes-all-*, minBitrate-inclusive).
 */
export function withinWindow(
  flavors: readonly FlavorAsset[],
  window: BitrateWindow
): { flavors: FlavorAsset[]; ignored: boolean } {
  const kept = flavors.filter((flavor) => isWithin(flavor, window))
  return kept.length > 0 ? { flavors: kept, ignored: false } : { flavors: [...flavors], ignored: flavors.length > 0 }
}

function isWithin(flavor: FlavorAsset, { min = -Infinity, max = Infinity }: BitrateWindow): boolean {
  if (flavor.tags.some((tag) => EXEMPT_TAGS.includes(tag))) return true
  return flavor.bitrate >= min && flavor.bitrate <= max
}
