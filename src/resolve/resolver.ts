import { type Admit, type Loaded, type Lookup, StaleCache } from '../cache/stale-cache.js'
import type { Config, PartnerConfig } from '../config/config.js'
import { bitrateWindow } from '../flavors/bitrate-window.js'
import type { Catalog, CatalogClient } from '../kaltura/catalog-client.js'
import { UpstreamFailure } from '../kaltura/errors.js'
import { type EffectiveParameters, isViewerParameter, type ParameterName } from '../playmanifest/parameters.js'
import type { PlayManifestRequest } from '../playmanifest/parse.js'
import { type TemplateEdit, writeTemplate } from '../playmanifest/template.js'
import { AUTO_FORMAT, type Plan } from '../rules/decide.js'
import { narrow } from '../rules/narrow.js'
import type { ViewerKs } from '../viewer/viewer-ks.js'
import type { Answer, Decision, TemplateLife } from './decision.js'
import { judgeCatalog, requestReasons, unknownIds, untilTransition } from './sharing.js'
import { type Target, type TargetKey, targetKeyText } from './target.js'
import type { TargetClient } from './target-client.js'
import { targetKey } from './target-key.js'
import { untouchableReason, usesOurWords } from './untouchable.js'

export interface ResolveInput {
  request: PlayManifestRequest
  partner: PartnerConfig
  plan: Plan
  ks: ViewerKs
  decision: Decision
  /** Whether this viewer may have Kaltura asked; only asked when he would begin that. Without it: always. */
  admit?: Admit | undefined
  /** Whether so many wait already that this viewer should not. Without it: never. */
  crowded?: (() => boolean) | undefined
}

/** Paths longer than this are not made by narrowing: proxies on the way stop at 8 kB. */
const MAX_LOCATION = 7_500

/** Decides between Kaltura's own playManifest and what is known here (design: template and target). */
export class Resolver {
  readonly #config: Config
  readonly #catalogClient: CatalogClient
  readonly #targetClient: TargetClient
  readonly #catalogs: StaleCache<Catalog>
  readonly #targets: StaleCache<Target>
  readonly #now: () => number

  constructor(config: Config, catalogClient: CatalogClient, targetClient: TargetClient, now: () => number = Date.now) {
    this.#config = config
    this.#catalogClient = catalogClient
    this.#targetClient = targetClient
    const maxBytes = config.cache.maxBytes / 2
    this.#catalogs = new StaleCache({ maxBytes, now })
    this.#targets = new StaleCache({ maxBytes, now })
    this.#now = now
  }

