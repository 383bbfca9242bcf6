import { randomBytes } from 'node:crypto'

/** Fields of the table, a power of two; about what a busy gateway redirects within the few seconds that a circle takes. */
const SLOTS = 16_384
/** ms after which nobody who asks for the URL comes from our redirect. */
const LIFE = 30_000

/**
 * Which URL a client was sent to a moment ago. It remembers hashes with a key of this process only, in a table whose size
 * never changes: a newer one takes the place of an older one, and two may be taken for one another now and then. So
 * what it says is a suspicion, never a reason to refuse.
 */
export class IssuedUrls {
  readonly #seed = randomBytes(4).readInt32LE()
  readonly #hashes = new Int32Array(SLOTS)
  readonly #times = new Float64Array(SLOTS).fill(Number.NEGATIVE_INFINITY)
  #latest = Number.NEGATIVE_INFINITY

  /** @param url path and query, @param at ms of any clock that only goes forward */
  add(client: string, url: string, at: number): void {
    this.#latest = at
    const hash = this.#hash(client, url)
    this.#hashes[hash & (SLOTS - 1)] = hash
    this.#times[hash & (SLOTS - 1)] = at
  }

  /** Whether this client was sent to this very URL within the last 30 s, as far as is remembered. */
  has(client: string, url: string, at: number): boolean {
    if (at - this.#latest >= LIFE) return false
    const hash = this.#hash(client, url)
    const slot = hash & (SLOTS - 1)
    return this.#hashes[slot] === hash && at - this.#times[slot]! < LIFE
  }

  /** FNV-1a with a start of its own, its bits mixed in the end, since the low ones choose the field. */
  #hash(client: string, url: string): number {
    let hash = this.#seed
    for (let i = 0; i < client.length; i++) hash = Math.imul(hash ^ client.charCodeAt(i), 0x01000193)
    hash = Math.imul(hash ^ 0x20, 0x01000193)
    for (let i = 0; i < url.length; i++) hash = Math.imul(hash ^ url.charCodeAt(i), 0x01000193)
    hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b)
    return hash ^ (hash >>> 16)
  }
}
