import type { Purgeable } from '../cache/purge.js'
import { type Admit, type Loaded, type Lookup, StaleCache, type Tagger } from '../cache/stale-cache.js'
import { entryTag, partnerTag } from '../cache/tags.js'
import type { Config, PartnerConfig } from '../config/config.js'
import type { Catalog, CatalogClient } from '../kaltura/catalog-client.js'

/** Facts about entries, kept to choose and to classify by: never an answer themselves. */
export class Catalogs implements Purgeable {
  readonly #config: Config
  readonly #client: CatalogClient
  readonly #cache: StaleCache<Catalog>

  constructor(config: Config, client: CatalogClient, now: () => number) {
    this.#config = config
    this.#client = client
    this.#cache = new StaleCache({ maxBytes: config.cache.maxBytes / 2, now })
  }

  /**
   * @param patience ms to wait for a load
   * @param admit whether the asker may begin one
   */
  get(partner: PartnerConfig, entryId: string, patience: number, admit?: Admit): Promise<Lookup<Catalog>> {
    return this.#cache.get(this.#key(partner, entryId), (tag) => this.#load(partner, entryId, tag), patience, admit)
  }

  /** Facts within their fresh life. @throws UpstreamFailure when they cannot be had */
  fresh(partner: PartnerConfig, entryId: string): Promise<Catalog> {
    return this.#cache.getFresh(this.#key(partner, entryId), (tag) => this.#load(partner, entryId, tag))
  }

  purge(tags: ReadonlySet<string> | null, soft: boolean): Promise<number> {
    return this.#cache.purge(tags, soft)
  }

  #key(partner: PartnerConfig, entryId: string): string {
    return JSON.stringify([this.#config.serviceUrl, partner.id, entryId])
  }

  async #load(partner: PartnerConfig, entryId: string, tag: Tagger): Promise<Loaded<Catalog>> {
    tag(entryTag(entryId), partnerTag(partner.id))
    const value = await this.#client.read(partner, entryId, AbortSignal.timeout(this.#config.upstreamTimeout))
    tag(...catalogTags(value))
    const { catalog, negative, staleWhileRevalidate, templateStaleIfError } = this.#config.cache
    const known = value.entry !== 'missing'
    return {
      value,
      fresh: known ? catalog : Math.min(catalog, negative),
      staleWhileRevalidate: known ? staleWhileRevalidate : 0,
      staleIfError: known ? templateStaleIfError : 0,
      bytes: 600 + 400 * (value.visibleFlavors?.length ?? 0) + 2 * JSON.stringify(value.visibleEntry).length
    }
  }
}

/** The entries that facts are about: as Kaltura spells the one that was asked for, and the parent that it plays by. */
export function catalogTags({ entry, parent }: Catalog): string[] {
  const entries = [entry, parent?.entry ?? 'unknown'].filter((facts) => typeof facts !== 'string')
  return entries.flatMap(({ id, partnerId, parentEntryId }) => [
    entryTag(id),
    partnerTag(partnerId),
    // Named even when it could not be read.
    ...(parentEntryId === '' ? [] : [entryTag(parentEntryId)])
  ])
}