  /** The answer to a request; leaves its reasons in the decision. Never throws for anything that upstream does. */
  async resolve(input: ResolveInput): Promise<Answer> {
    const { request, partner, plan, ks, decision } = input
    const began = this.#now()
    const { effective } = request
    const entryId = typeof effective.entryId === 'string' ? effective.entryId : null
    const untouchable = untouchableReason(request, partner, ks)
    if (untouchable !== null) {
      decision.sharing = [untouchable]
      return usesOurWords(request) && effective.kt === undefined
        ? this.#inKalturasWords(input)
        : this.#byteForByte(input)
    }
    decision.rule = plan.rule
    const reasons = requestReasons(effective, plan, partner, ks.place === 'header')
    decision.sharing = reasons
    const shareable = reasons.length === 0
    if (entryId === null || (plan.narrowing === null && !shareable))
      return this.#asItCame(input, this.#config.cache.template)

    const crowded = input.crowded?.() === true
    const found = await this.#catalog(partner, entryId, crowded ? 0 : this.#config.catalogPatience, input.admit)
    decision.catalog = found.found ? found.state : found.reason
    if (!found.found) {
      decision.failure = failureText(found)
      return this.#withoutCatalog(input)
    }
    const catalog = found.value
    const denied = entryError(catalog, partner)
    if (denied !== null) return { kind: 'error', code: denied, life: this.#config.cache.negative }

    const chosen = this.#choose(plan, effective, catalog)
    const chosenIds = chosen.map((flavor) => flavor.id)
    if (chosen.length > 0) decision.flavorIds = chosenIds
    if (shareable) {
      const waited = this.#now() - began
      const answer = await this.#shared(input, entryId, catalog, chosenIds, waited)
      if (answer !== null) return answer
    }
    const failed =
      decision.target === 'failed' ||
      decision.target === 'pending' ||
      decision.target === 'refused' ||
      found.state === 'stale-error'
    const life = failed ? 'failed' : Math.min(found.remaining, this.#config.cache.template)
    // A widget session that does not see the entry says nothing about its flavors: the tags do.
    if (plan.narrowing !== null && catalog.visibleFlavors === null) return this.#byTags(input, life)
    if (chosen.length === 0) return this.#asItCame(input, life)
    return this.#narrowed(input, chosenIds, life)
  }

  /** What is proven public, or null: then the viewer is sent to Kaltura. `waited`: ms since the request came. */
  async #shared(
    { request, partner, plan, decision, admit, crowded }: ResolveInput,
    entryId: string,
    catalog: Catalog,
    chosenIds: readonly string[],
    waited: number
  ): Promise<Answer | null> {
    const life = this.#config.cache.target
    const verdict = judgeCatalog(catalog, this.#now(), life)
    const reasons = [...verdict.always, ...unknownIds(request.effective, catalog)]
    decision.sharing = [...reasons, ...verdict.target]
    if (reasons.length > 0) return null
    const key = targetKey(request, partner, plan, catalog, chosenIds)
    if (key.path.length > MAX_LOCATION) {
      decision.sharing = ['the request is too long to be asked in one spelling']
      return null
    }
    const deadline = Math.max(1, this.#config.upstreamTimeout - waited)
    const load = (): Promise<Loaded<Target>> => this.#loadTarget(partner, entryId, key, deadline)
    const patience = crowded?.() === true ? 0 : Math.max(1, this.#config.targetPatience - waited)
    const found = await this.#targets.get(targetKeyText(this.#config.serviceUrl, key), load, patience, admit)
    decision.target = found.found ? found.state : found.reason
    if (!found.found) {
      decision.failure = failureText(found)
      return null
    }
    const { value: target, state, remaining } = found
    if (target.kind === 'private') {
      decision.sharing = [target.reason]
      return null
    }
    if (target.kind === 'error') {
      decision.sharing = ['public']
      return { kind: 'error', code: target.code, life: remaining, ...(target.app === null ? {} : { app: target.app }) }
    }
    if (verdict.target.length > 0) return null
    decision.sharing = ['public']
    if (target.kind === 'redirect') return { kind: 'target', location: target.location, remaining, state }
    // `redirect` promises a 302 always; where Kaltura answers a body, that is a 302 to Kaltura.
    return plan.delivery === 'redirect' ? null : { ...target, remaining, state }
  }

  /** A target is proven by facts that are no older than one fresh life, whatever was known when it was asked for. */
  async #loadTarget(
    partner: PartnerConfig,
    entryId: string,
    key: TargetKey,
    deadline: number
  ): Promise<Loaded<Target>> {
    const signal = AbortSignal.timeout(deadline)
    const catalog = await this.#catalogs.getFresh(this.#catalogKey(partner, entryId), () =>
      this.#loadCatalog(partner, entryId)
    )
    const verdict = judgeCatalog(catalog, this.#now(), this.#config.cache.target)
    if (verdict.always.length > 0) return notShared(verdict.always[0]!, 0)
    const loaded = await this.#targetClient.fetch(key, signal)
    const fresh = Math.min(loaded.fresh, untilTransition(catalog, this.#now()))
    // A target of an entry that may not be shared is never even kept; Kaltura's error about it is everybody's.
    if (verdict.target.length > 0 && loaded.value.kind !== 'error') return notShared(verdict.target[0]!, fresh)
    return { ...loaded, fresh }
  }

  #catalog(partner: PartnerConfig, entryId: string, patience: number, admit?: Admit): Promise<Lookup<Catalog>> {
    const load = () => this.#loadCatalog(partner, entryId)
    return this.#catalogs.get(this.#catalogKey(partner, entryId), load, patience, admit)
  }

  #catalogKey(partner: PartnerConfig, entryId: string): string {
    return JSON.stringify([this.#config.serviceUrl, partner.id, entryId])
  }

  async #loadCatalog(partner: PartnerConfig, entryId: string): Promise<Loaded<Catalog>> {
    const value = await this.#catalogClient.read(partner, entryId, AbortSignal.timeout(this.#config.upstreamTimeout))
    const { catalog, negative, staleWhileRevalidate, templateStaleIfError } = this.#config.cache
    const known = value.entry !== 'missing'
    return {
      value,
      fresh: known ? catalog : Math.min(catalog, negative),
      staleWhileRevalidate: known ? staleWhileRevalidate : 0,
      staleIfError: known ? templateStaleIfError : 0,
      bytes: 600 + 400 * (value.visibleFlavors?.length ?? 0)
    }
  }

  #choose(plan: Plan, effective: EffectiveParameters, catalog: Catalog) {
    const window = bitrateWindow(effective)
    return plan.narrowing === null
      ? []
      : narrow(plan.narrowing, catalog.visibleFlavors ?? [], { min: window?.min ?? null, max: window?.max ?? null })
  }

  #asItCame(input: ResolveInput, life: TemplateLife): Answer {
    return this.#template(input, { set: input.plan.set }, life)
  }

  #narrowed(input: ResolveInput, ids: readonly string[], life: TemplateLife): Answer {
    const answer = this.#template(input, { set: { ...input.plan.set, flavorIds: ids.join(',') } }, life)
    return isTooLong(answer) ? this.#byTags(input, life) : answer
  }

  /** The catalog is not there in time: the rule's tags say it nearly as well, and it loads behind. */
  #withoutCatalog(input: ResolveInput): Answer {
    return input.plan.narrowing === null ? this.#asItCame(input, 'failed') : this.#byTags(input, 'failed')
  }

