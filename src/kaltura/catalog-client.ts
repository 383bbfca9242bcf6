import type { PartnerConfig } from '../config/config.js'
import { type FlavorAsset, READY } from '../flavors/flavor-asset.js'
import type { EntryWords } from '../rules/entry-words.js'
import type { ApiCall, KalturaApi } from './api.js'
import type { OwnSession, OwnSessions } from './session.js'
import {
  type AccessControlProfile,
  type EntryFacts,
  readApiError,
  readEntry,
  readEntryWords,
  readFlavors,
  readProfile
} from './wire.js'

/** An entry as the gateway's credential sees it, and who may play it. Serves to choose and to classify only. */
export interface AccessControl {
  /** `missing` when a session that sees everything does not find it, `unknown` without such a session or answer. */
  entry: EntryFacts | 'missing' | 'unknown'
  /** Its access control profile; null when it could not be read. */
  profile: AccessControlProfile | null
}

/** Everything that one round trip tells about an entry (recordings multirequest_resolution_*). */
export interface Catalog extends AccessControl {
  /** What anyone may see: ready flavors as a widget session of the partner lists them; null when it sees no such entry. */
  visibleFlavors: readonly FlavorAsset[] | null
  /** What the same session sees of the entry itself; null when it sees no such entry of the partner. */
  visibleEntry: EntryWords | null
  /** The entry that a child plays by the rules of; null when there is none, or it was not read. */
  parent: AccessControl | null
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
    if (first.refused === null) return this.#withParent(partner, first.catalog, signal)
    // A secret may have been rotated a moment ago: once more with a new session, then without the facts.
    this.#sessions.refused(partner, first.refused)
    return this.#withParent(partner, (await this.#readOnce(partner, entryId, signal)).catalog, signal)
  }

  /** Few entries have a parent: those cost a second round trip, all others none. */
  async #withParent(partner: PartnerConfig, catalog: Catalog, signal: AbortSignal): Promise<Catalog> {
    const { entry } = catalog
    if (typeof entry === 'string' || entry.parentEntryId === '') return catalog
    const own = await this.#sessions.get(partner, signal)
    if (own === null) return catalog
    const [parentEntry, profile] = await this.#api.multirequest(
      [
        { service: 'baseEntry', action: 'get', entryId: entry.parentEntryId, ks: own.ks },
        { service: 'accessControlProfile', action: 'get', id: '{1:result:accessControlId}', ks: own.ks }
      ],
      signal
    )
    return { ...catalog, parent: readOwn(parentEntry, profile, own.seesEverything) }
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
    const isVisible = visible !== null && visible.partnerId === partner.id
    return {
      refused: readApiError(ownEntry)?.code === 'INVALID_KS' ? own : null,
      catalog: {
        visibleFlavors: isVisible ? readyOf(visibleFlavors) : null,
        visibleEntry: isVisible ? readEntryWords(visibleEntry) : null,
        ...(own === null ? UNREAD : readOwn(ownEntry, profile, own.seesEverything)),
        parent: null
      }
    }
  }
}

const UNREAD: AccessControl = { entry: 'unknown', profile: null }

function readOwn(answer: unknown, profile: unknown, seesEverything: boolean): AccessControl {
  const entry = readOwnEntry(answer, seesEverything)
  return { entry, profile: typeof entry === 'string' ? null : readProfile(profile) }
}

function readOwnEntry(answer: unknown, seesEverything: boolean): Catalog['entry'] {
  const code = readApiError(answer)?.code
  if (code === 'ENTRY_ID_NOT_FOUND' || code === 'INVALID_ENTRY_ID') return seesEverything ? 'missing' : 'unknown'
  return readEntry(answer) ?? 'unknown'
}

function readyOf(answer: unknown): FlavorAsset[] | null {
  return readFlavors(answer)?.filter((flavor) => flavor.status === READY) ?? null
}
