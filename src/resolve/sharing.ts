import type { PartnerConfig } from '../config/config.js'
import type { AccessControl, Catalog } from '../kaltura/catalog-client.js'
import type { EntryFacts } from '../kaltura/wire.js'
import { canonicalResponseFormat, isProtocolOf, isResolvable } from '../playmanifest/formats.js'
import {
  type EffectiveParameters,
  PARAMETER_NAMES,
  PARAMETERS,
  type ParameterName
} from '../playmanifest/parameters.js'
import type { Plan } from '../rules/decide.js'
import type { ViewerKs } from '../viewer/viewer-ks.js'
import { type AnswerFacts, answerObjections } from './sharing-answer.js'
import { type Objection, type Verdict, verdictOf } from './sharing-class.js'

const MEDIA_CLIP = '1'
const READY = '2'
const VIDEO_OR_AUDIO: ReadonlySet<string> = new Set(['1', '5'])
/** Approved, or approved by itself. */
const MODERATED: ReadonlySet<string> = new Set(['2', '6'])
const RECYCLED = '-2'

/** Kaltura writes some values into the path of a delivery URL as they are: `tracks=../..` leads to another entry's. */
const PATH = /[/\\?#%;]|^\.{1,2}$/

/** What is known before anything is asked. */
export interface RequestFacts {
  parameters: EffectiveParameters
  ks: Pick<ViewerKs, 'state'>
  plan: Pick<Plan, 'format' | 'protocol'>
  partner: Pick<PartnerConfig, 'sharePublic' | 'adminSecrets' | 'appToken'>
}

/** Everything that the class of a resolution depends on. */
export interface SharingFacts extends RequestFacts {
  catalog: Catalog
  answer: AnswerFacts
  /** Unix ms. */
  now: number
  /** ms for which the answer would be kept. */
  life: number
}

/**
 * The class of a resolution, with its reasons: the one place that says `public` (rule 2 of the design; reference
 * access-control.md section 6, "may be shared" 3).
 */
export function classify(facts: SharingFacts): Verdict {
  const { catalog, answer } = facts
  const entry = catalogObjections(catalog, facts.now, facts.life)
  return verdictOf([
    ...requestObjections(facts),
    ...entry.always,
    ...unknownIds(facts.parameters, catalog),
    ...answerObjections(answer),
    // Kaltura's own error about such an entry is what everybody without a session gets.
    ...(answer.error === null ? entry.target : [])
  ])
}

/** Tells whose session or page it is; `kt` makes Kaltura skip its checks, so what it opens is nobody else's. */
const NEVER: ReadonlySet<ParameterName> = new Set(['kt', 'expiry', 'hashes'])

/**
 * What in a request speaks against sharing its answer, before anything is asked. With the two changes of the design's
 * rule 2: no KS of any kind, and a `referrer` is allowed, since it is left out of key, fetch and target.
 */
export function requestObjections({ parameters, ks, plan, partner }: RequestFacts): Objection[] {
  const objections: Objection[] = []
  const against = (reason: string, kind: Objection['class'] = 'per-identity') =>
    objections.push({ class: kind, reason })
  if (!partner.sharePublic) against('sharing is not stated for this partner')
  if (partner.adminSecrets.length === 0 && partner.appToken === null) against('the gateway has no credential')
  if (ks.state !== 'none') against('the request carries a KS')
  for (const name of PARAMETER_NAMES) {
    const value = parameters[name]
    if (value === undefined) continue
    const { class: kind } = PARAMETERS[name]
    if (kind === 'viewer' || (kind === 'identity' && name !== 'referrer')) {
      // An empty or a valueless `ks` is no session, but Kaltura may read it otherwise than we do.
      if (name !== 'ks' || ks.state === 'none') {
        against(`the request carries ${name}`, NEVER.has(name) ? 'never' : 'per-identity')
      }
    } else if (kind === 'choice' || kind === 'answer') {
      if (value === false) against(`${name} has no value`)
      else if (PATH.test(value)) against(`${name} could lead to another path`)
    }
  }
  if (!isResolvable(plan.format)) against('the format is not resolved here')
  if (typeof parameters.responseFormat === 'string' && canonicalResponseFormat(parameters.responseFormat) === null) {
    against("the answer is wrapped in the viewer's callback")
  }
  // Rules of theirs may look at the viewer, and nobody has read them.
  if (parameters.sequence !== undefined && parameters.sequence !== '')
    against('the entries of the sequence are not read')
  if (!isProtocolOf(plan.format, plan.protocol)) against('the protocol is not that of the format')
  return objections
}

/** What speaks against sharing an answer about an entry. */
export interface CatalogObjections {
  /** Against sharing anything: who asks may matter, or the facts are not known. */
  always: Objection[]
  /**
   * Against sharing a target, while Kaltura's own error is the same for everybody who comes without a session: an
   * entry that is off air, not ready, not yet scheduled or not approved.
   */
  target: Objection[]
}

/**
 * What in the facts about an entry speaks against sharing; a child's parent counts as much as itself, since Kaltura asks
 * the parent (reference access-control.md section 1).
 *
 * @param now Unix ms
 * @param life ms for which an answer would be kept; an end inside it speaks against sharing a target
 */
export function catalogObjections(catalog: Catalog, now: number, life: number): CatalogObjections {
  const { entry, parent } = catalog
  if (entry === 'missing') return { always: perIdentity(['the entry does not exist']), target: [] }
  if (entry === 'unknown') {
    return { always: perIdentity(['the entry could not be read with the gateway credential']), target: [] }
  }
  const always = profileReasons(catalog.profile, entry, 'the')
  if (entry.capabilities.toLowerCase().includes('simulive')) always.push('the entry is simulive')
  if (catalog.visibleFlavors === null) always.push('a widget session does not see the entry')
  const target = targetReasons(entry, now, life)
  if (entry.parentEntryId !== '') {
    if (parent === null || typeof parent.entry === 'string') always.push('the parent of the entry could not be read')
    else if (parent.entry.id !== entry.parentEntryId || parent.entry.partnerId !== entry.partnerId) {
      always.push('the parent that was read is not that of the entry')
    } else if (parent.entry.parentEntryId !== '') always.push('the parent of the entry has a parent itself')
    else {
      always.push(...profileReasons(parent.profile, parent.entry, "the parent's"))
      // A parent may be a container of another type; its moderation and schedule are the child's too.
      target.push(...scheduleReasons(parent.entry, now, life).map((reason) => reason.replace('entry', 'parent')))
    }
  }
  return { always: perIdentity(always), target: perIdentity(target) }
}

function perIdentity(reasons: readonly string[]): Objection[] {
  return reasons.map((reason) => ({ class: 'per-identity', reason }))
}

function profileReasons(profile: AccessControl['profile'], entry: EntryFacts, whose: string): string[] {
  if (profile === null) return [`${whose} access control profile could not be read`]
  if (profile.id !== entry.accessControlId) return [`${whose} access control profile is not that of the entry`]
  if (profile.rules === null) return [`${whose} access control profile did not list its rules`]
  return profile.rules.length > 0 ? [`${whose} access control profile has rules`] : []
}

function targetReasons(entry: EntryFacts, now: number, life: number): string[] {
  const reasons: string[] = []
  if (entry.status !== READY) reasons.push('the entry is not ready')
  if (entry.type !== MEDIA_CLIP) reasons.push('the entry is not a media clip')
  if (!VIDEO_OR_AUDIO.has(entry.mediaType)) reasons.push('the entry is neither video nor audio')
  return [...reasons, ...scheduleReasons(entry, now, life)]
}

function scheduleReasons(entry: EntryFacts, now: number, life: number): string[] {
  const reasons: string[] = []
  if (!MODERATED.has(entry.moderationStatus)) reasons.push('the entry is not approved by moderation')
  if (entry.displayInSearch === RECYCLED) reasons.push('the entry is recycled')
  if (entry.startDate !== null && entry.startDate * 1000 > now) reasons.push('the entry has not started')
  if (entry.endDate !== null && entry.endDate * 1000 <= now + life)
    reasons.push('the entry ends within the life of an answer')
  return reasons
}

/** ms until the schedule of the entry, or of its parent, changes what it answers; Infinity when it does not. */
export function untilTransition({ entry, parent }: Catalog, now: number): number {
  const entries = [entry, parent?.entry ?? 'unknown'].filter((facts) => typeof facts !== 'string')
  const dates = entries.flatMap(({ startDate, endDate }) => [startDate, endDate])
  const coming = dates.filter((date) => date !== null && date * 1000 > now) as number[]
  return Math.min(Number.POSITIVE_INFINITY, ...coming.map((date) => date * 1000 - now))
}

/**
 * Explicit ids that the catalog does not know as ready flavors of this entry: such a request is redirected as it came,
 * since Kaltura may know more about them than a widget session can see.
 */
export function unknownIds(parameters: EffectiveParameters, catalog: Catalog): Objection[] {
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
  return perIdentity(reasons)
}