  #byTags(input: ResolveInput, life: TemplateLife): Answer {
    const tags = [...new Set((input.plan.narrowing?.levels ?? []).flat())].join(',')
    const answer = this.#template(input, { set: { ...input.plan.set, tags } }, life)
    return isTooLong(answer) ? this.#asItCame(input, life) : answer
  }

  /** Not even the gateway's own parameters are taken out: what was signed was signed with them. */
  #byteForByte({ request, ks }: ResolveInput): Answer {
    const query = [request.rawQuery, ks.place === 'header' ? `ks=${encodeURIComponent(ks.text)}` : '']
    const text = query.filter((part) => part !== '').join('&')
    return {
      kind: 'template',
      location: this.#locate(request.rawPath + (text === '' ? '' : `?${text}`)),
      life: 'private'
    }
  }

  /** What is ours alone means nothing to Kaltura, so no KS can be bound to it: translated, and nothing else is touched. */
  #inKalturasWords(input: ResolveInput): Answer {
    const { format } = input.request.effective
    return this.#template(input, format === AUTO_FORMAT ? { set: { format: input.plan.format } } : {}, 'private')
  }

  /** The one place that makes a Location at Kaltura: the configured base and a path, nothing of the request's host. */
  #locate(path: string): string {
    return this.#config.cdnUrl + path
  }

  #template({ request, ks }: ResolveInput, edit: TemplateEdit, life: TemplateLife): Answer {
    const headerKs = ks.place === 'header' ? { headerKs: ks.text } : {}
    const isPrivate =
      ks.state !== 'none' || (Object.keys(request.effective) as ParameterName[]).some((name) => isViewerParameter(name))
    return {
      kind: 'template',
      location: this.#locate(writeTemplate(request, { ...edit, ...headerKs })),
      life: life === 'failed' ? 'failed' : isPrivate ? 'private' : life
    }
  }
}

/** Kaltura's error number for an entry that the gateway itself knows not to serve; null when it may be served. */
function entryError(catalog: Catalog, partner: PartnerConfig): number | null {
  // To the gateway's credential an entry of another partner looks as one that does not exist.
  if (catalog.entry === 'unknown' || partner.otherPartnersEntries === 'redirect') return null
  if (catalog.entry === 'missing') return 1
  return catalog.entry.partnerId === partner.id ? null : 1
}

function isTooLong(answer: Answer): boolean {
  return answer.kind === 'template' && answer.location.length > MAX_LOCATION
}

function notShared(reason: string, fresh: number): Loaded<Target> {
  return { value: { kind: 'private', reason }, fresh, staleWhileRevalidate: 0, staleIfError: 0, bytes: 100 }
}

/** Null when nothing failed: who has had Kaltura asked too often is redirected there, and says nothing about upstream. */
function failureText(lookup: { reason: string; error?: unknown }): string | null {
  if (lookup.reason === 'refused') return null
  if (lookup.reason === 'pending') return 'upstream did not answer within the patience of this answer'
  const { error } = lookup
  return error instanceof UpstreamFailure ? `${error.kind}: ${error.message}` : 'an unexpected failure'
}
