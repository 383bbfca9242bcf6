import type { ContentStreams } from '../../flavors/codec-string.js'
import type { FlavorAsset } from '../../flavors/flavor-asset.js'
import type { ClosedCaptions } from './render/rendering.js'
import type { TokenizerConfig } from './tokenizers/tokenizer.js'

/** An account. Secrets of the demo are made up and published with the source. */
export interface Partner {
  id: number
  /** Sub-partner id, by convention the partner id followed by `00`. */
  subpId: number
  /** Only good for session.start of a user session. */
  secret: string
  /** Good for any session; every KS of the partner is signed with it (reference ks.md section 2). */
  adminSecret: string
  /** 1 active, 2 content blocked, 3 fully blocked. */
  status: 1 | 2 | 3
  /** `/pv/{n}` in delivery URLs; not visible in the API. */
  cacheVersion?: number
  /** Feature flags, such as `FEATURE_PLAY_SERVER`. */
  permissions?: readonly string[]
  /** Stands for `{deliveryCode}` when a request has none. */
  defaultDeliveryCode?: string
  /** Countries that nothing is delivered to; such answers say nothing of depending on the viewer, and no API shows it. */
  blockedCountries?: readonly string[]
  /** Whether manifests name languages by three letters. */
  threeLetterLanguages?: boolean
}

/** What a live entry adds: an entered URL (manual stream) or a broadcast on the live packager. */
export interface LiveSource {
  /** URL entered by hand; empty when the stream is ingested by Kaltura. */
  hlsStreamUrl: string
  /** Null while off air. */
  broadcast: Broadcast | null
}

/** A running broadcast: the media server's name in packager URLs and its streams. */
export interface Broadcast {
  server: string
  serverNodeId: number
  /** Unix seconds. */
  startedAt: number
  /** `bitrate` in bit/s; `flavorId` is the flavor-params id. Codec as the encoder names it, for example `h264`. */
  streams: readonly { flavorId: number; bitrate: number; width: number; height: number; frameRate: number }[]
}

/** An entry as the stand-in stores it. Numbers follow API v3's enums (reference api-v3.md section 4). */
export interface CatalogEntry {
  id: string
  partnerId: number
  name: string
  description: string
  /** Comma list. */
  tags: string
  /** Those without a privacy context, by full name such as `News>Sport`. */
  categories?: readonly { id: number; name: string }[]
  /** 1 media clip, 6 data, 7 live stream. */
  type: number
  /** 1 video, 2 image, 5 audio, 201 live stream. */
  mediaType: number
  /** 2 ready, 1 converting, 3 deleted. */
  status: number
  /** 1 pending, 2 approved, 3 rejected, 6 auto approved. */
  moderationStatus: number
  lengthInMsecs: number
  sourceType: number
  accessControlId: number | null
  conversionProfileId: number | null
  /** 1 partner only, 2 visible to sessions of other partners too, -2 recycled. */
  displayInSearch: number
  /** Unix seconds, null: unlimited. */
  startDate: number | null
  endDate: number | null
  createdAt: number
  updatedAt: number
  /** Version in the thumbnail URL; 0 when there is none. */
  thumbnailVersion: number
  referenceId: string | null
  redirectEntryId: string | null
  live: LiveSource | null
  /** The entry whose access control profile, moderation and schedule apply instead of its own. */
  parentEntryId?: string
  /** Category privacy, cut down to its effect: users who may know of the entry at all. Absent: everybody. */
  entitledUsers?: readonly string[]
  /** `/ev/{n}` in delivery URLs; not visible in the API. */
  cacheVersion?: number
  /** Captions inside the video. */
  closedCaptions?: readonly ClosedCaptions[]
}

/** What the media analyser stored about a flavor's file, as far as answers depend on it. */
export interface MediaInfo {
  audioCodecId?: string
  contentStreams?: ContentStreams
}

/** A WebVTT caption of an entry. */
export interface CaptionAsset {
  id: string
  entryId: string
  partnerId: number
  /** Full English name such as `English`. */
  language: string
  label: string
  isDefault: boolean
  /** Content version; 0 leaves it out of URLs. */
  version: number
  /** 2 is READY. */
  status: number
  /** A URL, or a path below the CDN base, without extension: `.m3u8` is its playlist, `.vtt` the whole file. */
  source: string
}

