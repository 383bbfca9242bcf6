import type { Purgeable } from '../cache/purge.js'
import { type Loaded, StaleCache, type Tagger } from '../cache/stale-cache.js'
import { entryTag, partnerTag } from '../cache/tags.js'
import type { Config } from '../config/config.js'
import type { Catalog } from '../kaltura/catalog-client.js'
import { UpstreamFailure } from '../kaltura/errors.js'
import { retryAfter } from '../playmanifest/errors.js'
import { beforeEdit, charactersBefore } from './before-edit.js'
import { type Catalogs, catalogTags } from './catalogs.js'
import { type Answer, type Decision, failureText, note } from './decision.js'
import { hostObjection } from './delivery-hosts.js'
import type { ResolveInput } from './input.js'
import type { Bound, LoadReport, UpstreamSaid } from './recorder.js'
import { catalogObjections, classify, type RequestFacts, unknownIds, untilTransition } from './sharing.js'
import { type Objection, type PublicVerdict, proven, type Shareable, verdictOf, withheld } from './sharing-class.js'
import { type Target, type TargetKey, targetKeyText } from './target.js'
import type { Fetched, TargetClient } from './target-client.js'
import { targetKey } from './target-key.js'
import { MAX_LOCATION } from './templates.js'

/** Targets that viewers share: takes nothing but what was proven public. */
export class SharedTargets implements Purgeable {
  readonly #config: Config
  readonly #catalogs: Catalogs
  readonly #client: TargetClient
  readonly #cache: StaleCache<Shareable<Target>>
  readonly #now: () => number
  /** How each value came about; goes with it. */
  readonly #reports = new WeakMap<Shareable<Target>, LoadReport>()

  constructor(config: Config, catalogs: Catalogs, client: TargetClient, now: () => number) {
    this.#config = config
    this.#catalogs = catalogs
    this.#client = client
    this.#cache = new StaleCache({ maxBytes: config.cache.maxBytes / 2, now })
    this.#now = now
  }

