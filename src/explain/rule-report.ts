import type { Recorder } from '../resolve/recorder.js'
import { CONDITIONS, type Condition, DEFAULT_FORMAT, type Trial } from '../rules/decide.js'
import type { Rule } from '../rules/schema.js'
import { maskedWhole } from './mask.js'

/** The rules in order: those that were looked at with what failed first, the one that matched, and those behind it. */
export function ruleReport({ trials, plan, request, identified }: Recorder, rules: readonly Rule[]) {
  if (plan === null || request === null) return null
  const { format = DEFAULT_FORMAT } = request.effective
  const device = identified?.device
  const given: Record<Condition, unknown> = {
    format: maskedWhole(format),
    partner: request.partnerId,
    device: device?.class ?? null,
    androidBelow: device?.osVersion?.major ?? 'unknown',
    androidFrom: device?.osVersion?.major ?? 'unknown'
  }
  const tried = trials.map(({ rule, failed }) => {
    const held = conditionsThatHeld({ rule, failed })
    if (failed === null) return { rule: rule.name, matched: true, held }
    return {
      rule: rule.name,
      matched: false,
      nearly: held.length > 0,
      held,
      failed: { condition: failed, wants: rule.when[failed], given: given[failed] }
    }
  })
  return {
    matched: plan.rule,
    tried,
    notReached: rules.slice(trials.length).map(({ name }) => name),
    plan: maskedWhole({
      format: plan.format,
      protocol: plan.protocol,
      sets: plan.set,
      delivery: plan.delivery,
      narrowing: plan.narrowing,
      reads: plan.reads
    })
  }
}

/** The conditions of a rule that were looked at and did not fail. */
function conditionsThatHeld({ rule, failed }: Trial): Condition[] {
  const until = failed === null ? CONDITIONS.length : CONDITIONS.indexOf(failed)
  return CONDITIONS.slice(0, until).filter((name) => rule.when[name] !== undefined)
}
