import type { MemoryPurger } from '../cache/purge.js'
import type { Lookup } from '../cache/stale-cache.js'
import type { Config, PartnerConfig } from '../config/config.js'
import { bitrateWindow } from '../flavors/bitrate-window.js'
import { Trace } from '../flavors/trace.js'
import type { Catalog, CatalogClient } from '../kaltura/catalog-client.js'
import type { Locations } from '../kaltura/locations.js'
import type { EffectiveParameters } from '../playmanifest/parameters.js'
import type { Plan } from '../rules/decide.js'
import { narrow } from '../rules/narrow.js'
import { Catalogs } from './catalogs.js'
import { type Answer, type Decision, failureText, note } from './decision.js'
import type { ResolveInput } from './input.js'
import { SharedTargets } from './shared-targets.js'
import { requestObjections } from './sharing.js'
import { verdictOf } from './sharing-class.js'
import type { TargetClient } from './target-client.js'
import { Templates } from './templates.js'
import { usesOurWords } from './untouchable.js'

/** Decides between Kaltura's own playManifest and what is known here (design: template and target). */
export class Resolver {
  readonly #config: Config
  readonly #catalogs: Catalogs
  readonly #targets: SharedTargets
  readonly #templates: Templates
  readonly #now: () => number

  constructor(
    config: Config,
    clients: { catalogs: CatalogClient; targets: TargetClient; locations: Locations },
    now: () => number = Date.now
  ) {
    this.#config = config
    this.#catalogs = new Catalogs(config, clients.catalogs, now)
    this.#targets = new SharedTargets(config, this.#catalogs, clients.targets, now)
    this.#templates = new Templates(clients.locations)
    this.#now = now
  }

  /** Lets what is kept here be purged. */
  purgedBy(purger: MemoryPurger): void {
    purger.add('catalog', this.#catalogs)
    purger.add('target', this.#targets)
  }

  /**
   * The facts about the entry of a request, for rules that go by them; null when it names none. What comes of it is kept
   * in the input.
   */
  async look(input: Omit<ResolveInput, 'plan'>): Promise<Lookup<Catalog> | null> {
    const entryId = entryIdOf(input.request.effective)
    if (entryId === null) return null
    input.began ??= this.#now()
    return this.#lookUp(input, entryId)
  }

  async #lookUp(input: Omit<ResolveInput, 'plan'>, entryId: string): Promise<Lookup<Catalog>> {
    if (input.catalog !== undefined) return input.catalog
    const { partner, decision } = input
    const patience = input.crowded?.() === true ? 0 : this.#config.catalogPatience
    const found = await this.#catalogs.get(partner, entryId, patience, input.admit)
    input.catalog = found
    decision.catalog = found.found ? found.state : found.reason
    decision.record?.done('catalog')
    if (!found.found) decision.failure = failureText(found)
    else if (decision.record !== null) decision.record.catalog = { value: found.value, remaining: found.remaining }
    return found
  }

  /** The answer to a request; leaves its reasons in the decision. Never throws for anything that upstream does. */
  async resolve(input: ResolveInput): Promise<Answer> {
    const { request, partner, plan, ks, decision, untouched } = input
    const began = input.began ?? this.#now()
    const { effective } = request
    const entryId = entryIdOf(effective)
    if (untouched !== null) {
      note(decision, { class: 'never', reasons: [untouched] })
      return usesOurWords(request) && effective.kt === undefined
        ? this.#templates.inKalturasWords(input)
        : this.#templates.byteForByte(input)
    }
    decision.rule = plan.rule
    const verdict = verdictOf(requestObjections({ parameters: effective, ks, plan, partner }))
    if (verdict.class !== 'public') note(decision, verdict)
    const shareable = verdict.class === 'public'
    if (entryId === null || (plan.narrowing === null && !shareable)) {
      decision.record?.bound({ 'cache.template': this.#config.cache.template })
      return this.#templates.asItCame(input, this.#config.cache.template)
    }

    const found = await this.#lookUp(input, entryId)
    if (!found.found) return this.#templates.withoutCatalog(input)
    const catalog = found.value
    const denied = entryError(catalog, partner)
    if (denied !== null) {
      decision.record?.bound({ catalog: found.remaining, 'cache.negative': this.#config.cache.negative })
      return { kind: 'error', code: denied, life: Math.min(found.remaining, this.#config.cache.negative) }
    }

    const chosen = this.#choose(plan, effective, catalog, decision)
    const chosenIds = chosen.map((flavor) => flavor.id)
    if (chosen.length > 0) decision.flavorIds = chosenIds
    decision.record?.done('flavors')
    if (shareable) {
      const waited = this.#now() - began
      const answer = await this.#targets.find(input, entryId, catalog, chosenIds, waited)
      decision.record?.done('target')
      if (answer !== null) return answer
    }
    const failed =
      decision.target === 'failed' ||
      decision.target === 'pending' ||
      decision.target === 'refused' ||
      found.state === 'stale-error'
    const life = failed ? 'failed' : Math.min(found.remaining, this.#config.cache.template)
    decision.record?.bound({ catalog: found.remaining, 'cache.template': this.#config.cache.template })
    // A widget session that does not see the entry says nothing about its flavors: the tags do.
    if (plan.narrowing !== null && catalog.visibleFlavors === null) return this.#templates.byTags(input, life)
    if (chosen.length === 0) return this.#templates.asItCame(input, life)
    return this.#templates.narrowed(input, chosenIds, life)
  }

  #choose(plan: Plan, effective: EffectiveParameters, catalog: Catalog, { record }: Decision) {
    if (plan.narrowing === null) return []
    const window = bitrateWindow(effective)
    const limits = { min: window?.min ?? null, max: window?.max ?? null }
    const trace = record === null ? undefined : new Trace()
    const chosen = narrow(plan.narrowing, catalog.visibleFlavors ?? [], limits, trace)
    if (record !== null) record.flavors = trace?.rows ?? null
    return chosen
  }
}

/** `entryId/` without an id is none: Kaltura says so itself. */
function entryIdOf({ entryId }: EffectiveParameters): string | null {
  return (typeof entryId === 'string' ? entryId : null) || null
}

/**
 * Kaltura's error number for an entry that the gateway itself knows not to serve; null when it may be served. Only where the
 * operator has stated that nothing is hidden from anybody: elsewhere "there is no such entry", said at once, would tell
 * that the one for which we redirect is there. Kaltura says the same of both.
 */
function entryError(catalog: Catalog, partner: PartnerConfig): number | null {
  if (!partner.sharePublic) return null
  // To the gateway's credential an entry of another partner looks as one that does not exist.
  if (catalog.entry === 'unknown' || partner.otherPartnersEntries === 'redirect') return null
  if (catalog.entry === 'missing') return 1
  return catalog.entry.partnerId === partner.id ? null : 1
}
