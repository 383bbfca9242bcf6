import { threeLetterCode } from '../../../flavors/audio-info.js'
import { codecString } from '../../../flavors/codec-string.js'
import type { EffectiveParameters } from '../../../playmanifest/parameters.js'
import type { Catalog } from '../catalog.js'
import type { CatalogEntry, CatalogFlavor, DeliveryProfile } from '../catalog-types.js'
import type { MediaItem } from '../render/rendering.js'
import { adaptiveOrder, describeAudio } from './audio.js'
import { basePath, downloadName, type PathRequest } from './base-path.js'
import { flavorPath } from './flavor-path.js'
import { profileHost } from './host.js'
import type { KindSpec } from './kinds.js'
import { joinSequenceUrls, joinUrls } from './multi-url.js'

/** One delivery of recorded media: what, by which profile and with which parts of the request. */
export interface VodDelivery {
  catalog: Catalog
  entry: CatalogEntry
  profile: DeliveryProfile
  spec: KindSpec
  /** As chosen, before they are put in order. */
  flavors: readonly CatalogFlavor[]
  params: EffectiveParameters
  path: Omit<PathRequest, 'fileName'>
  /** CDN base for profiles without a host of their own. */
  cdnBase: string
  scheme: string
}

/** Codecs of flavor params for which the packager is asked for fragmented MP4. */
const FMP4_CODECS: ReadonlySet<string> = new Set(['h265', 'av1'])

/** `/speed/{r}` and `/tracks/{t}`, of packager profiles only. */
function packagerOptions({ spec, params }: VodDelivery): string {
  if (!spec.isPackager) return ''
  const rate = Number(params.playbackRate || 0)
  const speed = Number.isFinite(rate) && rate > 0 ? `/speed/${rate}` : ''
  return `${speed}${params.tracks ? `/tracks/${params.tracks}` : ''}`
}

function needsFmp4({ catalog, profile, flavors }: VodDelivery): boolean {
  if (!profile.kind.startsWith('packager-hls')) return false
  return flavors.some(({ flavorParamsId }) => FMP4_CODECS.has(catalog.videoCodecs.get(flavorParamsId) ?? ''))
}

/** The packager's master for one muxed language has its code in the name (vector master-muxedAudioLang). */
function joinedName({ profile, spec, params }: VodDelivery): string {
  const code = profile.kind === 'packager-hls-manifest' ? threeLetterCode(params.muxedAudioLang || '') : null
  return code === null ? (spec.joinedName ?? '') : `master-l${code}.m3u8`
}

/** Facts of a flavor for the renderers; only audio renditions have a language to them. */
function facts(flavor: CatalogFlavor, delivery: VodDelivery): Omit<MediaItem, 'url'> {
  const threeLetter = delivery.catalog.partners.get(delivery.entry.partnerId)?.threeLetterLanguages === true
  const audio = describeAudio(flavor, { defaultAudioLang: delivery.params.defaultAudioLang || undefined, threeLetter })
  return {
    ext: flavor.fileExt,
    bitrate: flavor.bitrate,
    width: flavor.width,
    height: flavor.height,
    audioLanguage: audio?.audioLanguage ?? null,
    audioLanguageName: audio?.audioLanguageName ?? null,
    audioLabel: audio?.audioLabel ?? null,
    audioCodec: audio?.audioCodec ?? null,
    defaultAudio: audio?.defaultAudio ?? false,
    frameRate: flavor.frameRate,
    codecs: flavor.codecs || codecString(flavor.mediaInfo?.contentStreams ?? [])
  }
}

/** Base of RTMP streams, which stands apart from their names; empty for every other kind. */
export function baseUrlOf({ profile, cdnBase, scheme }: VodDelivery): string {
  if (profile.kind !== 'rtmp') return ''
  const { origin, prefix } = profileHost(profile.url, cdnBase, scheme)
  return `${origin}${prefix}`
}

/**
 * The URLs of a delivery in the order of the answer, host and path apart as URL tokenizers need them. A profile that
 * joins all flavors into one URL gives one item with nothing but it.
 */
export function vodItems(delivery: VodDelivery): MediaItem[] {
  const { catalog, entry, profile, spec, params, path } = delivery
  const threeLetter = catalog.partners.get(entry.partnerId)?.threeLetterLanguages === true
  const sorted = spec.isSorted
    ? adaptiveOrder(profile.kind, delivery.flavors, params, threeLetter)
    : [...delivery.flavors]
  const isFmp4 = needsFmp4(delivery)
  const { origin, prefix } = profileHost(profile.url, delivery.cdnBase, delivery.scheme)
  const options = packagerOptions(delivery)
  const urlOf = (flavor: CatalogFlavor): string => {
    const fileName = params.format === 'download' ? downloadName(catalog, entry, flavor) : null
    const base = basePath(catalog, entry, flavor, spec.clip, { ...path, fileName })
    return flavorPath({ profile, base, flavor, request: path, packagerOptions: options })
  }
  if (profile.kind === 'rtsp') return sorted.map((flavor) => ({ url: urlOf(flavor), ...facts(flavor, delivery) }))
  if (profile.kind === 'rtmp') {
    return sorted.map((flavor) => ({ url: urlOf(flavor), urlPrefix: '', ...facts(flavor, delivery) }))
  }
  const front = `${prefix}${isFmp4 ? '/container/fmp4' : ''}`
  if (spec.joinedName !== null) {
    const urls = sorted.map(urlOf)
    const joined = path.sequence.length > 0 ? joinSequenceUrls(urls) : joinUrls(urls, path.playServer ? '' : '.urlset')
    return [{ url: `${front}${joined}/${joinedName(delivery)}`, urlPrefix: origin }]
  }
  const isUnmuxed = isFmp4 && profile.kind === 'packager-hls' && sorted.some(isAudioRendition)
  const behind = (flavor: CatalogFlavor): string =>
    isUnmuxed ? (isAudioRendition(flavor) ? '/index-a1.m3u8' : '/index-v1.m3u8') : ''
  return sorted.map((flavor) => ({
    url: `${front}${urlOf(flavor)}${behind(flavor)}`,
    urlPrefix: origin,
    ...facts(flavor, delivery)
  }))
}

function isAudioRendition(flavor: CatalogFlavor): boolean {
  return flavor.tags.includes('audio_only')
}
