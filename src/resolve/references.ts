import type { Purgeable } from '../cache/purge.js'
import { type Admit, type Loaded, type Lookup, StaleCache, type Tagger } from '../cache/stale-cache.js'
import { entryTag, partnerTag, referenceTag } from '../cache/tags.js'
import type { Config, PartnerConfig } from '../config/config.js'
import type { ReferenceClient } from '../kaltura/reference-client.js'

/** Part of the memory for what is kept: a name and an id are small. */
const SHARE = 1 / 32
/** Bytes, roughly, of an id. */
const BYTES = 64

/** Which entry a reference id stands for, as anybody may know it; null: none. */
export class References implements Purgeable {
  readonly #config: Config
  readonly #client: ReferenceClient
  readonly #cache: StaleCache<string | null>

  constructor(config: Config, client: ReferenceClient, now: () => number) {
    this.#config = config
    this.#client = client
    this.#cache = new StaleCache({ maxBytes: config.cache.maxBytes * SHARE, now })
  }

  /**
   * @param patience ms to wait for a load
   * @param admit whether the asker may begin one
   */
  get(partner: PartnerConfig, referenceId: string, patience: number, admit?: Admit): Promise<Lookup<string | null>> {
    const key = JSON.stringify([this.#config.serviceUrl, partner.id, referenceId])
    return this.#cache.get(key, (tag) => this.#load(partner, referenceId, tag), patience, admit)
  }

  purge(tags: ReadonlySet<string> | null, soft: boolean): Promise<number> {
    return this.#cache.purge(tags, soft)
  }

  async #load(partner: PartnerConfig, referenceId: string, tag: Tagger): Promise<Loaded<string | null>> {
    tag(referenceTag(referenceId), partnerTag(partner.id))
    const signal = AbortSignal.timeout(this.#config.upstreamTimeout)
    const value = await this.#client.find(partner.id, referenceId, signal)
    const { catalog, negative, staleWhileRevalidate, templateStaleIfError } = this.#config.cache
    const known = value !== null
    if (known) tag(entryTag(value))
    return {
      value,
      fresh: known ? catalog : Math.min(catalog, negative),
      staleWhileRevalidate: known ? staleWhileRevalidate : 0,
      staleIfError: known ? templateStaleIfError : 0,
      bytes: BYTES
    }
  }
}
