import { LRUCache } from 'lru-cache'

/** Part of the bytes that remembered failures may take beside the values: strangers choose keys, and long ones. */
const FOR_FAILURES = 1 / 16
/** Bytes of a remembered failure beside its key: an error with its stack. */
const FAILURE = 1_000

/** What could not be loaded, for a while: it is not asked for again at once. */
export class Failures {
  readonly #failures: LRUCache<string, { at: number; error: unknown }>
  readonly #now: () => number

  /** @param maxBytes of the values that they stand beside */
  constructor(maxBytes: number, now: () => number) {
    this.#failures = new LRUCache({
      max: 10_000,
      maxSize: Math.max(1, Math.floor(maxBytes * FOR_FAILURES)),
      sizeCalculation: (_failure, key) => key.length * 2 + FAILURE
    })
    this.#now = now
  }

  note(key: string, error: unknown): void {
    this.#failures.set(key, { at: this.#now(), error })
  }

  forget(key: string): void {
    this.#failures.delete(key)
  }

  /** The failure of a key in the last so many ms; null: none. */
  within(key: string, ms: number): { error: unknown } | null {
    const failure = this.#failures.get(key)
    return failure !== undefined && this.#now() - failure.at < ms ? failure : null
  }

  get bytes(): number {
    return this.#failures.calculatedSize
  }
}
