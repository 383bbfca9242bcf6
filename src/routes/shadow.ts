import type { FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { redactUrl, redactValue } from '../playmanifest/redact.js'
import type { Decision } from '../resolve/decision.js'
import type { DecideInput, Plan } from '../rules/decide.js'
import { type Aspect, askShadow, type ShadowOutcome, type ShadowResult, type ShadowRules } from '../rules/shadow.js'

/** ms in which one difference is logged; the others of that time are counted. */
const PAUSE = 5_000

export interface ShadowWatchOptions {
  log: Pick<Logger, 'info' | 'error'>
  /** Told of each request that the shadow rules were asked about, for the metrics; `failed`: they broke. */
  count: (result: ShadowResult | 'failed', differences: readonly Aspect[]) => void
  /** Unix ms. */
  now: () => number
  /** From 0 up to, not including, 1. */
  random?: () => number
}

/**
 * Asks the shadow rules beside the rules, for a share of the requests, once the answer is made: it counts and logs
 * what they would have decided otherwise. Nothing comes back, and nothing is asked of anybody else.
 */
export class ShadowWatch {
  readonly #options: Required<ShadowWatchOptions>
  #last = Number.NEGATIVE_INFINITY
  /** Differences since the last line of the log. */
  #unsaid = 0

  constructor(options: ShadowWatchOptions) {
    this.#options = { random: Math.random, ...options }
  }

  /**
   * @param plan what was decided, and is answered
   * @param input what it was decided by
   */
  watch(shadow: ShadowRules, request: FastifyRequest, decision: Decision, plan: Plan, input: DecideInput): void {
    const { record } = decision
    const { count, log, random } = this.#options
    // Who explains wants to know about this very request, and is no traffic.
    if (record === null && random() * 100 >= shadow.percent) return
    try {
      const trials = record === null ? undefined : []
      const outcome = askShadow(shadow, { ...input, trials }, plan)
      if (record !== null) {
        record.shadow = { ...outcome, ...shadow, trials: trials ?? [] }
        return
      }
      const aspects = outcome.differences.map(({ aspect }) => aspect)
      count(outcome.result, aspects)
      if (aspects.length > 0) this.#say(request, decision, outcome)
    } catch (error) {
      // A trial must not cost anybody an answer.
      count('failed', [])
      log.error({ err: { type: (error as Error).name, stack: (error as Error).stack } }, 'the shadow rules broke')
    }
  }

  #say(request: FastifyRequest, decision: Decision, { plan, differences }: ShadowOutcome): void {
    const now = this.#options.now()
    if (now - this.#last < PAUSE) {
      this.#unsaid++
      return
    }
    this.#options.log.info(
      {
        url: redactUrl(request.raw.url ?? ''),
        partner: decision.partnerId,
        entry: decision.entryId === null ? null : redactValue(decision.entryId),
        device: decision.device,
        rule: decision.rule,
        shadowRule: plan.rule,
        differences,
        unsaid: this.#unsaid
      },
      'the shadow rules would decide otherwise'
    )
    this.#last = now
    this.#unsaid = 0
  }
}
