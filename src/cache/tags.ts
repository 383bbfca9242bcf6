/**
 * The names by which kept values are purged. Those of entries and partners are also what answers are to carry for a CDN,
 * so they do not change.
 */
export const entryTag = (entryId: string): string => `entry-${entryId}`

export const partnerTag = (partnerId: number): string => `partner-${partnerId}`

/** Of the name that a link holds in place of an entry id; whatever partner's. */
export const referenceTag = (referenceId: string): string => `reference-${referenceId}`

/** Bytes of a tag beside its text: its places in the value's slot and in the index. */
const TAG = 100

/** Bytes that a value costs for its tags, roughly. */
export function bytesOfTags(tags: readonly string[]): number {
  return tags.reduce((sum, tag) => sum + tag.length + TAG, 0)
}

/**
 * Which keys of a cache hold values with a tag, so that a purge costs what it touches and not what is there. A hundred
 * thousand keys that are copied first would stop the process for a while, so they are walked where they stand.
 */
export class TagIndex {
  readonly #all = new Set<string>()
  /** Most tags have one key: a set would cost more than all the rest. */
  readonly #keys = new Map<string, string | Set<string>>()

  add(key: string, tags: readonly string[]): void {
    this.#all.add(key)
    for (const tag of tags) {
      const known = this.#keys.get(tag)
      if (known === undefined) this.#keys.set(tag, key)
      else if (typeof known !== 'string') known.add(key)
      else if (known !== key) this.#keys.set(tag, new Set([known, key]))
    }
  }

  remove(key: string, tags: readonly string[]): void {
    this.#all.delete(key)
    for (const tag of tags) {
      const known = this.#keys.get(tag)
      if (known === key) this.#keys.delete(tag)
      else if (known instanceof Set && known.delete(key) && known.size === 0) this.#keys.delete(tag)
    }
  }

  /**
   * Keys that have one of the tags; one that has several comes several times. Keys may be added and removed while it goes:
   * what is there from the beginning to the end comes for certain.
   *
   * @param tags null: every key
   */
  *keys(tags: Iterable<string> | null): Generator<string> {
    if (tags === null) {
      yield* this.#all
      return
    }
    for (const tag of tags) {
      const known = this.#keys.get(tag)
      if (typeof known === 'string') yield known
      else if (known !== undefined) yield* known
    }
  }

  /** Tags that have a key. */
  get size(): number {
    return this.#keys.size
  }
}
