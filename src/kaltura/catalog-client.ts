import type { PartnerConfig } from '../config/config.js'
import { type FlavorAsset, READY } from '../flavors/flavor-asset.js'
import type { ApiCall, KalturaApi } from './api.js'
import type { OwnSession, OwnSessions } from './session.js'
import {
  type AccessControlProfile,
  type EntryFacts,
  readApiError,
  readEntry,
  readFlavors,
  readProfile
} from './wire.js'

/** Everything that one round trip tells about an entry (recordings multirequest_resolution_*). */
export interface Catalog {
  /** What anyone may see: ready flavors as a widget session of the partner lists them; null when it sees no such entry. */
  visibleFlavors: readonly FlavorAsset[] | null
  /**
   * The entry as the gateway's credential sees it: `missing` when a session that sees everything does not find it,
   * `unknown` without such a session or when the answer was something else. Serves to choose and to classify only.
   */
  entry: EntryFacts | 'missing' | 'unknown'
  /** Its access control profile; null when it could not be read. */
  profile: AccessControlProfile | null
}

const WIDGET_KS = '{1:result:ks}'

/** Reads catalogs: the entry, its flavors and its access control profile in one multirequest. */
export class CatalogClient {
  readonly #api: KalturaApi
  readonly #sessions: OwnSessions

  constructor(api: KalturaApi, sessions: OwnSessions) {
    this.#api = api
    this.#sessions = sessions
  }

  /** @throws UpstreamFailure when upstream fails in the sense of rule 6 of the design */
  async read(partner: PartnerConfig, entryId: string, signal: AbortSignal): Promise<Catalog> {
    const first = await this.#readOnce(partner, entryId, signal)
    if (first.refused === null) return first.catalog
    // A secret may have been rotated a moment ago: once more with a new session, then without the facts.
    this.#sessions.refused(partner, first.refused)
    return (await this.#readOnce(partner, entryId, signal)).catalog
  }

  async #readOnce(
    partner: PartnerConfig,
    entryId: string,
    signal: AbortSignal
  ): Promise<{ catalog: Catalog; refused: OwnSession | null }> {
    const own = await this.#sessions.get(partner, signal)
    const calls: ApiCall[] = [
      { service: 'session', action: 'startWidgetSession', widgetId: `_${partner.id}` },
      { service: 'baseEntry', action: 'get', entryId, ks: WIDGET_KS },
      {
        service: 'flavorAsset',
        action: 'list',
        ks: WIDGET_KS,
        filter: { objectType: 'KalturaFlavorAssetFilter', entryIdEqual: entryId, statusEqual: READY },
        pager: { objectType: 'KalturaFilterPager', pageSize: 500 }
      }
    ]
    if (own !== null) {
      calls.push(
        { service: 'baseEntry', action: 'get', entryId, ks: own.ks },
        { service: 'accessControlProfile', action: 'get', id: '{4:result:accessControlId}', ks: own.ks }
      )
    }
    const [, visibleEntry, visibleFlavors, ownEntry, profile] = await this.#api.multirequest(calls, signal)
    const visible = readEntry(visibleEntry)
    const entry = own === null ? 'unknown' : readOwnEntry(ownEntry, own.seesEverything)
    return {
      refused: readApiError(ownEntry)?.code === 'INVALID_KS' ? own : null,
      catalog: {
        visibleFlavors: visible === null || visible.partnerId !== partner.id ? null : readyOf(visibleFlavors),
        entry,
        profile: typeof entry === 'string' ? null : readProfile(profile)
      }
    }
  }
}

function readOwnEntry(answer: unknown, seesEverything: boolean): Catalog['entry'] {
  const code = readApiError(answer)?.code
  if (code === 'ENTRY_ID_NOT_FOUND' || code === 'INVALID_ENTRY_ID') return seesEverything ? 'missing' : 'unknown'
  return readEntry(answer) ?? 'unknown'
}

function readyOf(answer: unknown): FlavorAsset[] | null {
  return readFlavors(answer)?.filter((flavor) => flavor.status === READY) ?? null
}
