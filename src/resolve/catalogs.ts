import { type Admit, type Loaded, type Lookup, StaleCache } from '../cache/stale-cache.js'
import type { Config, PartnerConfig } from '../config/config.js'
import type { Catalog, CatalogClient } from '../kaltura/catalog-client.js'

/** Facts about entries, kept to choose and to classify by: never an answer themselves. */
export class Catalogs {
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
    return this.#cache.get(this.#key(partner, entryId), () => this.#load(partner, entryId), patience, admit)
  }

  /** Facts within their fresh life. @throws UpstreamFailure when they cannot be had */
  fresh(partner: PartnerConfig, entryId: string): Promise<Catalog> {
    return this.#cache.getFresh(this.#key(partner, entryId), () => this.#load(partner, entryId))
  }

  #key(partner: PartnerConfig, entryId: string): string {
    return JSON.stringify([this.#config.serviceUrl, partner.id, entryId])
  }

  async #load(partner: PartnerConfig, entryId: string): Promise<Loaded<Catalog>> {
    const value = await this.#client.read(partner, entryId, AbortSignal.timeout(this.#config.upstreamTimeout))
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
