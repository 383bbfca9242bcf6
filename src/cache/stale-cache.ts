import { LRUCache } from 'lru-cache'

/** What a load gives back: a value and how long it may be used, or an answer that may not be kept at all. */
export interface Loaded<V> {
  value: V
  /** ms; 0 means: an answer for those who asked, which also ends an older value at once. */
  fresh: number
  /** ms past the fresh life in which the value is still given while a new one is fetched. */
  staleWhileRevalidate: number
  /** ms past the fresh life in which the value outlives a failing upstream. */
  staleIfError: number
  /** Bytes, roughly; for the bound on memory. */
  bytes: number
}

/** How an answer came about: metrics, log and explain print this word. */
export type CacheState = 'hit' | 'stale' | 'miss' | 'stale-error'

export type Lookup<V> =
  | { found: true; value: V; state: CacheState /** ms of fresh life left, 0 when stale */; remaining: number }
  | { found: false; reason: 'pending' | 'refused' }
  | { found: false; reason: 'failed'; error: unknown }

interface Slot<V> extends Loaded<V> {
  /** Clock at which the load began: a value is never younger than the facts it was made from. */
  since: number
}

/** A load under way, in a box: a promise that is given back would be waited for. */
interface Begun<V> {
  running: Promise<Slot<V>>
}

export interface StaleCacheOptions {
  maxBytes: number
  now?: () => number
  /** ms after a failed load in which its key is not asked for again: a stale value or the failure is given at once. */
  retryAfter?: number
}

/** Whether the asker may cause a load; asked only when nobody else's is under way. */
export type Admit = () => Promise<boolean>

/** Bytes that an entry costs beside its key and value: slot, list nodes, map entry. */
const OVERHEAD = 200

/** Part of the bytes that remembered failures may take beside the values: strangers choose keys, and long ones. */
const FOR_FAILURES = 1 / 16
/** Bytes of a remembered failure beside its key: an error with its stack. */
const FAILURE = 1_000

/** Of `retryAfter`, so that the loads in between may take their time. */
const OF_LATE = 10

/**
 * A bounded memory cache in front of a loader: any number of concurrent askers share one load, a value past its fresh
 * life is given while it is renewed, and a known value outlives a failing loader within its bound (rule 6 of the
 * design). A load that succeeds replaces the value whatever it says; only a load that throws leaves the old one.
 */
export class StaleCache<V> {
  readonly #slots: LRUCache<string, Slot<V>>
  readonly #loads = new Map<string, Promise<Slot<V>>>()
  /** Askers that are being admitted to begin a load of their key. */
  readonly #admissions = new Map<string, Promise<Begun<V> | null>>()
  readonly #failures: LRUCache<string, { at: number; error: unknown }>
  readonly #now: () => number
  readonly #retryAfter: number

