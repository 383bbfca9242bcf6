import { createHash } from 'node:crypto'
import type { VerifiedKs } from './ks-fields.js'

/** Kaltura's status numbers that can be known without asking Kaltura (reference ks.md section 4). */
export const KS_OK = 1
export const KS_EXPIRED = -5
export const KS_RESTRICTED_IP = -9
export const KS_RESTRICTED_URI = -11

export type KsStatus = typeof KS_OK | typeof KS_EXPIRED | typeof KS_RESTRICTED_IP | typeof KS_RESTRICTED_URI

/** What a session is held against. */
export interface KsCircumstances {
  /** Unix seconds. */
  now: number
  /** The trusted address of the viewer. Left out: `iprestrict` is not judged. */
  clientIp?: string | undefined
  /** Path and query as Kaltura will see them. Left out: `urirestrict` is not judged. */
  requestUri?: string | undefined
}

/**
 * Kaltura's own order: expiry, address, URI (vector group `ks`, field `validity`). 1 means that nothing here speaks
 * against the session; Kaltura may still know that it was logged out.
 */
export function ksValidity(ks: VerifiedKs, { now, clientIp, requestUri }: KsCircumstances): KsStatus {
  if (ks.expiry === null || ks.expiry <= now) return KS_EXPIRED
  const addresses = ks.parsedPrivileges.get('iprestrict')
  if (addresses && clientIp !== undefined && !addresses.includes(clientIp)) return KS_RESTRICTED_IP
  const uris = ks.parsedPrivileges.get('urirestrict')
  if (uris && requestUri !== undefined && !uriAllowed(uris.join('/'), requestUri)) return KS_RESTRICTED_URI
  return KS_OK
}

/** Alternatives are joined by `|`; one that ends in `*` allows every URI that begins with the rest. */
function uriAllowed(alternatives: string, requestUri: string): boolean {
  return alternatives
    .split('|')
    .some((uri) => uri === requestUri || (uri.endsWith('*') && requestUri.startsWith(uri.slice(0, -1))))
}

/** The key under which Kaltura logs out all sessions of one `sessionid`, 40 hex digits; null without one. */
export function sessionIdHash(ks: VerifiedKs): string | null {
  const sessionId = ks.parsedPrivileges.get('sessionid')?.[0]
  return sessionId === undefined ? null : createHash('sha1').update(`${ks.partnerId}_${sessionId}`).digest('hex')
}
