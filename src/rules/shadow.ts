import { isDeepStrictEqual } from 'node:util'
import { type DecideInput, decide, type Plan } from './decide.js'
import type { Rule } from './schema.js'

/** A second set of rules that is asked beside the first, and whose word is never followed. */
export interface ShadowRules {
  rules: readonly Rule[]
  /** Of the requests, above 0 up to 100. */
  percent: number
}

/** In what two plans can differ, in the order in which it is told. */
export const ASPECTS = ['format', 'parameters', 'flavors', 'manifest', 'delivery', 'hosts', 'caching'] as const
export type Aspect = (typeof ASPECTS)[number]

/**
 * What became of asking; `other-rule`: decided alike, by a rule of another name; `unknown`: it would take facts about the
 * entry that nobody has looked up for this request.
 */
export const SHADOW_RESULTS = ['same', 'other-rule', 'different', 'unknown'] as const
export type ShadowResult = (typeof SHADOW_RESULTS)[number]

export interface ShadowOutcome {
  result: ShadowResult
  /** What the shadow rules would have decided. */
  plan: Plan
  differences: readonly ShadowDifference[]
}

/** What is answered, and what would have been: words of the two sets alone, and no value of the request. */
export interface ShadowDifference {
  aspect: Aspect
  answered: unknown
  shadow: unknown
}

/**
 * Asks the shadow rules about a request that was decided already. Nothing that they read becomes a fact of the answer:
 * the plan that is followed is left as it is.
 *
 * @param plan what was decided, and is answered
 */
export function askShadow({ rules }: Pick<ShadowRules, 'rules'>, input: DecideInput, plan: Plan): ShadowOutcome {
  const other = decide(rules, input)
  if (other.entryUnknown && input.entry === undefined) return { result: 'unknown', plan: other, differences: [] }
  const differences = ASPECTS.flatMap((aspect): ShadowDifference[] => {
    const [answered, shadow] = [OF_ASPECT[aspect](plan), OF_ASPECT[aspect](other)]
    return isDeepStrictEqual(answered, shadow) ? [] : [{ aspect, answered, shadow }]
  })
  if (differences.length > 0) return { result: 'different', plan: other, differences }
  return { result: other.rule === plan.rule ? 'same' : 'other-rule', plan: other, differences }
}

const OF_ASPECT: Readonly<Record<Aspect, (plan: Plan) => unknown>> = {
  format: ({ format }) => format,
  parameters: ({ adds }) => adds,
  flavors: ({ narrowing }) => narrowing,
  manifest: ({ manifest }) => manifest,
  delivery: ({ delivery }) => delivery,
  hosts: ({ cdnUrl, deliveryHosts }) => ({ cdnUrl, deliveryHosts }),
  // For whom and how long; not by which headers, since an answer that is the same under one more is no other answer.
  caching: ({ longest, private: isPrivate }) => (isPrivate ? 'one viewer' : longest)
}