  constructor({ maxBytes, now = Date.now, retryAfter = 1000 }: StaleCacheOptions) {
    this.#slots = new LRUCache({
      maxSize: Math.max(1, maxBytes),
      sizeCalculation: (slot, key) => slot.bytes + key.length * 2 + OVERHEAD
    })
    this.#failures = new LRUCache({
      max: 10_000,
      maxSize: Math.max(1, Math.floor(maxBytes * FOR_FAILURES)),
      sizeCalculation: (_failure, key) => key.length * 2 + FAILURE
    })
    this.#now = now
    this.#retryAfter = retryAfter
  }

  /**
   * The value of a key, from memory or from the loader.
   * @param patience ms to wait for a load; past it the answer is `pending` and the load goes on behind; 0: upstream is given
   *   no time to answer
   * @param admit asked of the one who would begin a load that he waits for; when it says no the answer is `refused`
   */
  async get(key: string, load: () => Promise<Loaded<V>>, patience: number, admit?: Admit): Promise<Lookup<V>> {
    const slot = this.#slots.get(key)
    const now = this.#now()
    const failure = this.#failures.get(key)
    const failing = failure !== undefined && now - failure.at < this.#retryAfter
    if (slot === undefined && failing) return { found: false, reason: 'failed', error: failure.error }
    if (slot !== undefined) {
      const age = now - slot.since
      if (age < slot.fresh) return { found: true, value: slot.value, state: 'hit', remaining: slot.fresh - age }
      const past = age - slot.fresh
      if (failing && past < slot.staleIfError) return staleError(slot.value)
      if (past < slot.staleWhileRevalidate) {
        this.#load(key, load).catch(ignore)
        return { found: true, value: slot.value, state: 'stale', remaining: 0 }
      }
    }
    const begun = admit === undefined ? { running: this.#load(key, load) } : await this.#admitted(key, load, admit)
    const outcome: Settled<V> = begun === null ? { kind: 'refused' } : await settleWithin(begun.running, patience)
    if (outcome.kind === 'value') {
      const { value, fresh, since } = outcome.loaded
      return { found: true, value, state: 'miss', remaining: Math.max(0, fresh - (this.#now() - since)) }
    }
    // Looked up anew: another load may have replaced or ended the value in the meantime.
    const known = this.#slots.peek(key)
    const isSilent =
      outcome.kind === 'failed' || (outcome.kind === 'pending' && patience > 0) || this.#failedOfLate(key)
    if (known !== undefined && isSilent && this.#now() - known.since - known.fresh < known.staleIfError)
      return staleError(known.value)
    return outcome.kind === 'failed'
      ? { found: false, reason: 'failed', error: outcome.error }
      : { found: false, reason: outcome.kind }
  }

  /** A value within its fresh life, loaded when there is none; for what must not be decided on stale facts. */
  async getFresh(key: string, load: () => Promise<Loaded<V>>): Promise<V> {
    const slot = this.#slots.get(key)
    if (slot !== undefined && this.#now() - slot.since < slot.fresh) return slot.value
    return (await this.#load(key, load)).value
  }

  /** Forgets a key; a load under way still answers its askers, and is not kept. */
  delete(key: string): void {
    this.#slots.delete(key)
    this.#loads.delete(key)
  }

  get size(): number {
    return this.#slots.size
  }

  get bytes(): number {
    return this.#slots.calculatedSize
  }

  /** Of the failures that are remembered. */
  get failureBytes(): number {
    return this.#failures.calculatedSize
  }

  /**
   * Whether upstream may be taken for failing by one for whom it is not asked, or not waited for. His own haste is no
   * silence of upstream's: what it has ended in the meantime would be given for as long as nobody else asks.
   */
  #failedOfLate(key: string): boolean {
    const failure = this.#failures.peek(key)
    return failure !== undefined && this.#now() - failure.at < OF_LATE * this.#retryAfter
  }

  /**
   * The load to wait for, begun if the asker may; null when he may not. A refusal is the asker's own: it is no failure of
   * the key, and the next asker is asked for himself.
   */
  async #admitted(key: string, load: () => Promise<Loaded<V>>, admit: Admit): Promise<Begun<V> | null> {
    for (;;) {
      const running = this.#loads.get(key)
      if (running !== undefined) return { running }
      const other = this.#admissions.get(key)
      if (other === undefined) break
      const begun = await other
      if (begun !== null) return begun
    }
    const mine = admit().then((admitted) => {
      this.#admissions.delete(key)
      if (!admitted) return null
      const running = this.#load(key, load)
      // The failure is noted by the load itself; whoever waits is told.
      running.catch(ignore)
      return { running }
    })
    this.#admissions.set(key, mine)
    return mine
  }

  #load(key: string, load: () => Promise<Loaded<V>>): Promise<Slot<V>> {
    const running = this.#loads.get(key)
    if (running !== undefined) return running
    const since = this.#now()
    const isCurrent = () => this.#loads.get(key) === tracked
    const tracked: Promise<Slot<V>> = load().then(
      (loaded) => {
        const slot = { ...loaded, since }
        if (!isCurrent()) return slot
        this.#loads.delete(key)
        this.#failures.delete(key)
        if (slot.fresh > 0) this.#slots.set(key, slot)
        else this.#slots.delete(key)
        return slot
      },
      (error: unknown) => {
        if (isCurrent()) {
          this.#loads.delete(key)
          this.#failures.set(key, { at: this.#now(), error })
        }
        throw error
      }
    )
    this.#loads.set(key, tracked)
    return tracked
  }
}

function staleError<V>(value: V): Lookup<V> {
  return { found: true, value, state: 'stale-error', remaining: 0 }
}

function ignore(): void {
  // The failure was noted by the load itself; the stale value has already been given.
}

type Settled<V> =
  | { kind: 'value'; loaded: Slot<V> }
  | { kind: 'failed'; error: unknown }
  | { kind: 'pending' | 'refused' }

function settleWithin<V>(promise: Promise<Slot<V>>, patience: number): Promise<Settled<V>> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve({ kind: 'pending' }), patience)
    promise.then(
      (loaded) => {
        clearTimeout(timer)
        resolve({ kind: 'value', loaded })
      },
      (error: unknown) => {
        clearTimeout(timer)
        resolve({ kind: 'failed', error })
      }
    )
  })
}
