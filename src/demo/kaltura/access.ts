import type { AccessAction, AccessCondition, AccessControlProfile } from './catalog-types.js'
import { inRange } from './ip-range.js'
import { hasPrivilege, type Session } from './session.js'

/** Who asks, as far as rules can look at it. */
export interface AccessScope {
  /** 1 play, 2 download. */
  context: 1 | 2
  entryId: string
  session: Session | null
  ip: string
  userAgent: string
  /** Decoded referrer; empty when there is none. */
  referrer: string
  /** Two-letter country of the address, or null when unknown. */
  country: string | null
}

/** Outcome of a profile's rules (reference access-control.md section 2). */
export interface AccessResult {
  /** Numbers of the fulfilled rules, from 0. */
  fulfilled: number[]
  actions: AccessAction[]
  messages: { message: string; code: string }[]
  /** Whether address, country, user agent or referrer was looked at: such an answer is this viewer's own. */
  lookedAt: ReadonlySet<'address' | 'userAgent' | 'referrer'>
  /** Value of `X-Kaltura-ACP`: profile id and fulfilled rules. */
  header: string
}

const BLOCK = 1
const PREVIEW = 2
const LIMIT_FLAVORS = 3
const LIMIT_DELIVERY_PROFILES = 5

/**
 * Runs the rules of a profile in order. An administrator's session skips rules unless they say `forceAdminValidation`
 * (recording acks_ks_admin_applehttp). Throws on a condition type that the stand-in does not know, rather than
 * letting everybody through.
 */
export function evaluateAccess(profile: AccessControlProfile, scope: AccessScope): AccessResult {
  const fulfilled: number[] = []
  const actions: AccessAction[] = []
  const messages: AccessResult['messages'] = []
  const lookedAt = new Set<'address' | 'userAgent' | 'referrer'>()
  for (const [number, rule] of profile.rules.entries()) {
    if (scope.session !== null && scope.session.type > 0 && !rule.forceAdminValidation) continue
    const contexts = rule.contexts ?? []
    if (contexts.length > 0 && !contexts.some((context) => context.type === scope.context)) continue
    if (!rule.conditions.every((condition) => isFulfilled(condition, scope, lookedAt))) continue
    fulfilled.push(number)
    actions.push(...rule.actions)
    if (rule.message !== undefined && rule.message !== '') {
      messages.push({ message: rule.message, code: rule.code ?? '' })
    }
    if (rule.stopProcessing === true) break
  }
  const header = fulfilled.length === 0 ? String(profile.id) : `${profile.id} ${fulfilled.join(',')}`
  return { fulfilled, actions, messages, lookedAt, header }
}

/** Result of an entry without a profile, or of a request that skips the checks. */
export const NO_RULES: Omit<AccessResult, 'header'> & { header: null } = {
  fulfilled: [],
  actions: [],
  messages: [],
  lookedAt: new Set(),
  header: null
}

export function isBlocked(result: Pick<AccessResult, 'actions'>): boolean {
  return result.actions.some((action) => action.type === BLOCK)
}

/** Milliseconds of the shortest preview that a fulfilled rule grants, or null. */
export function previewOf(result: Pick<AccessResult, 'actions'>): number | null {
  const limits = result.actions.filter((action) => action.type === PREVIEW).map((action) => (action.limit ?? 0) * 1000)
  return limits.length === 0 ? null : Math.min(...limits)
}

/** Whether the first LIMIT_FLAVORS action that fired lets these flavor params through. */
export function allowsFlavorParams(result: Pick<AccessResult, 'actions'>, flavorParamsId: number): boolean {
  const limit = result.actions.find((action) => action.type === LIMIT_FLAVORS)
  if (limit === undefined) return true
  const listed = (limit.flavorParamsIds ?? '').split(',').includes(String(flavorParamsId))
  return limit.isBlockedList === true ? !listed : listed
}

/** The same for the first LIMIT_DELIVERY_PROFILES action and a delivery profile (reference delivery-urls.md section 6). */
export function allowsDeliveryProfile(result: Pick<AccessResult, 'actions'>, id: number): boolean {
  const limit = result.actions.find((action) => action.type === LIMIT_DELIVERY_PROFILES)
  if (limit === undefined) return true
  const listed = (limit.deliveryProfileIds ?? '').split(',').includes(String(id))
  return limit.isBlockedList === true ? !listed : listed
}

function isFulfilled(
  condition: AccessCondition,
  scope: AccessScope,
  lookedAt: Set<'address' | 'userAgent' | 'referrer'>
): boolean {
  const values = (condition.values ?? []).map((value) => value.value)
  let holds: boolean
  switch (condition.type) {
    case 1:
      holds = isAuthenticated(condition, scope)
      break
    case 2:
      lookedAt.add('address')
      holds = scope.country !== null && values.some((value) => value.toLowerCase() === scope.country?.toLowerCase())
      break
    case 3:
      lookedAt.add('address')
      holds = values.some((range) => inRange(scope.ip, range))
      break
    case 4:
      lookedAt.add('referrer')
      holds = values.some((site) => isSite(hostOf(scope.referrer), site))
      break
    case 5:
      lookedAt.add('userAgent')
      holds = values.some((pattern) => new RegExp(pattern, 'i').test(scope.userAgent))
      break
    default:
      throw new Error(`the embedded Kaltura does not know condition type ${condition.type}`)
  }
  return holds !== condition.not
}

function isAuthenticated(condition: AccessCondition, scope: AccessScope): boolean {
  const { session } = scope
  if (session === null) return false
  if (session.type > 0) return true
  return (condition.privileges ?? []).some((privilege) => hasPrivilege(session, privilege.value, scope.entryId))
}

function hostOf(referrer: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(referrer)?.[1] ?? referrer.split('/')[0] ?? ''
}

/** Kaltura's soft test: the host itself, or any host that contains `.site` anywhere. */
function isSite(host: string, site: string): boolean {
  return host === site || host.includes(`.${site}`)
}
