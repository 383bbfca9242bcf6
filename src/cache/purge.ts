import { entryTag, partnerTag, referenceTag } from './tags.js'

/** What is to be purged: all that has one of these names. */
export interface PurgeOrder {
  all: boolean
  entries: readonly string[]
  partners: readonly number[]
  /** What these names stand for; the entries themselves stay. */
  referenceIds: readonly string[]
  /**
   * Soft: a value is stale from now on, and given once more while it is renewed, or while Kaltura is away. Hard: it is
   * forgotten.
   */
  soft: boolean
}

/** The caches of one gateway, facts before what is made from them. */
export const CACHE_NAMES = ['reference', 'catalog', 'target'] as const
export type CacheName = (typeof CACHE_NAMES)[number]

/** How many values were touched, by cache. */
export type Touched = Readonly<Partial<Record<CacheName, number>>>

/**
 * A tier that can be purged. Once it has answered it gives nothing any more that was loaded before the order, and what
 * was under way then is not kept.
 */
export interface Purger {
  /** `memory` ... */
  readonly tier: string
  purge(order: PurgeOrder): Promise<Touched>
}

/** One cache, as far as purging goes. */
export interface Purgeable {
  /** @param tags null: everything. @returns how many values it touched */
  purge(tags: ReadonlySet<string> | null, soft: boolean): Promise<number>
}

/** The tags of an order; null: everything. */
export function orderedTags({ all, entries, partners, referenceIds }: PurgeOrder): ReadonlySet<string> | null {
  if (all) return null
  return new Set([...entries.map(entryTag), ...partners.map(partnerTag), ...referenceIds.map(referenceTag)])
}

/** Purges what this process keeps in memory. */
export class MemoryPurger implements Purger {
  readonly tier = 'memory'
  readonly #caches = new Map<CacheName, Purgeable>()

  /** A gateway that is being built has a cache. */
  add(name: CacheName, cache: Purgeable): void {
    this.#caches.set(name, cache)
  }

  /** One cache after the other: a target that is loaded in between is made from facts that are purged already. */
  async purge(order: PurgeOrder): Promise<Touched> {
    const tags = orderedTags(order)
    const touched: Partial<Record<CacheName, number>> = {}
    for (const name of CACHE_NAMES) {
      const cache = this.#caches.get(name)
      if (cache !== undefined) touched[name] = await cache.purge(tags, order.soft)
    }
    return touched
  }
}

/**
 * Purges tier by tier, what others fill themselves from first: a shared tier that was purged last would give its old values
 * to a memory that is empty already.
 */
export async function purgeTiers(tiers: readonly Purger[], order: PurgeOrder): Promise<Record<string, Touched>> {
  const touched: Record<string, Touched> = {}
  for (const tier of tiers) touched[tier.tier] = await tier.purge(order)
  return touched
}
