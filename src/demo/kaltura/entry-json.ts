import { READY } from '../../flavors/flavor-asset.js'
import type { Catalog } from './catalog.js'
import type { CatalogEntry, CatalogFlavor } from './catalog-types.js'
import { ingestUrls } from './live-ingest.js'

/** Bases that stand in URLs inside answers, without a trailing slash. */
export interface WireBases {
  /** The API host itself, for playManifest URLs: `http://127.0.0.1:18080`. */
  api: string
  /** The CDN host, for thumbnails and raw files. */
  cdn: string
}

const LIVE = 7
const DATA = 6
const IMAGE = 2

/**
 * An entry as baseEntry.get answers it: field order, types and omissions as recorded (baseentry_get_*). A property
 * that is null is left out, here by being undefined. Administrators see a live entry's ingest URLs, too.
 */
export function entryToWire(
  catalog: Catalog,
  entry: CatalogEntry,
  bases: WireBases,
  isAdmin: boolean
): Record<string, unknown> {
  const subp = catalog.partners.get(entry.partnerId)?.subpId ?? entry.partnerId * 100
  const path = `/p/${entry.partnerId}/sp/${subp}`
  const playManifest = `${bases.api}${path}/playManifest/entryId/${entry.id}/format`
  const isClip = entry.type === 1 && entry.mediaType !== IMAGE
  const visibility = entry.displayInSearch === 2 ? '_KAL_NET_' : '_PAR_ONLY_'
  const thumbnail = `${bases.cdn}${path}/thumbnail/entry_id/${entry.id}`
  const common = {
    id: entry.id,
    name: entry.name,
    description: entry.description,
    partnerId: entry.partnerId,
    userId: '',
    creatorId: '',
    tags: entry.tags,
    categories: (entry.categories ?? []).map(({ name }) => name).join(','),
    categoriesIds: (entry.categories ?? []).map(({ id }) => id).join(','),
    status: entry.status,
    moderationStatus: entry.moderationStatus,
    moderationCount: 0,
    type: entry.type,
    createdAt: entry.createdAt,
    updatedAt: entry.updatedAt,
    rank: 0,
    totalRank: 0,
    votes: 0,
    downloadUrl: isClip
      ? `${playManifest}/download/protocol/http/flavorParamIds/0`
      : `${bases.cdn}${path}/raw/entry_id/${entry.id}/version/0`,
    searchText: `${visibility} _${entry.partnerId}_ _MEDIA_TYPE_${entry.mediaType}|  ${entry.name} ${entry.tags} ${entry.description} `,
    version: 0,
    thumbnailUrl: `${thumbnail}/version/${entry.thumbnailVersion}`,
    accessControlId: entry.accessControlId ?? undefined,
    startDate: entry.startDate ?? undefined,
    endDate: entry.endDate ?? undefined,
    referenceId: entry.referenceId ?? undefined,
    replacementStatus: 0,
    partnerSortValue: 0,
    conversionProfileId: entry.conversionProfileId === null ? undefined : String(entry.conversionProfileId),
    redirectEntryId: entry.redirectEntryId ?? undefined,
    rootEntryId: entry.id,
    parentEntryId: entry.parentEntryId,
    operationAttributes: [],
    entitledUsersEdit: '',
    entitledUsersPublish: '',
    entitledUsersView: '',
    capabilities: '',
    displayInSearch: entry.displayInSearch,
    blockAutoTranscript: false
  }
  if (entry.type === DATA) return { ...common, retrieveDataContentByGet: 1, objectType: 'KalturaDataEntry' }
  const flavors = catalog.flavorsOf(entry.id)
  const params = flavors.filter((flavor) => flavor.status === READY).map((flavor) => flavor.flavorParamsId)
  const media = {
    ...common,
    plays: 0,
    views: 0,
    duration: Math.round(entry.lengthInMsecs / 1000),
    msDuration: entry.lengthInMsecs,
    mediaType: entry.mediaType,
    conversionQuality: entry.conversionProfileId === null ? undefined : String(entry.conversionProfileId),
    sourceType: String(entry.sourceType),
    dataUrl: isClip
      ? `${playManifest}/url/protocol/http`
      : entry.type === LIVE
        ? undefined
        : `${thumbnail}/def_height/480/def_width/640/version/0/type/1`,
    flavorParamsIds: params.length === 0 ? undefined : params.join(',')
  }
  if (entry.type !== LIVE) return { ...media, objectType: 'KalturaMediaEntry' }
  return { ...media, ...liveFields(entry, flavors, `${bases.api}${path}`, isAdmin) }
}

function liveFields(entry: CatalogEntry, flavors: CatalogFlavor[], base: string, isAdmin: boolean): object {
  const broadcast = entry.live?.broadcast ?? null
  const manual = (entry.live?.hlsStreamUrl ?? '') !== ''
  const url = (rest: string): string => `${base}/playManifest/entryId/${entry.id}/protocol/http/format/${rest}`
  const protocols = [
    ['hds', 'hds/a.f4m'],
    ['hls', 'applehttp/a.m3u8'],
    ['applehttp', 'applehttp/a.m3u8'],
    ['applehttp_to_mc', 'applehttp_to_mc/a.m3u8'],
    ['sl', 'sl/Manifest'],
    ['mpegdash', 'mpegdash/manifest.mpd']
  ] as const
  return {
    lastElapsedRecordingTime: 0,
    liveStreamConfigurations: manual
      ? []
      : protocols.map(([protocol, rest]) => ({
          protocol,
          url: url(rest),
          backupUrl: '',
          objectType: 'KalturaLiveStreamConfiguration'
        })),
    currentBroadcastStartTime: broadcast?.startedAt ?? 0,
    liveStatus: broadcast === null ? 0 : 1,
    segmentDuration: 6000,
    explicitLive: false,
    viewMode: 1,
    recordingStatus: 3,
    lastBroadcastEndTime: 0,
    bitrates: flavors.map((flavor) => ({
      bitrate: flavor.bitrate,
      width: flavor.width,
      height: flavor.height,
      tags: flavor.tags.join(','),
      objectType: 'KalturaLiveStreamBitrate'
    })),
    ...(isAdmin ? ingestUrls(entry, manual) : {}),
    streamName: '%i',
    hlsStreamUrl: manual ? entry.live?.hlsStreamUrl : undefined,
    primaryServerNodeId: broadcast?.serverNodeId,
    objectType: isAdmin ? 'KalturaLiveStreamAdminEntry' : 'KalturaLiveStreamEntry'
  }
}
