import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { redactUrl } from '../playmanifest/redact.js'
import { CommandError } from './command.js'
import { type Outcome, readOutcome } from './warm-answer.js'
import type { WarmRequest } from './warm-requests.js'

export interface WarmOptions {
  /** Base URL of the gateway, without a trailing slash. */
  gateway: string
  /** Requests at once. */
  concurrency: number
  /** Requests a second; 0: no bound. */
  rate: number
  /** Sent with each. */
  headers: Readonly<Record<string, string>>
  /** Told after each. */
  done?: (tally: WarmTally) => void
}

export interface WarmTally {
  /** Requests that are through, each once however often it was asked. */
  requests: number
  failed: number
  /** By kind, failed ones too. */
  answers: Record<string, number>
  /** Of each kind that failed, the first one, masked. */
  failures: Record<string, string>
}

const TRIES = 5
/** ms to wait for what loads behind an answer; longer each time. */
const MOMENT = 300
/** ms for one answer. */
const PATIENCE = 30_000
const USER_AGENT = 'playmanifest-gateway warm'

/**
 * Asks a gateway everything, with bounds on how much at once and how fast. It waits as long as the gateway wants, when that says
 * so, and asks again for what was not there in time.
 *
 * @throws CommandError when the gateway cannot be reached at all
 */
export async function warm(requests: AsyncIterable<WarmRequest>, options: WarmOptions): Promise<WarmTally> {
  const { origin, pathname } = new URL(options.gateway)
  const pool = new Pool(origin, { connections: options.concurrency, pipelining: 1 })
  const tally: WarmTally = { requests: 0, failed: 0, answers: {}, failures: {} }
  const pace = new Pace(options.rate)
  const source = requests[Symbol.asyncIterator]()
  const ask = async ({ target, userAgent }: WarmRequest): Promise<Outcome> => {
    const answer = await pool.request({
      method: 'GET',
      path: `${pathname.replace(/\/+$/, '')}${target}`,
      headers: { 'user-agent': userAgent ?? USER_AGENT, ...options.headers },
      signal: AbortSignal.timeout(PATIENCE)
    })
    const body = await answer.body.text()
    return readOutcome(answer.statusCode, answer.headers, body)
  }
  const worker = async (): Promise<void> => {
    for (;;) {
      const next = await source.next()
      if (next.done === true) return
      const outcome = await settle(() => ask(next.value), pace, tally)
      tally.requests++
      tally.answers[outcome.kind] = (tally.answers[outcome.kind] ?? 0) + 1
      if (outcome.failed) {
        tally.failed++
        tally.failures[outcome.kind] ??= redactUrl(next.value.target)
      }
      options.done?.(tally)
    }
  }
  try {
    await Promise.all(Array.from({ length: options.concurrency }, worker))
    return tally
  } finally {
    // Not waited for: it may be waiting for standard input itself.
    void source.return?.(undefined)
    await pool.destroy()
  }
}

/** Asks until it is answered as well as it can be. */
async function settle(ask: () => Promise<Outcome>, pace: Pace, tally: WarmTally): Promise<Outcome> {
  for (let tried = 1; ; tried++) {
    await pace.turn()
    const outcome = await ask().catch((error: NodeJS.ErrnoException) => unreached(error, tally))
    if (outcome.again === null || tried === TRIES) return outcome
    if (outcome.again.seconds === null) await sleep(MOMENT * tried)
    else pace.pause(outcome.again.seconds * 1000)
  }
}

function unreached({ code, name }: NodeJS.ErrnoException, { requests, failed }: WarmTally): Outcome {
  const why = code ?? name
  if (requests === failed && /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/.test(why)) {
    throw new CommandError(`The gateway cannot be reached (${why}); right would be --gateway with its address.`)
  }
  return { kind: `no answer (${why})`, failed: true, again: { seconds: null } }
}

/** Lets requests go no faster than is wanted, and all of them wait when the gateway says so. */
class Pace {
  readonly #gap: number
  #next = 0

  /** @param rate a second; 0: no bound */
  constructor(rate: number) {
    this.#gap = rate === 0 ? 0 : 1000 / rate
  }

  /** Those who wait stand in a row. */
  async turn(): Promise<void> {
    const now = performance.now()
    const mine = Math.max(now, this.#next)
    this.#next = mine + this.#gap
    if (mine > now) await sleep(mine - now)
  }

  /** @param ms in which nothing more is asked */
  pause(ms: number): void {
    this.#next = Math.max(this.#next, performance.now() + ms)
  }
}
