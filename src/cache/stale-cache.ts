import { setImmediate as turn } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import { Failures } from './failures.js'
import type { Admit, Load, Loaded, Lookup } from './loaded.js'
import { hits, PurgeLog } from './purge-log.js'
import { type Settled, settleWithin } from './settle.js'
import { bytesOfTags, TagIndex } from './tags.js'

export type { Admit, CacheState, Load, Loaded, Lookup, Tagger } from './loaded.js'

interface Slot<V> extends Loaded<V> {
  /** Clock at which the load began: a value is never younger than the facts it was made from. */
  since: number
  /** Purges before that. */
  begun: number
  tags: readonly string[]
  /** Number of the purge that touched it last. */
  purge: number
  /** A purge that came while it was loaded: its facts are older than that. */
  outdated: 'hard' | 'soft' | null
}

interface UnderWay<V> {
  promise: Promise<Slot<V>>
  begun: number
  /** As far as they are known. */
  tags: Set<string>
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

/** Bytes that an entry costs beside its key and value: slot, list nodes, map entry. */
const OVERHEAD = 240

/** Values that a purge touches before others have their turn. */
const SLICE = 1_000

/** Loads that one asker waits for after one that was purged under way; purges that come faster shall not hold anybody. */
const MAX_ANEW = 4

/** Of `retryAfter`, so that the loads in between may take their time. */
const OF_LATE = 10

/**
 * A bounded memory cache in front of a loader: any number of concurrent askers share one load, a value past its fresh
 * life is given while it is renewed, and a known value outlives a failing loader within its bound (rule 6 of the
 * design). A load that succeeds replaces the value whatever it says; only a load that throws leaves the old one.
 */
export class StaleCache<V> {
  readonly #slots: LRUCache<string, Slot<V>>
  readonly #loads = new Map<string, UnderWay<V>>()
  readonly #index = new TagIndex()
  readonly #purges = new PurgeLog()
  /** Askers that are being admitted to begin a load of their key. */
  readonly #admissions = new Map<string, Promise<Begun<V> | null>>()
  readonly #failures: Failures
  readonly #now: () => number
  readonly #retryAfter: number

