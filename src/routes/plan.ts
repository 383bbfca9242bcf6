import type { Lookup } from '../cache/stale-cache.js'
import type { Catalog } from '../kaltura/catalog-client.js'
import type { PlayManifestRequest } from '../playmanifest/parse.js'
import { withParameters } from '../playmanifest/presets.js'
import { wordsOf } from '../resolve/entry-facts.js'
import type { ResolveInput } from '../resolve/input.js'
import type { Resolver } from '../resolve/resolver.js'
import { type DecideInput, decide, type Plan } from '../rules/decide.js'
import type { Rule } from '../rules/schema.js'

/** What was decided about a request. */
export interface Planned {
  plan: Plan
  /** As it goes on, with what the rule adds to it. */
  request: PlayManifestRequest
  /** The facts about the entry that it was decided by; null: none were needed. */
  looked: Lookup<Catalog> | null
}

/**
 * Applies the rules to a request. Few go by tags and categories: only where one does is the entry looked up, and then
 * everything is decided anew.
 *
 * @param given what the rules may look at; what is found out about the entry is added
 * @param untouchable whether the request goes to Kaltura as it is, whatever rules say: nothing is looked up for it
 */
export async function planRequest(
  rules: readonly Rule[],
  given: DecideInput,
  input: Omit<ResolveInput, 'plan'>,
  resolver: Pick<Resolver, 'look'>,
  untouchable: boolean
): Promise<Planned> {
  const plan = decide(rules, given)
  const looked = plan.entryUnknown && !untouchable ? await resolver.look(input) : null
  if (looked === null) return withPresets({ plan, request: input.request, looked }, rules, given, untouchable)
  given.entry = wordsOf(looked)
  given.trials?.splice(0)
  return withPresets({ plan: decide(rules, given), request: input.request, looked }, rules, given, untouchable)
}

/** The parameters of the rule's preset become the request's. One that would grow too long goes on without them. */
function withPresets(planned: Planned, rules: readonly Rule[], given: DecideInput, untouchable: boolean): Planned {
  if (untouchable || Object.keys(planned.plan.adds).length === 0) return planned
  const expanded = withParameters(planned.request, planned.plan.adds)
  if (expanded.ok) return { ...planned, request: expanded.request }
  given.presets = undefined
  given.trials?.splice(0)
  return { ...planned, plan: decide(rules, given) }
}
