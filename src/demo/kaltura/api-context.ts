import { entryNotFound } from './api-errors.js'
import type { Params } from './api-request.js'
import type { Catalog } from './catalog.js'
import type { CatalogEntry } from './catalog-types.js'
import type { WireBases } from './entry-json.js'
import { isEntitled, type Session } from './session.js'

/** One call as an action sees it. */
export interface ApiCall {
  catalog: Catalog
  /** Unix seconds. */
  now: number
  session: Session | null
  /** The KS string of the call; empty without one. */
  ks: string
  /** The `partnerId` parameter, null when it was not sent. */
  partnerId: number | null
  params: Params
  bases: WireBases
  /** Scheme that delivery URLs in answers get when the server's CDN speaks only one; null: what the request says. */
  onlyScheme: 'http' | 'https' | null
  ip: string
  userAgent: string
  referrer: string
  country: (ip: string) => string | null
  /** Headers that actions add to the answer. */
  headers: Record<string, string>
}

/**
 * Who may call an action (reference api-v3.md section 5):
 * - `always`: needs no KS and reads none;
 * - `any`: without a KS there is nothing to see, so that objects are not found;
 * - `session`: any KS, else SERVICE_FORBIDDEN;
 * - `admin`: an admin KS, else SERVICE_FORBIDDEN;
 * - `edit`: an admin KS, else INVALID_KS with the code -4.
 */
export type Permission = 'always' | 'any' | 'session' | 'admin' | 'edit'

export interface ApiAction {
  permission: Permission
  /** Parameters without which the call fails before anything else. */
  required?: readonly string[]
  run: (call: ApiCall) => unknown
}

/** A service: its name as documented and its actions by documented name. */
export interface ApiService {
  name: string
  actions: Readonly<Record<string, ApiAction>>
}

/**
 * An entry as the call's session may see it: of its own partner, or of another one when it is in the "Kaltura network"
 * (baseentry_get_widget_0_blocked1); nothing without a session (error_missing_ks).
 */
export function visibleEntry(call: Pick<ApiCall, 'catalog' | 'session'>, id: string): CatalogEntry | null {
  const entry = call.catalog.entry(id)
  if (entry === undefined || call.session === null || !isEntitled(entry, call.session)) return null
  return entry.partnerId === call.session.partnerId || entry.displayInSearch === 2 ? entry : null
}

/** As visibleEntry; throws ENTRY_ID_NOT_FOUND. */
export function requireEntry(call: ApiCall, id: string): CatalogEntry {
  const entry = visibleEntry(call, id)
  if (entry === null) throw entryNotFound(id)
  return entry
}

export function isAdmin(call: Pick<ApiCall, 'session'>): boolean {
  return call.session !== null && call.session.type > 0
}
