import { createHmac } from 'node:crypto'
import { decodeKsBase64 } from './ks-base64.js'
import type { DecodedKs, KsFailure, KsFields, VerifiedKs } from './ks-fields.js'
import { readKsV1, signedV1 } from './ks-v1.js'
import { fieldsOfKsV2, isKsV2, openKsV2, readKsV2 } from './ks-v2.js'

export type { DecodedKs, KsFailure, KsFields, ParsedPrivileges, VerifiedKs } from './ks-fields.js'
export { hasPrivilege, isAdmin, isAnonymous, isWidgetSession, parsePrivileges } from './ks-privileges.js'
export { makeKsV1, type NewKs } from './ks-v1.js'
export { makeKsV2 } from './ks-v2.js'
export type { KsCircumstances, KsStatus } from './ks-validity.js'
export { KS_EXPIRED, KS_OK, KS_RESTRICTED_IP, KS_RESTRICTED_URI, ksValidity, sessionIdHash } from './ks-validity.js'

/**
 * What anybody can see of a session (reference ks.md section 1): all fields of version 1, which nothing proves, and
 * the partner id of version 2. Null for text that is no session. Never throws.
 */
export function decodeKs(text: string): DecodedKs | null {
  const bytes = decodeKsBase64(text)
  if (bytes === null) return null
  if (isKsV2(bytes)) {
    const ks = readKsV2(bytes)
    return ks && { version: 2, partnerId: ks.partnerId }
  }
  const ks = readKsV1(bytes)
  return ks && { version: 1, ...ks.fields }
}

/**
 * Verifies a session with a partner's admin secrets, tried in order (vector group `ks`, `*-second-of-two-secrets`).
 * Give `partnerId`, the partner whose secrets these are, unless you looked them up by the id in the session: version 2
 * does not sign its partner id, so the same secret would vouch for any other id written in front. Says nothing about
 * expiry: see `ksValidity`. Never throws; the answer never quotes the session.
 */
export function verifyKs(text: string, secrets: readonly string[], partnerId?: number): VerifiedKs | KsFailure {
  const bytes = decodeKsBase64(text)
  if (bytes === null) return failed('malformed')
  // An empty secret is a configuration slip, and everybody can sign with it.
  const usable = secrets.filter((secret) => secret !== '')
  return isKsV2(bytes) ? verifyV2(bytes, usable, partnerId) : verifyV1(bytes, usable, partnerId)
}

function verifyV1(bytes: Buffer, secrets: readonly string[], partnerId: number | undefined): VerifiedKs | KsFailure {
  const ks = readKsV1(bytes)
  if (ks === null) return failed('malformed')
  if (partnerId !== undefined && ks.fields.partnerId !== partnerId) return failed('partner')
  if (!secrets.some((secret) => signedV1(ks, secret))) return failed('signature')
  return verified(1, ks.signature.toString('latin1'), ks.fields, ks.expiryText)
}

function verifyV2(bytes: Buffer, secrets: readonly string[], partnerId: number | undefined): VerifiedKs | KsFailure {
  const ks = readKsV2(bytes)
  if (ks === null) return failed('malformed')
  if (partnerId !== undefined && ks.partnerId !== partnerId) return failed('partner')
  for (const secret of secrets) {
    const open = openKsV2(ks, secret)
    if (open === null) continue
    const content = fieldsOfKsV2(ks.partnerId, open.form)
    if (content === null) return failed('malformed')
    return verified(2, open.hash.toString('hex'), content.fields, content.expiryText)
  }
  return failed('signature')
}

/**
 * A well signed expiry that is text but no number is compared as text by Kaltura and may never end. Calling it
 * expired would refuse what Kaltura accepts, so it counts as unreadable and Kaltura decides.
 */
function verified(version: 1 | 2, hash: string, fields: KsFields, expiryText: string | null): VerifiedKs | KsFailure {
  if (fields.expiry === null && expiryText !== null && expiryText !== '') return failed('malformed')
  return { ok: true, version, hash, ...fields }
}

function failed(reason: KsFailure['reason']): KsFailure {
  return { ok: false, reason }
}

/**
 * Whether a session may be bound to the exact request URI, so that the request must be redirected as it came
 * (reference access-control.md section 6). A verified session is taken at its word.
 *
 * An unverified version 1 session is too, and that is safe without trusting it: either Kaltura finds the signature
 * good, then the text is what was signed, or it refuses the session whatever the URI is. The word is looked for in the
 * whole text, so a shifted field cannot hide it. A version 2 session without its secret, and text that cannot be read,
 * may carry anything.
 */
export function mayCarryUriRestrict(ksText: string, verifiedKs: VerifiedKs | null): boolean {
  if (verifiedKs !== null) return verifiedKs.parsedPrivileges.has('urirestrict')
  const bytes = decodeKsBase64(ksText)
  if (bytes === null || isKsV2(bytes)) return true
  return readKsV1(bytes) === null || bytes.includes('urirestrict')
}

/** Bytes of the fingerprint: 128 bits, 22 characters. */
const FINGERPRINT_BYTES = 16

/**
 * The name of a session in cache keys and logs: HMAC-SHA256 under `key` (at least 16 bytes, else a RangeError),
 * truncated to 22 base64url characters. Spellings of one session (alphabet, padding, blanks) have one fingerprint.
 */
export function ksFingerprint(text: string, key: Buffer): string {
  if (key.length < 16) throw new RangeError('the fingerprint key must have at least 16 bytes')
  const bytes = decodeKsBase64(text)
  const mac = createHmac('sha256', key)
  mac.update(bytes === null ? 'text:' : 'bytes:').update(bytes ?? text)
  return mac.digest().subarray(0, FINGERPRINT_BYTES).toString('base64url')
}