  constructor({ maxBytes, now = Date.now, retryAfter = 1000 }: StaleCacheOptions) {
    this.#slots = new LRUCache({
      maxSize: Math.max(1, maxBytes),
      sizeCalculation: (slot, key) => slot.bytes + key.length * 2 + OVERHEAD + bytesOfTags(slot.tags),
      dispose: (slot, key) => this.#index.remove(key, slot.tags)
    })
    this.#failures = new Failures(maxBytes, now)
    this.#now = now
    this.#retryAfter = retryAfter
  }

  /**
   * The value of a key, from memory or from the loader.
   * @param patience ms to wait for a load; past it the answer is `pending` and the load goes on behind; 0: upstream is given
   *   no time to answer
   * @param admit asked of the one who would begin a load that he waits for; when it says no the answer is `refused`
   */
  async get(key: string, load: Load<V>, patience: number, admit?: Admit): Promise<Lookup<V>> {
    const slot = this.#slots.get(key)
    const now = this.#now()
    const failure = this.#failures.within(key, this.#retryAfter)
    if (slot === undefined && failure !== null) return { found: false, reason: 'failed', error: failure.error }
    if (slot !== undefined) {
      const age = now - slot.since
      if (age < slot.fresh) return { found: true, value: slot.value, state: 'hit', remaining: slot.fresh - age }
      const past = age - slot.fresh
      if (failure !== null && past < slot.staleIfError) return staleError(slot.value)
      if (past < slot.staleWhileRevalidate) {
        this.#load(key, load).catch(ignore)
        return { found: true, value: slot.value, state: 'stale', remaining: 0 }
      }
    }
    const begun = admit === undefined ? { running: this.#load(key, load) } : await this.#admitted(key, load, admit)
    const asked = performance.now()
    let outcome: Settled<Slot<V>> | { kind: 'refused' } =
      begun === null ? { kind: 'refused' } : await settleWithin(begun.running, patience)
    for (let anew = 0; outcome.kind === 'value' && outcome.loaded.outdated === 'hard'; anew++) {
      // What was to be forgotten is not even given to who asked before: caches behind us would go on with it.
      outcome =
        anew < MAX_ANEW
          ? await settleWithin(this.#fresh(key, load), patience - (performance.now() - asked))
          : { kind: 'pending' }
    }
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

  /**
   * A value within its fresh life, loaded when there is none; for what must not be decided on stale facts.
   * @throws what the load throws; Error when purges come faster than loads
   */
  async getFresh(key: string, load: Load<V>): Promise<V> {
    for (let anew = 0; anew <= MAX_ANEW; anew++) {
      const loaded = await this.#fresh(key, load)
      // Else it was begun before a purge, perhaps for somebody else.
      if (loaded.outdated === null) return loaded.value
    }
    throw new Error('purged again and again while it was loaded')
  }

  /**
   * Purges what has one of the tags, and what is being loaded: that is not kept (soft: is stale from the beginning), and who
   * waits for it waits for another one, as far as his patience goes. What began since is left alone. Others have their turn
   * in between.
   *
   * @param tags null: everything
   * @param soft a value is stale from now on, and lives on as such within its bounds
   * @returns how many values it touched
   */
  async purge(tags: ReadonlySet<string> | null, soft: boolean): Promise<number> {
    const at = this.#now()
    const number = this.#purges.add(tags, soft, at)
    if (!soft) {
      for (const [key, load] of this.#loads) if (hits(tags, load.tags)) this.#loads.delete(key)
    }
    let touched = 0
    let looked = 0
    for (const key of this.#index.keys(tags)) {
      if (++looked % SLICE === 0) await turn()
      const slot = this.#slots.peek(key)
      if (slot === undefined || slot.begun >= number || slot.purge === number || !hits(tags, slot.tags)) continue
      slot.purge = number
      touched++
      if (soft) {
        slot.fresh = freshUntil(at, slot)
        continue
      }
      this.#slots.delete(key)
      // Its renewal may not know yet that it has the tag.
      if ((this.#loads.get(key)?.begun ?? number) < number) this.#loads.delete(key)
    }
    this.#forgetPurges()
    return touched
  }

  get size(): number {
    return this.#slots.size
  }

  /** Tags that some value has. */
  get tags(): number {
    return this.#index.size
  }

  get bytes(): number {
    return this.#slots.calculatedSize
  }

  /** Of the failures that are remembered. */
  get failureBytes(): number {
    return this.#failures.bytes
  }

  /**
   * Whether upstream may be taken for failing by one for whom it is not asked, or not waited for. His own haste is no
   * silence of upstream's: what it has ended in the meantime would be given for as long as nobody else asks.
   */
  #failedOfLate(key: string): boolean {
    return this.#failures.within(key, OF_LATE * this.#retryAfter) !== null
  }

  /**
   * The load to wait for, begun if the asker may; null when he may not. A refusal is the asker's own: it is no failure of
   * the key, and the next asker is asked for himself.
   */
  async #admitted(key: string, load: Load<V>, admit: Admit): Promise<Begun<V> | null> {
    for (;;) {
      const running = this.#loads.get(key)
      if (running !== undefined) return { running: running.promise }
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

  /** A value within its fresh life, or the load that gives one. */
  async #fresh(key: string, load: Load<V>): Promise<Slot<V>> {
    const slot = this.#slots.get(key)
    return slot !== undefined && this.#now() - slot.since < slot.fresh ? slot : this.#load(key, load)
  }

  #load(key: string, load: Load<V>): Promise<Slot<V>> {
    const running = this.#loads.get(key)
    if (running !== undefined) return running.promise
    const since = this.#now()
    const begun = this.#purges.count
    const tags = new Set<string>()
    const isCurrent = () => this.#loads.get(key)?.promise === promise
    const promise: Promise<Slot<V>> = load((...more) => {
      for (const tag of more) tags.add(tag)
    }).then(
      (loaded) => {
        const slot = { ...loaded, since, begun, tags: [...tags], purge: 0, outdated: null as Slot<V>['outdated'] }
        if (!isCurrent()) return { ...slot, fresh: 0, outdated: 'hard' as const }
        this.#loads.delete(key)
        this.#failures.forget(key)
        const purged = this.#purges.since(begun, tags)
        this.#forgetPurges()
        if (purged.hard || slot.fresh <= 0) {
          this.#slots.delete(key)
          return { ...slot, fresh: 0, outdated: purged.hard ? ('hard' as const) : null }
        }
        if (purged.softAt !== null) {
          slot.fresh = freshUntil(purged.softAt, slot)
          slot.outdated = 'soft'
        }
        this.#keep(key, slot)
        return slot
      },
      (error: unknown) => {
        if (isCurrent()) {
          this.#loads.delete(key)
          this.#forgetPurges()
          this.#failures.note(key, error)
        }
        throw error
      }
    )
    this.#loads.set(key, { promise, begun, tags })
    return promise
  }

  #keep(key: string, slot: Slot<V>): void {
    this.#slots.set(key, slot)
    // One that is larger than everything there may be is not there.
    if (this.#slots.peek(key) === slot) this.#index.add(key, slot.tags)
  }

  /** Only loads under way need to know of purges; they stand in the order of their beginning. */
  #forgetPurges(): void {
    const [oldest] = this.#loads.values()
    this.#purges.forget(oldest?.begun ?? this.#purges.count)
  }
}

/** ms of fresh life that a value has if that ends at a certain time; never longer than it was. */
function freshUntil(at: number, { fresh, since }: Pick<Slot<unknown>, 'fresh' | 'since'>): number {
  return Math.min(fresh, Math.max(0, at - since))
}

function staleError<V>(value: V): Lookup<V> {
  return { found: true, value, state: 'stale-error', remaining: 0 }
}

function ignore(): void {
  // The failure was noted by the load itself; the stale value has already been given.
}
