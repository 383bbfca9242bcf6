import {
  decodeKs,
  hasPrivilege as holds,
  isWidgetSession,
  KS_EXPIRED,
  KS_OK,
  KS_RESTRICTED_IP,
  ksValidity,
  makeKsV2,
  type VerifiedKs,
  verifyKs
} from '../../viewer/ks.js'
import type { Catalog } from './catalog.js'
import type { CatalogEntry, Partner } from './catalog-types.js'

/** A session as its KS states it. */
export interface Session {
  partnerId: number
  /** 0 user, 2 admin (reference ks.md section 4). */
  type: number
  /** The verified KS itself. */
  ks: VerifiedKs
}

/** What a KS is worth: `ip` and `uri` mean outside its iprestrict or urirestrict, `invalid` that nothing can be read. */
export type KsReading = { state: 'valid' | 'expired' | 'ip' | 'uri'; session: Session } | { state: 'invalid' }

/** Makes a KS of version 2, signed with the partner's admin secret as all sessions are (reference ks.md section 3). */
export function issueKs(
  partner: Partner,
  session: { type: number; userId: string; expiry: number; privileges: string }
): string {
  return makeKsV2({ partnerId: partner.id, secret: partner.adminSecret, ...session })
}

/**
 * Reads and checks a KS of version 1 or 2 against the catalog's partners. `now` is Unix seconds; without `ip` or `uri`
 * that restriction is not judged.
 */
export function readKs(
  catalog: Catalog,
  text: string,
  at: { now: number; ip?: string | undefined; uri?: string | undefined }
): KsReading {
  const partnerId = decodeKs(text)?.partnerId ?? null
  const partner = partnerId === null ? undefined : catalog.partners.get(partnerId)
  if (partner === undefined) return { state: 'invalid' }
  const ks = verifyKs(text, [partner.adminSecret], partner.id)
  if (!ks.ok) return { state: 'invalid' }
  const validity = ksValidity(ks, { now: at.now, clientIp: at.ip, requestUri: at.uri })
  const session = { partnerId: partner.id, type: ks.type ?? 0, ks }
  if (validity === KS_OK) return { state: 'valid', session }
  if (validity === KS_EXPIRED) return { state: 'expired', session }
  return { state: validity === KS_RESTRICTED_IP ? 'ip' : 'uri', session }
}

/** Whether category privacy lets a session, or nobody in particular, know of an entry (reference access-control.md section 1). */
export function isEntitled(entry: Pick<CatalogEntry, 'entitledUsers'>, session: Session | null): boolean {
  if (entry.entitledUsers === undefined) return true
  if (session === null) return false
  return holds(session.ks, 'disableentitlement') || entry.entitledUsers.includes(session.ks.userId ?? '')
}

/** Whether the session is an anonymous widget session, which anybody can have. */
export function isWidget(session: Session): boolean {
  return isWidgetSession(session.ks)
}

/** Whether the session has a privilege such as `sview` for an entry. */
export function hasPrivilege(session: Session, name: string, entryId: string): boolean {
  return holds(session.ks, name, entryId)
}
