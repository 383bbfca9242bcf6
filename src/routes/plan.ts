import type { Lookup } from '../cache/stale-cache.js'
import type { Catalog } from '../kaltura/catalog-client.js'
import { wordsOf } from '../resolve/entry-facts.js'
import type { ResolveInput } from '../resolve/input.js'
import type { Resolver } from '../resolve/resolver.js'
import { type DecideInput, decide, type Plan } from '../rules/decide.js'
import type { Rule } from '../rules/schema.js'

/** What was decided about a request. */
export interface Planned {
  plan: Plan
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
  if (looked === null) return { plan, looked }
  given.entry = wordsOf(looked)
  given.trials?.splice(0)
  return { plan: decide(rules, given), looked }
}
