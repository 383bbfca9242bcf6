import { READY } from '../../flavors/flavor-asset.js'
import { isMediaKey, type MediaKey, mediaFiles } from '../media-files.js'
import { Catalog, makeEntry } from './catalog.js'
import type { CaptionAsset, CatalogEntry, CatalogFlavor } from './catalog-types.js'
import {
  CREATED,
  convertingFlavors,
  ladder,
  liveFlavors,
  nearDuplicateFlavors,
  playable,
  publicFlavors
} from './demo-flavors.js'
import {
  accessControlProfiles,
  conversionProfiles,
  DELIVERY_PROFILES,
  DEMO_PROFILES,
  FLAVOR_PARAMS
} from './demo-profiles.js'

/** Made-up credentials of the demo's partners: public, and good for nothing but the demo. */
export const DEMO_SECRETS = {
  main: { secret: 'demo0user0secret0000000000000101', adminSecret: 'demo0admin0secret000000000000101' },
  other: { secret: 'demo0user0secret0000000000000102', adminSecret: 'demo0admin0secret000000000000102' }
} as const

/** Entry ids of the demo, by what they show. */
export const DEMO_ENTRIES = {
  /** Public video whose ladder gives each device class another set. */
  public: '0_public01',
  /** Playable with a session that has sview only. */
  ksProtected: '0_ksonly01',
  /** Playable from one address range only. */
  ipRestricted: '0_iprange1',
  /** Playable on pages of one site only. */
  siteRestricted: '0_siteonly',
  audioOnly: '0_audio001',
  liveOnAir: '0_lvonair1',
  liveOffAir: '0_lvoffair',
  deleted: '0_deleted1',
  /** Still converting: no ready flavor. */
  converting: '0_convert1',
  /** Renditions less than 5 % apart. */
  nearDuplicates: '0_neardup1',
  scheduled: '0_sched001',
  rejected: '0_reject01',
  /** Of the second partner. */
  otherPartner: '0_other102'
} as const

export interface DemoCatalogOptions {
  /** Id of the main partner, default 101; the other partner's is one more. */
  partnerId?: number
  /** Range that may play the IP-restricted entry, default `203.0.113.0/24` (documentation addresses: nobody). */
  allowedRange?: string
  /** The clock, Unix ms; default Date.now. */
  now?: () => number
}

const STREAMS = [
  { flavorId: 32, bitrate: 900000, width: 640, height: 480, frameRate: 25 },
  { flavorId: 36, bitrate: 400000, width: 480, height: 360, frameRate: 25 }
]

/** Every entry of the demo with its flavors. */
function entriesOf(partnerId: number): { entry: CatalogEntry; flavors: CatalogFlavor[] }[] {
  const { open, ksRequired, ipRange, site, otherOpen } = DEMO_PROFILES
  const make = (id: string, name: string, over: Partial<CatalogEntry> = {}, partner = partnerId): CatalogEntry =>
    makeEntry(id, partner, {
      name,
      description: name,
      tags: 'demo',
      lengthInMsecs: mediaFiles.v360.durationMs,
      accessControlId: open,
      conversionProfileId: 1,
      createdAt: CREATED,
      updatedAt: CREATED,
      ...over
    })
  const video = (id: string, name: string, over: Partial<CatalogEntry> = {}, partner = partnerId) => {
    const entry = make(id, name, over, partner)
    return { entry, flavors: ladder(entry) }
  }
  const described = (entry: CatalogEntry, flavorsOf: (entry: CatalogEntry) => CatalogFlavor[]) => ({
    entry,
    flavors: flavorsOf(entry)
  })
  const live = { type: 7, mediaType: 201, sourceType: 32, lengthInMsecs: 0, conversionProfileId: 2 }
  const onAir = { server: 'demo', serverNodeId: 1, startedAt: CREATED, streams: STREAMS }
  const ids = DEMO_ENTRIES
  return [
    described(make(ids.public, 'Public video', { referenceId: 'demo-video' }), publicFlavors),
    video(ids.ksProtected, 'For logged-in viewers', { accessControlId: ksRequired }),
    video(ids.ipRestricted, 'From one network only', { accessControlId: ipRange }),
    video(ids.siteRestricted, 'On one site only', { accessControlId: site }),
    described(
      make(ids.audioOnly, 'Audio only', { mediaType: 5, lengthInMsecs: mediaFiles['audio-en'].durationMs }),
      (entry) => [
        playable('0_audiaden', entry, 11, 'audio-en', 'mobile,web,mbr,iphonenew,ipadnew', { language: 'English' })
      ]
    ),
    described(
      make(ids.liveOnAir, 'Live, on air', { ...live, live: { hlsStreamUrl: '', broadcast: onAir } }),
      liveFlavors
    ),
    described(
      make(ids.liveOffAir, 'Live, off air', { ...live, live: { hlsStreamUrl: '', broadcast: null } }),
      liveFlavors
    ),
    video(ids.deleted, 'Deleted', { status: 3 }),
    described(make(ids.converting, 'Still converting', { status: 1 }), convertingFlavors),
    described(make(ids.nearDuplicates, 'Near duplicates'), nearDuplicateFlavors),
    video(ids.scheduled, 'From the year 2100', { startDate: 4102444800 }),
    video(ids.rejected, 'Rejected by moderation', { moderationStatus: 3 }),
    video(ids.otherPartner, 'Video of another partner', { accessControlId: otherOpen }, partnerId + 1)
  ]
}

/** The public video's captions, which the demo's CDN has. None is the default: players ask for one when it is chosen. */
function captionsOf(partnerId: number): CaptionAsset[] {
  const caption = (code: string, language: string): CaptionAsset => ({
    id: `0_publcc${code}`,
    entryId: DEMO_ENTRIES.public,
    partnerId,
    language,
    label: language,
    isDefault: false,
    version: 0,
    status: READY,
    source: `/captions/${code}`
  })
  return [caption('en', 'English'), caption('es', 'Spanish')]
}

/** The demo's catalog: one entry for each thing that a link can meet. Media are those of the demo CDN. */
export function demoCatalog(options: DemoCatalogOptions = {}): Catalog {
  const { partnerId = 101, allowedRange = '203.0.113.0/24', now } = options
  const made = entriesOf(partnerId)
  const data = {
    partners: [
      { id: partnerId, subpId: partnerId * 100, ...DEMO_SECRETS.main, status: 1 as const },
      { id: partnerId + 1, subpId: (partnerId + 1) * 100, ...DEMO_SECRETS.other, status: 1 as const }
    ],
    entries: made.map(({ entry }) => entry),
    flavors: made.flatMap(({ flavors }) => flavors).map((flavor, index) => ({ ...flavor, order: index + 1 })),
    accessControlProfiles: accessControlProfiles(partnerId, allowedRange),
    conversionProfiles: conversionProfiles(partnerId),
    deliveryProfiles: DELIVERY_PROFILES,
    flavorParams: FLAVOR_PARAMS,
    captions: captionsOf(partnerId)
  }
  return now === undefined ? new Catalog(data) : new Catalog(data, now)
}

/** Finds the medium behind a flavor of an entry, as the demo's CDN asks for it; undefined when there is none. */
export function mediaLookup(catalog: Catalog): (entryId: string, flavorId: string) => MediaKey | undefined {
  return (entryId, flavorId) => {
    const flavor = catalog.flavors.get(flavorId)
    const key = flavor?.entryId === entryId ? flavor.mediaKey : null
    return key !== null && key !== undefined && isMediaKey(key) ? key : undefined
  }
}