  /** What is proven public, or null: then the viewer is sent to Kaltura. `waited`: ms since the request came. */
  async find(
    input: ResolveInput,
    entryId: string,
    catalog: Catalog,
    chosenIds: readonly string[],
    waited: number
  ): Promise<Answer | null> {
    const { request, partner, plan, scheme, decision } = input
    const { always, target: ofTarget } = catalogObjections(catalog, this.#now(), this.#config.cache.target)
    const against = [...always, ...unknownIds(request.effective, catalog)]
    if (against.length > 0) return notShared(decision, [...against, ...ofTarget])
    const key = targetKey(request, partner, plan, catalog, chosenIds, scheme)
    if (key.path.length > MAX_LOCATION) {
      return notShared(decision, [perIdentity('the request is too long to be asked in one spelling')])
    }
    const deadline = Math.max(1, this.#config.upstreamTimeout - waited)
    const load = (tag: Tagger) => this.#load(input, entryId, key, deadline, tag)
    const patience = input.crowded?.() === true ? 0 : Math.max(1, this.#config.targetPatience - waited)
    const found = await this.#cache.get(targetKeyText(this.#config.serviceUrl, key), load, patience, input.admit)
    decision.target = found.found ? found.state : found.reason
    if (!found.found) {
      decision.failure = failureText(found)
      return null
    }
    const { value: kept, state, remaining } = found
    const { record } = decision
    if (record !== null) record.target = this.#reports.get(kept) ?? null
    if (kept.kind === 'withheld') {
      note(decision, kept)
      return null
    }
    const target = kept.value
    // What was known when it was kept may have changed since: no redirect or body of an entry that is not to be shared now.
    if (target.kind !== 'error' && ofTarget.length > 0) return notShared(decision, ofTarget)
    note(decision, { class: 'public', reasons: ['public'] })
    // `redirect` promises a 302 always; where Kaltura answers a body, that is a 302 to Kaltura.
    if (plan.delivery === 'redirect' && target.kind !== 'error' && target.kind !== 'redirect') return null
    record?.bound({ 'what is left of the life of the target': remaining })
    if (target.kind === 'error') {
      return { kind: 'error', code: target.code, life: remaining, ...(target.app === null ? {} : { app: target.app }) }
    }
    const elsewhere = hostObjection(plan, target)
    if (elsewhere !== null) {
      note(decision, { class: 'public', reasons: ['public', elsewhere] })
      return null
    }
    const ends = untilTransition(catalog, this.#now())
    if (target.kind === 'redirect') return { kind: 'target', location: target.location, remaining, ends, state }
    if (record !== null && target.kind === 'manifest') {
      record.cut = key.cut
      record.manifest = { kind: target.manifest, before: beforeEdit(target), after: target.body }
    }
    return { ...target, remaining, ends, state }
  }

  purge(tags: ReadonlySet<string> | null, soft: boolean): Promise<number> {
    return this.#cache.purge(tags, soft)
  }

  /** A target is proven by facts that are no older than one fresh life, whatever was known when it was asked for. */
  async #load(
    { request, partner, plan, ks }: ResolveInput,
    entryId: string,
    key: TargetKey,
    deadline: number,
    tag: Tagger
  ): Promise<Loaded<Shareable<Target>>> {
    tag(entryTag(entryId), partnerTag(partner.id))
    const signal = AbortSignal.timeout(deadline)
    const catalog = await this.#catalogs.fresh(partner, entryId)
    tag(...catalogTags(catalog))
    const life = this.#config.cache.target
    const { always } = catalogObjections(catalog, this.#now(), life)
    const early = verdictOf(always)
    // Not even asked for: an answer that ends what was known before.
    if (early.class !== 'public') return this.#reported(keep(withheld(early), 0), null, [])
    const fetched = await this.#client.fetch(key, signal)
    const now = this.#now()
    const facts: RequestFacts = { parameters: request.effective, ks, plan, partner }
    const verdict = classify({ ...facts, catalog, answer: fetched.facts, now, life })
    const coming = untilTransition(catalog, now)
    if (verdict.class !== 'public') {
      const bounds = [bound('cache.target', life), bound(NEXT_CHANGE, coming)]
      return this.#reported(keep(withheld(verdict), Math.min(life, coming)), fetched.said, bounds)
    }
    if (fetched.target === null) throw new UpstreamFailure('body', 'Upstream answered nothing that could be kept.')
    return this.#kept(fetched.target, verdict, fetched, coming)
  }

  /** How long a public target is kept: by its kind, and never past the entry's next change. `coming`: ms until that. */
  #kept(target: Target, verdict: PublicVerdict, { life, said }: Fetched, coming: number): Loaded<Shareable<Target>> {
    const { cache } = this.#config
    if (target.kind === 'error') {
      const retry = retryAfter(target.code)
      const negative = retry === null ? cache.negative : Math.min(cache.negative, retry * 1000)
      return this.#reported(keep(proven(target, verdict), Math.min(negative, coming)), said, [
        bound('cache.negative', cache.negative),
        bound('Retry-After', retry === null ? Number.POSITIVE_INFINITY : retry * 1000),
        bound(NEXT_CHANGE, coming)
      ])
    }
    const loaded = {
      value: proven(target, verdict),
      fresh: Math.min(cache.target, life, coming),
      staleWhileRevalidate: Math.min(cache.staleWhileRevalidate, cache.staleIfError),
      staleIfError: cache.staleIfError,
      bytes:
        TARGET + 2 * ((target.kind === 'redirect' ? target.location : target.body).length + charactersBefore(target))
    }
    const bounds = [bound('cache.target', cache.target), bound('max-age of upstream', life), bound(NEXT_CHANGE, coming)]
    return this.#reported(loaded, said, bounds)
  }

  #reported(
    loaded: Loaded<Shareable<Target>>,
    upstream: UpstreamSaid | null,
    bounds: readonly Bound[]
  ): Loaded<Shareable<Target>> {
    this.#reports.set(loaded.value, { at: this.#now(), upstream, bounds })
    return loaded
  }
}

/** Bytes of a target beside its text: the value, and the report of how it came about. */
const TARGET = 600

const NEXT_CHANGE = 'the next start or end date of the entry or its parent'

function bound(by: string, ms: number): Bound {
  return { by, ms }
}

function perIdentity(reason: string): Objection {
  return { class: 'per-identity', reason }
}

/** Leaves the reasons; null is what the caller answers then. */
function notShared(decision: Decision, objections: readonly Objection[]): null {
  const verdict = verdictOf(objections)
  if (verdict.class !== 'public') note(decision, verdict)
  return null
}

/** Kept for its fresh life and not a moment longer. */
function keep(value: Shareable<Target>, fresh: number): Loaded<Shareable<Target>> {
  return { value, fresh, staleWhileRevalidate: 0, staleIfError: 0, bytes: TARGET }
}
