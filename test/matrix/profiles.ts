import type { AccessAction, AccessCondition, AccessControlProfile, AccessRule } from '../../src/demo/kaltura/index.js'

/**
 * Access control profiles of the matrix. Each is made so that the gateway itself would be let through where it can be: its
 * address, country, User-Agent and referrer are good ones. A gateway that took Kaltura's answer to itself for an answer to
 * everybody would give away what these guard.
 */

export const ALLOWED_SITE = 'allowed.example.com'
export const BAD_SITE = 'bad.example.com'
/** Addresses of this range may play what is bound to a network, and so may the gateway, which asks from loopback. */
export const ALLOWED_RANGE = '203.0.113.0/24'
export const GATEWAY_RANGE = '127.0.0.0/8'

const action = (type: number, over: Partial<AccessAction> = {}): AccessAction => ({
  type,
  ...over,
  objectType: 'KalturaRuleAction'
})
const BLOCK = action(1)
const PREVIEW = action(2, { limit: 1 })
const SMALL_ONLY = action(3, { flavorParamsIds: '2,3', isBlockedList: false })
const NO_PACKAGER_HLS = action(5, { deliveryProfileIds: '1001', isBlockedList: true })

const values = (...texts: string[]) => texts.map((value) => ({ value, objectType: 'KalturaStringValue' }))
const condition = (type: number, not: boolean, ...texts: string[]): AccessCondition => ({
  type,
  not,
  values: values(...texts),
  objectType: 'KalturaCondition'
})
const WITHOUT_SVIEW: AccessCondition = {
  type: 1,
  not: true,
  privileges: values('sview'),
  objectType: 'KalturaAuthenticatedCondition'
}
const ABROAD = condition(2, true, 'DE')

const rule = (does: AccessAction, when: AccessCondition[], over: Partial<AccessRule> = {}): AccessRule => ({
  message: 'restricted',
  actions: [does],
  conditions: when,
  forceAdminValidation: false,
  objectType: 'KalturaRule',
  ...over
})

/** What each kind of profile says; its id is its place in this list, from 20. */
const RULES = {
  session: [rule(BLOCK, [WITHOUT_SVIEW])],
  country: [rule(BLOCK, [ABROAD])],
  address: [rule(BLOCK, [condition(3, true, ALLOWED_RANGE, GATEWAY_RANGE)])],
  site: [rule(BLOCK, [condition(4, true, ALLOWED_SITE)])],
  badSite: [rule(BLOCK, [condition(4, false, BAD_SITE)])],
  userAgent: [rule(BLOCK, [condition(5, false, 'iPad|Firefox')])],
  preview: [rule(PREVIEW, [WITHOUT_SVIEW])],
  previewAbroad: [rule(PREVIEW, [ABROAD])],
  limitFlavors: [rule(SMALL_ONLY, [])],
  limitFlavorsAbroad: [rule(SMALL_ONLY, [ABROAD])],
  limitDelivery: [rule(NO_PACKAGER_HLS, [ABROAD])],
  unknownCondition: [rule(BLOCK, [condition(99, false)])],
  download: [rule(BLOCK, [], { contexts: [{ type: 2, objectType: 'KalturaAccessControlContextTypeHolder' }] })],
  everybody: [rule(BLOCK, [])],
  adminsToo: [rule(BLOCK, [ABROAD], { forceAdminValidation: true })],
  twoRules: [rule(SMALL_ONLY, [WITHOUT_SVIEW]), rule(BLOCK, [ABROAD])]
} satisfies Record<string, AccessRule[]>

export type ProfileKind = keyof typeof RULES

export const PROFILE_KINDS = Object.keys(RULES) as ProfileKind[]

const FIRST_ID = 20
/** Ids of profiles without rules, by partner. */
export const OPEN_ID = 1

export function profileId(kind: ProfileKind): number {
  return FIRST_ID + PROFILE_KINDS.indexOf(kind)
}

function profile(id: number, partnerId: number, name: string, rules: readonly AccessRule[]): AccessControlProfile {
  return {
    id,
    partnerId,
    name,
    systemName: name,
    description: '',
    createdAt: 1,
    updatedAt: 1,
    isDefault: rules.length === 0,
    rules,
    objectType: 'KalturaAccessControlProfile'
  }
}

/** One profile of each kind for the main partner, and an open one for each of the others. */
export function matrixProfiles(main: number, others: readonly number[]): AccessControlProfile[] {
  return [
    profile(OPEN_ID, main, 'open', []),
    ...PROFILE_KINDS.map((kind) => profile(profileId(kind), main, kind, RULES[kind])),
    ...others.map((partner) => profile(openId(partner), partner, 'open', [])),
    profile(protectedId(others[0]!), others[0]!, 'address', RULES.address)
  ]
}

export function openId(partner: number): number {
  return partner * 10
}

/** A profile of another partner with a rule about addresses. */
export function protectedId(partner: number): number {
  return partner * 10 + 1
}
