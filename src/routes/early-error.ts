import { checkBitrates } from '../flavors/bitrate-window.js'
import { isTruthy, parseNumeric } from '../flavors/php-number.js'
import type { EffectiveParameters } from '../playmanifest/parameters.js'
import type { ViewerKs } from '../viewer/viewer-ks.js'

/**
 * Kaltura's error number that a request deserves for what stands in it, whatever the entry is; null for none.
 *
 * @param now Unix ms
 * @returns `lasting`: the same for as long as the request is
 */
export function earlyError(
  effective: EffectiveParameters,
  ks: ViewerKs['state'],
  now: number
): { code: number; lasting: boolean } | null {
  const invalid = checkBitrates(effective)
  if (invalid !== null) return { code: invalid, lasting: true }
  if (hasExpired(effective.expiry, now)) return { code: 28, lasting: false }
  if (ks === 'expired') return { code: 31, lasting: false }
  if (!effective.entryId && ks === 'none' && effective.kt === undefined && effective.expiry === undefined) {
    return { code: 1, lasting: true }
  }
  return null
}

/** A signed URL's end in the past, looked at before anything else is (recordings expiry_past, expiry_nan). */
function hasExpired(expiry: string | false | undefined, now: number): boolean {
  if (!isTruthy(expiry)) return false
  const seconds = parseNumeric(expiry)
  return seconds !== null && seconds <= now / 1000
}
