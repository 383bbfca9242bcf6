import type { Recorder } from '../resolve/recorder.js'
import { type Circumstances, CONDITIONS, type Condition } from '../rules/conditions.js'
import { DEFAULT_FORMAT, type Plan, type Trial } from '../rules/decide.js'
import type { Rule } from '../rules/schema.js'
import { maskedWhole } from './mask.js'

/** The rules in order: those that were looked at with what failed first, the one that matched, and those behind it. */
export function ruleReport({ rules, trials, plan, request, circumstances, shadow, untouched }: Recorder) {
  if (plan === null || request === null || circumstances === null) return null
  const given = givenTo(circumstances, request.partnerId)
  return {
    ...setReport(rules, trials, plan, given),
    // Then nothing of the plan is done but what Kaltura would not understand.
    untouched,
    // Never answered: what they would have decided, asked about the same request.
    shadow:
      shadow === null
        ? null
        : {
            percent: shadow.percent,
            result: shadow.result,
            differences: maskedWhole(shadow.differences),
            ...setReport(shadow.rules, shadow.trials, shadow.plan, given)
          }
  }
}

function setReport(rules: readonly Rule[], trials: readonly Trial[], plan: Plan, given: ReturnType<typeof givenTo>) {
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
      adds: plan.adds,
      delivery: plan.delivery,
      cdnUrl: plan.cdnUrl,
      deliveryHosts: plan.deliveryHosts,
      narrowing: plan.narrowing,
      manifest: plan.manifest,
      reads: plan.reads
    })
  }
}

/** What each condition was held against. */
function givenTo(
  { parameters, device, country, userAgent, now, entry }: Omit<Circumstances, 'partner'>,
  partner: number
) {
  const { major, minor } = device.osVersion ?? {}
  const version = major === undefined ? 'unknown' : minor === undefined ? String(major) : `${major}.${minor}`
  const { format = DEFAULT_FORMAT, entryId = null, clientTag = null } = parameters
  return {
    format: maskedWhole(format),
    partner,
    entry: maskedWhole(entryId),
    clientTag: maskedWhole(clientTag),
    // Named by the rule, and never one that holds a secret.
    parameters: 'those of the request',
    time: now === undefined ? null : new Date(now).toISOString(),
    device: device.class,
    form: device.form ?? null,
    player: device.player ?? null,
    os: device.os ?? null,
    osFrom: version,
    osBelow: version,
    androidFrom: device.osVersion?.major ?? 'unknown',
    androidBelow: device.osVersion?.major ?? 'unknown',
    country: country ?? null,
    // What a rule may name holds nothing of whom it is, but may be anything.
    header: 'those of the request, from a proxy in TRUST_PROXY',
    userAgent: maskedWhole(userAgent ?? null),
    entryTags: entry?.tags ?? 'not known',
    category: entry == null ? 'not known' : [...entry.categories, ...entry.categoryIds],
    percent: 'the share that the session falls into'
  } satisfies Record<Condition, unknown>
}

/** The conditions of a rule that were looked at and did not fail. */
function conditionsThatHeld({ rule, failed }: Trial): Condition[] {
  const until = failed === null ? CONDITIONS.length : CONDITIONS.indexOf(failed)
  return CONDITIONS.slice(0, until).filter((name) => rule.when[name] !== undefined)
}
