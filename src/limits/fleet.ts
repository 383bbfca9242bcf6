import { createHash, createHmac } from 'node:crypto'
import type { RedisClient } from '../cache/redis.js'
import { type Count, WINDOW, type Windows } from './windows.js'

/** What is needed of the connection that the fleet shares (`RedisLink`). */
export interface Link {
  readonly ready: boolean
  run<T>(work: (client: RedisClient) => Promise<T>, patience: number): Promise<T | null>
  runInLine<T>(work: (client: RedisClient) => Promise<T>): Promise<T | null>
}

/** ms between two exchanges of everything that was counted meanwhile. */
const EVERY = 1_000
/** Keys of one budget that one exchange takes; the rest waits for the next. */
const AT_ONCE = 2_000
/** ms that an exchange behind the requests may take. */
const PATIENCE = 1_000
/** ms that a count lives in Redis: its own window and the next, and somebody's clock that is a little off. */
const LIFE = 2 * WINDOW + 10_000

interface Entry {
  key: string
  count: Count
  window: number
  told: number
  delta: number
  name: string
}

/**
 * Where the counts of the gateways meet: each tells Redis what it counted since it last did, and hears what all have
 * counted together. Redis away: every gateway counts for itself; Redis wiped: every gateway tells its part again.
 */
export class Fleet {
  readonly #link: Link
  readonly #secret: Buffer | null
  readonly #budgets = new Map<string, Windows>()
  #timer: NodeJS.Timeout | null = null
  #busy = false

  /** @param secret what all gateways share, so that the names in Redis tell nobody else an address; null: plain hashes */
  constructor(link: Link, secret: Buffer | null) {
    this.#link = link
    this.#secret = secret
  }

  /** Takes part in the exchange from now on. */
  add(kind: string, windows: Windows): void {
    windows.follow()
    this.#budgets.set(kind, windows)
  }

  start(): void {
    this.#timer = setInterval(() => void this.exchange(), EVERY).unref()
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
  }

  /** Everything that was counted since the last time. Never throws. */
  async exchange(): Promise<void> {
    if (this.#busy || !this.#link.ready) return
    this.#busy = true
    try {
      for (const [kind, windows] of this.#budgets) await this.#tell(kind, windows, windows.drain(AT_ONCE), false)
    } finally {
      this.#busy = false
    }
  }

  /** One key now, since a request waits for it: within the bound of the link, or not at all. Never throws. */
  async ask(kind: string, key: string): Promise<void> {
    const windows = this.#budgets.get(kind)
    if (windows !== undefined) await this.#tell(kind, windows, [key], true)
  }

  async #tell(kind: string, windows: Windows, keys: readonly string[], inLine: boolean): Promise<void> {
    if (keys.length === 0) return
    const work = async (client: RedisClient): Promise<void> => {
      const slots = bySlot(this.#entries(kind, windows, keys))
      await Promise.all(slots.map(async (entries) => learn(windows, entries, await tell(client, entries))))
    }
    await (inLine ? this.#link.runInLine(work) : this.#link.run(work, PATIENCE))
  }

  #entries(kind: string, windows: Windows, keys: readonly string[]): Entry[] {
    const entries: Entry[] = []
    for (const key of keys) {
      const count = windows.count(key)
      if (count === undefined) continue
      const delta = count.own - count.told
      // Told even if no answer comes: to count somebody twice is worse than to forget a second of him.
      count.told = count.own
      entries.push({
        key,
        count,
        window: count.window,
        told: count.own,
        delta,
        name: this.#name(kind, key, count.window)
      })
    }
    return entries
  }

  /** Names no client in clear; the braces keep those of one slot together, as a cluster's pipelines want it. */
  #name(kind: string, key: string, window: number): string {
    const text = `limit ${kind} ${key}`
    const hash = (this.#secret === null ? createHash('sha256') : createHmac('sha256', this.#secret)).update(text)
    const digest = hash.digest('base64url').slice(0, 22)
    return `pmg:limit:{${digest[0]}}:${digest}:${window}`
  }
}

function bySlot(entries: readonly Entry[]): Entry[][] {
  const slots = new Map<string, Entry[]>()
  for (const entry of entries) {
    const slot = entry.name.slice(0, entry.name.indexOf('}'))
    const same = slots.get(slot)
    if (same === undefined) slots.set(slot, [entry])
    else same.push(entry)
  }
  return [...slots.values()]
}

/** @returns what all gateways have counted, in the order of the entries */
async function tell(client: RedisClient, entries: readonly Entry[]): Promise<number[]> {
  const pipeline = client.pipeline()
  for (const { name, delta } of entries) pipeline.incrby(name, delta).pexpire(name, LIFE)
  const results = (await pipeline.exec()) ?? []
  const failure = results.find(([error]) => error !== null)?.[0]
  if (failure) throw failure
  return entries.map((_entry, index) => Number(results[index * 2]?.[1]))
}

function learn(windows: Windows, entries: readonly Entry[], totals: readonly number[]): void {
  for (const [index, { key, count, window, told, delta }] of entries.entries()) {
    const total = totals[index]!
    if (count.window !== window) continue
    // Less than we have told: it forgot everything but the last words. What the others had is still known here.
    if (total < told) {
      count.told = Math.max(0, count.told - (told - delta))
      windows.touch(key)
    } else count.others = Math.max(count.others, total - told)
  }
}
