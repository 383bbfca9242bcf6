import { parseTags, READY } from '../../flavors/flavor-asset.js'
import type {
  AccessControlProfile,
  CaptionAsset,
  CatalogEntry,
  CatalogFlavor,
  ConversionProfile,
  DeliveryProfile,
  FlavorParams,
  Partner
} from './catalog-types.js'

/** Statuses of a deleted entry and a deleted flavor asset. */
const DELETED = 3

/** Everything a catalog is made of. */
export interface CatalogData {
  partners: readonly Partner[]
  entries: readonly CatalogEntry[]
  flavors: readonly CatalogFlavor[]
  accessControlProfiles: readonly AccessControlProfile[]
  conversionProfiles: readonly ConversionProfile[]
  deliveryProfiles: readonly DeliveryProfile[]
  flavorParams: readonly FlavorParams[]
  captions?: readonly CaptionAsset[]
}

/** An entry with the defaults of an ordinary ready public video; only what differs has to be said. */
export function makeEntry(id: string, partnerId: number, over: Partial<CatalogEntry> = {}): CatalogEntry {
  return {
    id,
    partnerId,
    name: id,
    description: '',
    tags: '',
    type: 1,
    mediaType: 1,
    status: 2,
    moderationStatus: 6,
    lengthInMsecs: 60000,
    sourceType: 1,
    accessControlId: null,
    conversionProfileId: null,
    displayInSearch: 1,
    startDate: null,
    endDate: null,
    createdAt: 1700000000,
    updatedAt: 1700000000,
    thumbnailVersion: 0,
    referenceId: null,
    redirectEntryId: null,
    live: null,
    ...over
  }
}

/** A READY flavor of 25 fps video in MP4; `tags` is the comma list as the API writes it, `order` its internal id. */
export function makeFlavor(
  id: string,
  entry: Pick<CatalogEntry, 'id' | 'partnerId'>,
  tags: string,
  over: Partial<Omit<CatalogFlavor, 'id' | 'tags'>> = {}
): CatalogFlavor {
  return {
    id,
    entryId: entry.id,
    partnerId: entry.partnerId,
    flavorParamsId: 0,
    tags: parseTags(tags),
    bitrate: 0,
    width: 0,
    height: 0,
    frameRate: 0,
    fileExt: 'mp4',
    containerFormat: 'isom',
    videoCodecId: '',
    status: READY,
    language: '',
    label: null,
    isDefault: false,
    isOriginal: false,
    version: '1',
    order: 0,
    size: 0,
    sizeInBytes: 0,
    createdAt: 1700000000,
    updatedAt: 1700000000,
    mediaKey: null,
    codecs: '',
    isLive: false,
    ...over
  }
}

/**
 * The stand-in's database: in memory, mutable while the server runs. Every change of an entry, or of a flavor of it,
 * moves the entry's `updatedAt` forward, which is what clients of the API validate their caches with.
 */
export class Catalog {
  readonly partners = new Map<number, Partner>()
  readonly entries = new Map<string, CatalogEntry>()
  readonly flavors = new Map<string, CatalogFlavor>()
  readonly accessControlProfiles = new Map<number, AccessControlProfile>()
  readonly conversionProfiles = new Map<number, ConversionProfile>()
  readonly flavorParams = new Map<number, string>()
  /** All that is known of flavor params, in the order given. */
  readonly flavorParamsList: readonly FlavorParams[]
  /** Video codecs of flavor params by id, where known. */
  readonly videoCodecs = new Map<number, string>()
  readonly captions = new Map<string, CaptionAsset>()
  deliveryProfiles: DeliveryProfile[]
  readonly #now: () => number

