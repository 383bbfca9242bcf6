/** Privilege name -> its values, in the order of the session. A name without a value has an empty list. */
export type ParsedPrivileges = ReadonlyMap<string, readonly string[]>

/** What a Kaltura Session says, whether or not anybody checked its signature. */
export interface KsFields {
  /** Null when the text is not a canonical integer. -1 is Kaltura's own batch partner. */
  partnerId: number | null
  /** Unix seconds; valid while `expiry > now`. Null when missing or not a number. */
  expiry: number | null
  /** 0 user, 1 and above admin. Null when missing or not a number. */
  type: number | null
  /** Empty, `0` or null: anonymous. */
  userId: string | null
  /** Comma list of `name[:value[/value...]]`, as the session writes it. */
  privileges: string | null
  parsedPrivileges: ParsedPrivileges
  masterPartnerId: string | null
  additionalData: string | null
}

/**
 * A session whose signature one of our secrets made. Only `verifyKs` may build it. `hash` is what Kaltura keeps of a
 * session that was logged out: for version 1 it is the signature itself, so treat it like the session.
 */
export interface VerifiedKs extends KsFields {
  ok: true
  version: 1 | 2
  /** 40 hex digits. */
  hash: string
}

/**
 * Why a session was not verified. `malformed`: not a session that can be read. `partner`: it names another partner
 * than the one asked for. `signature`: none of the given secrets made it.
 */
export interface KsFailure {
  ok: false
  reason: 'malformed' | 'partner' | 'signature'
}

/** What anybody can read without a secret: everything of version 1 (unproven), the partner id of version 2. */
export type DecodedKs = ({ version: 1 } & KsFields) | { version: 2; partnerId: number | null }

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** UTF-8 text, or null for bytes that are not: two different byte strings must never become one text. */
export function textOf(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes)
  } catch {
    return null
  }
}

/** A canonical decimal integer, so that one partner has one spelling. */
export function partnerIdOf(text: string): number | null {
  return /^(?:0|-?[1-9]\d{0,9})$/.test(text) ? Number(text) : null
}

/**
 * A number as the server's language reads one from text: blanks around it, a sign, a fraction and an exponent are
 * allowed; anything else is not a number.
 */
export function numberOf(text: string | null): number | null {
  if (text === null || text.length > 64) return null
  return /^[ \t\n\r\v\f]*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[ \t\n\r\v\f]*$/.test(text)
    ? Number(text.trim())
    : null
}
