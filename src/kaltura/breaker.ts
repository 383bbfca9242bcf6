/**
 * A circuit breaker for one upstream: after some failures in a row it answers "no" for a while without asking, then
 * lets one probe through. It spares viewers the wait and a struggling Kaltura the load.
 */
export class Breaker {
  readonly #threshold: number
  readonly #firstPause: number
  readonly #longestPause: number
  readonly #now: () => number
  #failures = 0
  #openUntil = 0
  #pause: number
  #probing = false

  constructor({ threshold = 5, firstPause = 500, longestPause = 10_000, now = Date.now } = {}) {
    this.#threshold = threshold
    this.#firstPause = firstPause
    this.#longestPause = longestPause
    this.#now = now
    this.#pause = firstPause
  }

  get state(): 'closed' | 'open' | 'half-open' {
    if (this.#failures < this.#threshold) return 'closed'
    return this.#now() < this.#openUntil ? 'open' : 'half-open'
  }

  /** Whether to ask now; while half open, one asker at a time gets a yes and must report back. */
  allow(): boolean {
    const { state } = this
    if (state === 'closed') return true
    if (state === 'open' || this.#probing) return false
    this.#probing = true
    return true
  }

  succeeded(): void {
    this.#failures = 0
    this.#pause = this.#firstPause
    this.#probing = false
  }

  /** The call that was allowed was not made: nothing is known, and somebody else may probe. */
  withdrawn(): void {
    this.#probing = false
  }

  failed(): void {
    // Calls that began before it opened say nothing new.
    if (this.state === 'open') return
    this.#probing = false
    this.#failures++
    if (this.#failures < this.#threshold) return
    this.#openUntil = this.#now() + this.#pause
    this.#pause = Math.min(this.#pause * 2, this.#longestPause)
  }
}
