import { randomBytes } from 'node:crypto'
import { PROBE_HEADER, probeAnswer, readProbe, writeProbe } from './circle-probe.js'
import type { Fetcher } from './fetcher.js'
import { IssuedUrls } from './issued-urls.js'
import { locationOf, resolveUrl } from './playmanifest-client.js'

/** ms. */
export interface CircleTiming {
  /** Between two probes at least. */
  pause: number
  /** Between two probes while the circle is there. */
  again: number
  /** Between two probes that nothing but time asks for, as long as redirects go out. */
  routine: number
  /** How long one probe may take. */
  timeout: number
}

export interface CircleOptions {
  cdnUrl: string
  /** How the configuration calls it, for the log. */
  name?: string
  /** A partner that is served, for the probe's URL. */
  partnerId: number
  log: { error(text: string): void; warn(text: string): void }
  timing?: Partial<CircleTiming>
  /** ms of a clock that only goes forward. */
  now?: () => number
}

const TIMING: CircleTiming = { pause: 10_000, again: 5_000, routine: 60_000, timeout: 3_000 }
const MAX_HOPS = 4
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/**
 * Finds out whether what we redirect to leads back to us: somebody moved a CDN's origin here, and KALTURA_CDN_URL names
 * that CDN. Nothing is added to a redirect, since URLs that Kaltura signed may not change. Instead a client who asks for
 * the very URL that it was just sent to raises a suspicion (it may be a reload), and a probe proves or disproves it:
 * one request of our own to where we redirect to, which only a gateway answers in the right way. Nobody waits for it.
 */
export class Circle {
  readonly #fetcher: Pick<Fetcher, 'fetch'>
  readonly #options: CircleOptions
  readonly #timing: CircleTiming
  readonly #now: () => number
  readonly #issued = new IssuedUrls()
  readonly #closing = new AbortController()
  /** Start of the last probe. */
  #asked = Number.NEGATIVE_INFINITY
  #routineSince: number
  /** The probe under way, and whether it arrived here. */
  #pending: { nonce: string; arrived: boolean } | null = null
  #timer: NodeJS.Timeout | null = null
  #proven = false

  constructor(fetcher: Pick<Fetcher, 'fetch'>, options: CircleOptions) {
    this.#fetcher = fetcher
    this.#options = options
    this.#timing = { ...TIMING, ...options.timing }
    this.#now = options.now ?? (() => performance.now())
    this.#routineSince = this.#now()
  }

  /** Whether a redirect to Kaltura would come back, as far as is known. */
  get proven(): boolean {
    return this.#proven
  }

  /** Seconds after which it may be otherwise. */
  get retryAfter(): number {
    return Math.max(1, Math.ceil(this.#timing.again / 1000))
  }

  /** A client is being redirected. @param location below the base */
  issued(client: string, location: string): void {
    const now = this.#now()
    this.#issued.add(client, location.slice(this.#options.cdnUrl.length), now)
    // A CDN that keeps our redirects may turn viewers round and round without asking us again.
    if (now - this.#routineSince >= this.#timing.routine) this.#probe(now)
  }

  /** A request came in. @param url path and query, as sent */
  arrived(client: string, url: string): void {
    if (this.#proven) return
    const now = this.#now()
    if (now - this.#asked < this.#timing.pause) return
    if (this.#issued.has(client, url, now)) this.#probe(now)
  }

  /** What to answer in `x-playmanifest-gateway` when a request is a probe of this fleet; null for any other request. */
  answerProbe(url: string): string | null {
    const nonce = readProbe(url, this.#options.cdnUrl)
    if (nonce === null) return null
    // Whatever becomes of our answer on its way back, the way here is there.
    if (nonce === this.#pending?.nonce) {
      this.#pending.arrived = true
      this.#conclude(true)
    }
    return probeAnswer(this.#options.cdnUrl, nonce)
  }

  close(): void {
    this.#closing.abort()
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #probe(now: number): void {
    if (this.#pending !== null || this.#closing.signal.aborted) return
    this.#asked = now
    this.#routineSince = now
    const nonce = randomBytes(16).toString('hex')
    const pending = { nonce, arrived: false }
    this.#pending = pending
    const { cdnUrl, partnerId } = this.#options
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(this.#timing.timeout)])
    this.#ask(writeProbe(cdnUrl, partnerId, nonce), probeAnswer(cdnUrl, nonce), signal)
      // Whoever cannot be reached has said nothing.
      .catch(() => null)
      .then((isCircle) => {
        if (!pending.arrived && isCircle !== null) this.#conclude(isCircle)
        this.#pending = null
        if (this.#proven) this.#askAgain()
      })
  }

  /** Null when the answer says nothing about who gave it. */
  async #ask(first: string, expected: string, signal: AbortSignal): Promise<boolean | null> {
    let url = first
    for (let hop = 0; hop <= MAX_HOPS; hop++) {
      const answer = await this.#fetcher.fetch(url, { signal, maxBytes: 256 * 1024 })
      if (answer.headers[PROBE_HEADER] === expected) return true
      const location = REDIRECTS.has(answer.status) ? locationOf(answer) : ''
      if (location === '') {
        const isKalturas = answer.headers['x-kaltura'] !== undefined
        return !isKalturas && (answer.status === 429 || answer.status >= 500) ? null : false
      }
      // The web server's own redirects, such as to https; a viewer would follow them too.
      url = resolveUrl(location, answer.url)
    }
    return null
  }

  #askAgain(): void {
    if (this.#closing.signal.aborted) return
    this.#timer = setTimeout(() => this.#probe(this.#now()), this.#timing.again).unref()
  }

  #conclude(isCircle: boolean): void {
    if (isCircle === this.#proven) return
    this.#proven = isCircle
    const { log, name = 'KALTURA_CDN_URL' } = this.#options
    if (isCircle) {
      log.error(`${name} leads back to this gateway: redirects to it are answered with 508 until it leads to Kaltura.`)
    } else log.warn(`${name} leads to Kaltura again: redirects to it go out again.`)
  }
}
