/** One purge, for loads that were under way at that time. */
interface Entry {
  number: number
  /** Clock. */
  at: number
  soft: boolean
  /** Null: everything. */
  tags: ReadonlySet<string> | null
}

/** What happened to something since it began. */
export interface PurgedSince {
  hard: boolean
  /** Clock of the last soft purge; null: none. */
  softAt: number | null
}

/** More than this at once count for everything: a load begun before them is not kept. */
const MAX = 1_000

/**
 * The purges that loads under way have to know of: which tags a value has may be known only once it is there, and by then
 * its facts are older than a purge that came in between.
 */
export class PurgeLog {
  #count = 0
  /** Loads that began before this many purges: what came in between is forgotten. */
  #floor = 0
  #recent: Entry[] = []

  /** Purges so far: what begins now is younger than so many. */
  get count(): number {
    return this.#count
  }

  /** @returns the number of this purge; what began with a smaller one is older */
  add(tags: ReadonlySet<string> | null, soft: boolean, at: number): number {
    this.#count++
    this.#recent.push({ number: this.#count, at, soft, tags })
    if (this.#recent.length > MAX) this.#floor = this.#recent.shift()!.number
    return this.#count
  }

  /** @param begun `count` as it was when the load began */
  since(begun: number, tags: ReadonlySet<string>): PurgedSince {
    if (begun < this.#floor) return { hard: true, softAt: null }
    const found = this.#recent.filter((entry) => entry.number > begun && hits(entry.tags, tags))
    const softs = found.filter(({ soft }) => soft)
    return {
      hard: softs.length < found.length,
      softAt: softs.length === 0 ? null : Math.max(...softs.map(({ at }) => at))
    }
  }

  /** No load is under way that began before so many purges. */
  forget(begun: number): void {
    while (this.#recent[0] !== undefined && this.#recent[0].number <= begun) this.#recent.shift()
  }

  /** Purges that are remembered. */
  get size(): number {
    return this.#recent.length
  }
}

/** @param purged null: everything */
export function hits(purged: ReadonlySet<string> | null, tags: Iterable<string>): boolean {
  if (purged === null) return true
  for (const tag of tags) if (purged.has(tag)) return true
  return false
}
