import type { PartnerConfig } from '../config/config.js'
import type { Catalog } from '../kaltura/catalog-client.js'
import type { EntryFacts } from '../kaltura/wire.js'
import { canonicalResponseFormat, isProtocolOf, isResolvable } from '../playmanifest/formats.js'
import {
  type EffectiveParameters,
  PARAMETER_NAMES,
  PARAMETERS,
  type ParameterName
} from '../playmanifest/parameters.js'
import type { Plan } from '../rules/decide.js'

/** Why an answer is not shared, in words that explain prints; empty means nothing speaks against it. */
export type Reasons = readonly string[]

const MEDIA_CLIP = '1'
const READY = '2'
const VIDEO_OR_AUDIO: ReadonlySet<string> = new Set(['1', '5'])
/** Approved, or approved by itself. */
const MODERATED: ReadonlySet<string> = new Set(['2', '6'])
const RECYCLED = '-2'

/**
 * What in a request speaks against sharing its answer, before anything is asked. Source: reference access-control.md
 * section 6, "may be shared" 3, with the two changes of the design's rule 2: no KS of any kind, and a `referrer` is
 * allowed, since it is left out of key, fetch and target.
 */
export function requestReasons(
  parameters: EffectiveParameters,
  plan: Pick<Plan, 'format' | 'protocol'>,
  partner: Pick<PartnerConfig, 'sharePublic' | 'adminSecrets' | 'appToken'>,
  hasHeaderKs: boolean
): Reasons {
  const reasons: string[] = []
  if (!partner.sharePublic) reasons.push('sharing is not stated for this partner')
  if (partner.adminSecrets.length === 0 && partner.appToken === null) reasons.push('the gateway has no credential')
  if (hasHeaderKs) reasons.push('the request carries a KS')
  for (const name of PARAMETER_NAMES) {
    const value = parameters[name]
    if (value === undefined) continue
    const { class: kind } = PARAMETERS[name]
    if (kind === 'viewer' || (kind === 'identity' && name !== 'referrer')) reasons.push(`the request carries ${name}`)
    else if (value === false && (kind === 'choice' || kind === 'answer')) reasons.push(`${name} has no value`)
  }
  if (!isResolvable(plan.format)) reasons.push('the format is not resolved here')
  if (typeof parameters.responseFormat === 'string' && canonicalResponseFormat(parameters.responseFormat) === null) {
    reasons.push("the answer is wrapped in the viewer's callback")
  }
  if (!isProtocolOf(plan.format, plan.protocol)) reasons.push('the protocol is not that of the format')
  return reasons
}

/** What speaks against sharing an answer about an entry. */
export interface CatalogVerdict {
  /** Against sharing anything: who asks may matter, or the facts are not known. */
  always: Reasons
  /**
   * Against sharing a target, while Kaltura's own error is the same for everybody who comes without a session: an
   * entry that is off air, not ready, not yet scheduled or not approved.
   */
  target: Reasons
}

/**
 * What in the facts about an entry speaks against sharing (reference access-control.md section 6, "may be shared" 3).
 *
 * @param now Unix ms
 * @param life ms for which an answer would be kept; an end inside it speaks against sharing a target
 */
export function judgeCatalog(catalog: Catalog, now: number, life: number): CatalogVerdict {
  const { entry, profile } = catalog
  if (entry === 'missing') return { always: ['the entry does not exist'], target: [] }
  if (entry === 'unknown') {
    return { always: ['the entry could not be read with the gateway credential'], target: [] }
  }
  const always: string[] = []
  if (profile === null) always.push('the access control profile could not be read')
  else if (profile.id !== entry.accessControlId) always.push('the access control profile is not that of the entry')
  else if (profile.rules === null) always.push('the access control profile did not list its rules')
  else if (profile.rules.length > 0) always.push('the access control profile has rules')
  if (entry.parentEntryId !== '') always.push('the entry has a parent, whose rules apply')
  if (entry.capabilities.toLowerCase().includes('simulive')) always.push('the entry is simulive')
  if (catalog.visibleFlavors === null) always.push('a widget session does not see the entry')
  return { always, target: targetReasons(entry, now, life) }
}

function targetReasons(entry: EntryFacts, now: number, life: number): string[] {
  const reasons: string[] = []
  if (entry.status !== READY) reasons.push('the entry is not ready')
  if (entry.type !== MEDIA_CLIP) reasons.push('the entry is not a media clip')
  if (!VIDEO_OR_AUDIO.has(entry.mediaType)) reasons.push('the entry is neither video nor audio')
  if (!MODERATED.has(entry.moderationStatus)) reasons.push('the entry is not approved by moderation')
  if (entry.displayInSearch === RECYCLED) reasons.push('the entry is recycled')
  if (entry.startDate !== null && entry.startDate * 1000 > now) reasons.push('the entry has not started')
  if (entry.endDate !== null && entry.endDate * 1000 <= now + life)
    reasons.push('the entry ends within the life of an answer')
  return reasons
}

/** ms until the entry's schedule changes what it answers; Infinity when it does not. */
export function untilTransition(catalog: Catalog, now: number): number {
  if (typeof catalog.entry === 'string') return Number.POSITIVE_INFINITY
  const { startDate, endDate } = catalog.entry
  const coming = [startDate, endDate].filter((date) => date !== null && date * 1000 > now) as number[]
  return Math.min(Number.POSITIVE_INFINITY, ...coming.map((date) => date * 1000 - now))
}

/**
 * Explicit ids that the catalog does not know as ready flavors of this entry: such a request is redirected as it came,
 * since Kaltura may know more about them than a widget session can see.
 */
export function unknownIds(parameters: EffectiveParameters, catalog: Catalog): Reasons {
  const flavors = catalog.visibleFlavors ?? []
  const reasons: string[] = []
  const check = (name: ParameterName, known: (id: string) => boolean) => {
    const value = parameters[name]
    if (typeof value !== 'string') return
    if (value.split(',').some((id) => id !== '' && !known(id)))
      reasons.push(`${name} names a flavor that is not ready here`)
  }
  const hasFlavor = (id: string) => flavors.some((flavor) => flavor.id === id)
  const hasParams = (id: string) => flavors.some((flavor) => String(flavor.flavorParamsId) === id)
  check('flavorIds', hasFlavor)
  check('flavorId', hasFlavor)
  check('flavorParamIds', hasParams)
  check('flavorParamId', hasParams)
  return reasons
}