  /** `now` is the clock in Unix milliseconds. */
  constructor(data: CatalogData, now: () => number = Date.now) {
    this.#now = now
    for (const partner of data.partners) this.partners.set(partner.id, { ...partner })
    for (const entry of data.entries) this.entries.set(entry.id, { ...entry })
    for (const flavor of data.flavors) this.flavors.set(flavor.id, { ...flavor })
    for (const profile of data.accessControlProfiles) this.accessControlProfiles.set(profile.id, profile)
    for (const profile of data.conversionProfiles) this.conversionProfiles.set(profile.id, profile)
    this.flavorParamsList = data.flavorParams
    for (const { id, name, videoCodec } of data.flavorParams) {
      this.flavorParams.set(id, name)
      if (videoCodec !== undefined) this.videoCodecs.set(id, videoCodec)
    }
    for (const caption of data.captions ?? []) this.captions.set(caption.id, { ...caption })
    this.deliveryProfiles = [...data.deliveryProfiles]
  }

  /** The entry if it exists and is not deleted. */
  entry(id: string): CatalogEntry | undefined {
    const entry = this.entries.get(id)
    return entry === undefined || entry.status === DELETED ? undefined : entry
  }

  /** All flavors of an entry that are not deleted, in the order of their internal ids. */
  flavorsOf(entryId: string): CatalogFlavor[] {
    return [...this.flavors.values()]
      .filter((flavor) => flavor.entryId === entryId && flavor.status !== DELETED)
      .sort((a, b) => a.order - b.order)
  }

  /** The captions of an entry that players may show. */
  captionsOf(entryId: string): CaptionAsset[] {
    return [...this.captions.values()].filter((caption) => caption.entryId === entryId && caption.status === READY)
  }

  /** The entry by which it is decided who may play: its parent, if it has one; undefined when that is missing. */
  guardOf(entry: CatalogEntry): CatalogEntry | undefined {
    return entry.parentEntryId === undefined ? entry : this.entry(entry.parentEntryId)
  }

  /** The access control profile that applies; undefined without one (recording baseentry_get_all_0_blocked1). */
  profileOf(entry: CatalogEntry): AccessControlProfile | undefined {
    const id = this.guardOf(entry)?.accessControlId ?? null
    return id === null ? undefined : this.accessControlProfiles.get(id)
  }

  addEntry(entry: CatalogEntry): void {
    this.entries.set(entry.id, { ...entry })
  }

  /** Changes fields of an entry. Throws when there is no such entry: a test that names a wrong one must fail. */
  updateEntry(id: string, patch: Partial<Omit<CatalogEntry, 'id' | 'updatedAt'>>): CatalogEntry {
    const entry = this.entries.get(id)
    if (entry === undefined) throw new Error(`no entry ${id} in the catalog`)
    const seconds = Math.floor(this.#now() / 1000)
    Object.assign(entry, patch, { updatedAt: Math.max(seconds, entry.updatedAt + 1) })
    return entry
  }

  /** Marks an entry deleted, as Kaltura does: it answers "not found" from then on. */
  deleteEntry(id: string): void {
    this.updateEntry(id, { status: DELETED })
  }

  /** Adds a flavor behind the existing ones unless its `order` says otherwise. */
  addFlavor(flavor: CatalogFlavor): CatalogFlavor {
    const last = Math.max(0, ...[...this.flavors.values()].map((other) => other.order))
    const added = { ...flavor, order: flavor.order === 0 ? last + 1 : flavor.order }
    this.flavors.set(added.id, added)
    this.updateEntry(added.entryId, {})
    return added
  }

  updateFlavor(id: string, patch: Partial<Omit<CatalogFlavor, 'id' | 'updatedAt'>>): CatalogFlavor {
    const flavor = this.flavors.get(id)
    if (flavor === undefined) throw new Error(`no flavor ${id} in the catalog`)
    const entry = this.updateEntry(flavor.entryId, {})
    Object.assign(flavor, patch, { updatedAt: entry.updatedAt })
    return flavor
  }

  removeFlavor(id: string): void {
    this.updateFlavor(id, { status: DELETED })
  }

  /** Adds or replaces an access control profile; `updatedAt` is set to now. */
  putAccessControlProfile(profile: AccessControlProfile): void {
    const before = this.accessControlProfiles.get(profile.id)?.updatedAt ?? 0
    const updatedAt = Math.max(Math.floor(this.#now() / 1000), before + 1)
    this.accessControlProfiles.set(profile.id, { ...profile, updatedAt })
  }
}