/** A flavor asset with what only the server knows. `order` is the internal id and decides the order of lists. */
export interface CatalogFlavor extends FlavorAsset {
  entryId: string
  partnerId: number
  /** KBytes, as the API states it. */
  size: number
  sizeInBytes: number
  createdAt: number
  updatedAt: number
  /** Which demo file the flavor plays; null when there is none behind it (recorded data). */
  mediaKey: string | null
  /** Codec string for CODECS as Kaltura computes it from stored media info; empty when unknown. */
  codecs: string
  /** Ingest renditions of a live entry are another type of asset in API answers. */
  isLive: boolean
  mediaInfo?: MediaInfo
}

/** Conditions the stand-in evaluates: 1 authenticated, 2 country, 3 IP address, 4 site, 5 user agent. */
export interface AccessCondition {
  type: number
  not: boolean
  privileges?: readonly { value: string; objectType: string }[]
  values?: readonly { value: string; objectType: string }[]
  matchType?: number
  geoCoderType?: number
  objectType: string
}

/** Actions the stand-in carries out: 1 block, 2 preview, 3 limit flavors, 5 limit delivery profiles. */
export interface AccessAction {
  type: number
  /** Preview: seconds. */
  limit?: number
  /** Limit flavors: comma list. */
  flavorParamsIds?: string
  /** Limit delivery profiles: comma list. */
  deliveryProfileIds?: string
  isBlockedList?: boolean
  objectType: string
}

/** A rule in the shape and key order in which accessControlProfile.get answers it. */
export interface AccessRule {
  message?: string
  code?: string
  actions: readonly AccessAction[]
  conditions: readonly AccessCondition[]
  contexts?: readonly { type: number; objectType: string }[]
  stopProcessing?: boolean
  forceAdminValidation: boolean
  objectType: string
}

/** An access control profile in the shape and key order of the API (recording accesscontrolprofile_get_3). */
export interface AccessControlProfile {
  id: number
  partnerId: number
  name: string
  systemName: string
  description: string
  createdAt: number
  updatedAt: number
  isDefault: boolean
  rules: readonly AccessRule[]
  objectType: 'KalturaAccessControlProfile'
}

export interface ConversionProfile {
  id: number
  partnerId: number
  /** 1 media, 2 live stream. */
  type: number
  name: string
  systemName: string
  description: string
  createdAt: number
  /** Comma list. */
  flavorParamsIds: string
  isDefault: boolean
  /** JSON text, of Kaltura's own profiles only. */
  conditionalProfiles?: string
}

/** Settings of one rendition, as far as they are known; the names are the API's. */
export interface FlavorParams {
  id: number
  /** Stands in download file names. */
  name: string
  videoCodec?: string
  /** Comma list. */
  tags?: string
  /** kbps. */
  videoBitrate?: number
  width?: number
  height?: number
  /** Container. */
  format?: string
}

/** Kinds of delivery profile the stand-in can write URLs for (reference delivery-urls.md section 2). */
export type DeliveryKind =
  | 'http'
  | 'akamai-http'
  | 'generic-http'
  | 'generic-hls'
  | 'apple-http'
  | 'packager-hls'
  | 'packager-hls-manifest'
  | 'packager-dash'
  | 'packager-mss'
  | 'packager-hds'
  | 'hds'
  | 'akamai-hd'
  | 'rtmp'
  | 'rtsp'
  | 'live-packager-hls'
  | 'live-packager-dash'
  | 'live-external'
  /** Named in playback contexts only: playManifest answers that its format is unsupported. */
  | 'other'

export interface DeliveryProfile {
  id: number
  /** 0 is for everybody. */
  partnerId: number
  kind: DeliveryKind
  /** `http`, `applehttp`, `mpegdash`, ...; `url` and `download` look for `http`. */
  streamerType: string
  /** Chosen without being asked for by id. */
  isDefault: boolean
  /**
   * Host and path prefix. Its scheme gives way to the request's protocol. A value starting with `/` is put behind the
   * CDN base URL that the server was built with.
   */
  url: string
  /** Named as a source in playback contexts but skipped by playManifest unless asked for (simulive profiles). */
  simuliveOnly?: boolean
  /** Generic profiles: the URL's form, with `{url}` and `{seekFromSec}`. */
  pattern?: string
  /** Akamai HTTP: seeks by a query parameter. */
  useIntelliseek?: boolean
  /** Live HLS: redirects to the packager's own master. */
  shouldRedirect?: boolean
  /** Signs delivery URLs, and so forbids keeping the answer. */
  tokenizer?: TokenizerConfig
}
