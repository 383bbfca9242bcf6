import { LRUCache } from 'lru-cache'

/** Length of the window that all budgets are given for, ms. */
export const WINDOW = 60_000

/** Keys that are counted at once: one costs about 200 bytes, and who has so many addresses is no longer one client. */
const MAX_KEYS = 50_000

/** Part of a budget below which a gateway keeps a count to itself. */
const WORTH_A_WORD = 1 / 20

/** What is known of one key, here and in the other gateways of the fleet, in this window and the one before. */
export interface Count {
  /** Number of the window, in windows since 1970: the same for all gateways. */
  window: number
  own: number
  others: number
  /** Own and others' of the window before. */
  before: number
  /** How much of `own` the fleet was told. */
  told: number
}

export interface WindowsOptions {
  /** Requests a minute; 0: no limit. */
  max: number
  now?: () => number
  maxKeys?: number
}

/**
 * Counts by key over a sliding minute: the current window and, by the part of it that still reaches into the last 60 s,
 * the one before. Only what was admitted counts, so that one who hammers is served again at the promised moment.
 */
export class Windows {
  readonly max: number
  readonly #counts: LRUCache<string, Count>
  readonly #now: () => number
  /** Keys whose counts the fleet has to exchange; null: there is none. */
  #touched: Set<string> | null = null

  constructor({ max, now = Date.now, maxKeys = MAX_KEYS }: WindowsOptions) {
    this.max = max
    this.#now = now
    this.#counts = new LRUCache({ max: maxKeys, dispose: (_count, key) => this.#touched?.delete(key) })
  }

  /** Takes one from the budget of a key. @returns ms to wait before the next one; 0: it was taken */
  take(key: string): number {
    if (this.max === 0) return 0
    const now = this.#now()
    const count = this.#at(key, now)
    this.#touched?.add(key)
    const wait = this.#wait(count, now, 1)
    if (wait === 0) count.own++
    return wait
  }

  /**
   * What `take` would say now that the fleet was asked: gives the one back that was taken when the others had used up the
   * budget. @returns ms to wait; 0: it stays taken
   */
  confirm(key: string): number {
    if (this.max === 0) return 0
    const now = this.#now()
    const count = this.#at(key, now)
    const wait = this.#wait(count, now, 0)
    if (wait > 0 && count.own > 0) count.own--
    return wait
  }

  /** The count of a key as it is now, for the exchange with the fleet; undefined when nothing is known of it. */
  count(key: string): Count | undefined {
    return this.#counts.peek(key) === undefined ? undefined : this.#at(key, this.#now())
  }

  /** Remembers from now on which keys were asked for, for a fleet to exchange: without one that is work on every hit. */
  follow(): void {
    this.#touched ??= new Set()
  }

  /**
   * The keys that were asked for since the last call and have used enough here to be worth a word: who has used next to
   * nothing of his budget can be let through without asking.
   * @param most at most so many; the rest comes with the next call
   */
  drain(most: number): string[] {
    const keys: string[] = []
    const touched = this.#touched ?? []
    for (const key of touched) {
      if (keys.length === most) break
      this.#touched?.delete(key)
      const count = this.#counts.peek(key)
      if (count !== undefined && (count.own >= this.max * WORTH_A_WORD || count.others > 0)) keys.push(key)
    }
    return keys
  }

  /** Has a key exchanged again although nobody asked for it. */
  touch(key: string): void {
    this.#touched?.add(key)
  }

  get size(): number {
    return this.#counts.size
  }

  #at(key: string, now: number): Count {
    const window = Math.floor(now / WINDOW)
    let count = this.#counts.get(key)
    if (count === undefined) {
      count = { window, own: 0, others: 0, before: 0, told: 0 }
      this.#counts.set(key, count)
    } else if (count.window !== window) {
      // A clock that was set back begins anew as well.
      count.before = count.window === window - 1 ? count.own + count.others : 0
      count.window = window
      count.own = 0
      count.others = 0
      count.told = 0
    }
    return count
  }

  /** ms until `more` fit into the budget beside what is counted. */
  #wait({ own, others, before }: Count, now: number, more: number): number {
    const into = now % WINDOW
    const used = own + others
    const room = this.max - more
    if (used + before * (1 - into / WINDOW) <= room) return 0
    // Within this window, once enough of the one before has slid out; else within the next, where this one slides out.
    if (used <= room) return Math.max(1, Math.ceil((1 - (room - used) / before) * WINDOW - into))
    return Math.ceil(WINDOW - into + Math.max(0, 1 - room / used) * WINDOW)
  }
}
