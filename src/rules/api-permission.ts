import { isNeverPassed } from './api-actions.js'
import type { ApiCalls } from './api-calls.js'

/** What the operator has said about a partner, as far as the pass-through goes. */
export interface ApiPartner {
  /** `service.action` in lower case; empty: off. */
  apiPassthrough: readonly string[]
}

export type ApiRefusal =
  /** The partner is not served, or has no pass-through: there is nothing here for it. */
  | { kind: 'not-served' }
  /** Nothing in the request says whose it is. */
  | { kind: 'no-partner' }
  /** `service.action` in lower case, which somebody asked for and nobody may. */
  | { kind: 'action'; action: string }

/** Null when every call of a request may be passed through for every partner that it speaks for. */
export function refuseApiCalls(
  { actions, partners }: ApiCalls,
  configured: ReadonlyMap<number, ApiPartner>
): ApiRefusal | null {
  if (partners.size === 0) return { kind: 'no-partner' }
  const allowed: ReadonlySet<string>[] = []
  for (const id of partners) {
    const pairs = configured.get(id)?.apiPassthrough ?? []
    if (pairs.length === 0) return { kind: 'not-served' }
    allowed.push(new Set(pairs))
  }
  const refused = actions.find((action) => isNeverPassed(action) || !allowed.every((pairs) => pairs.has(action)))
  return refused === undefined ? null : { kind: 'action', action: refused }
}
