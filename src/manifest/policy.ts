import { filterRepresentations, type MpdLimits, type MpdRepresentation } from './dash/index.js'
import { filterVariants, type OfferKind, orderVariants, type PlaylistLimits, playlistKind } from './hls/index.js'

/** What is made of a manifest that is served here. */
export interface ManifestPolicy {
  /** Pixels. */
  maxHeight: number | null
  /** kbps of 1000 bit/s, as the manifest announces it. */
  maxBitrate: number | null
  /** Cuts variants of a master playlist that have no video. */
  cutAudioOnly: boolean
  /** Of the variants of a master playlist, by what they announce; null: as they come. */
  order: 'ascending' | 'descending' | null
}

interface Offer {
  kind: OfferKind
  attributes: ReadonlyMap<string, string>
}

/**
 * A master playlist by a policy; every other playlist as it is. A bound that would leave no video is passed over, and so is
 * the cut of all variants. Every byte of what stays stays. Throws ManifestError as the editors do.
 */
export function applyToPlaylist(text: string, policy: ManifestPolicy, limits: PlaylistLimits = {}): string {
  if (playlistKind(text, limits) !== 'master') return text
  const offers = offersOf(text, limits)
  const isVideo = videoTest(offers)
  let kept: ReadonlySet<Offer> = new Set(offers)
  const apply = (passes: (offer: Offer) => boolean) => {
    const passing = [...kept].filter(passes)
    if (passing.some((offer) => offer.kind === 'variant' && isVideo(offer))) kept = new Set(passing)
  }
  const { maxHeight, maxBitrate, cutAudioOnly, order } = policy
  if (maxHeight !== null) {
    apply((offer) => offer.kind === 'rendition' || heightOf(offer) <= maxHeight)
  }
  if (maxBitrate !== null) {
    apply((offer) => offer.kind !== 'variant' || !isVideo(offer) || bandwidthOf(offer.attributes) <= maxBitrate * 1000)
  }
  if (cutAudioOnly) apply((offer) => offer.kind !== 'variant' || isVideo(offer))
  let at = 0
  const filtered =
    kept.size === offers.length ? text : (filterVariants(text, () => kept.has(offers[at++]!), limits) ?? text)
  if (order === null) return filtered
  const sign = order === 'ascending' ? 1 : -1
  return orderVariants(
    filtered,
    (a, b) => {
      // Players begin with the first: never with one that has no picture.
      const [video, other] = [a, b].map((attributes) => isVideo({ kind: 'variant', attributes }))
      return video === other ? sign * (bandwidthOf(a) - bandwidthOf(b)) : video ? -1 : 1
    },
    limits
  )
}

/** An MPD by a policy: the bounds alone. One that would take a Period its video is passed over. Throws as the editors do. */
export function applyToMpd(text: string, { maxHeight, maxBitrate }: ManifestPolicy, limits: MpdLimits = {}): string {
  let result = text
  if (maxHeight !== null) result = boundMpd(result, (item) => numberOf(item, 'height') <= maxHeight, limits)
  if (maxBitrate !== null) result = boundMpd(result, ({ bandwidth }) => bandwidth <= maxBitrate * 1000, limits)
  return result
}

function boundMpd(text: string, passes: (item: MpdRepresentation) => boolean, limits: MpdLimits): string {
  const withVideo = new Set<number>()
  const stillWith = new Set<number>()
  const keeps = (item: MpdRepresentation): boolean => !isMpdVideo(item) || passes(item)
  filterRepresentations(
    text,
    (item) => {
      if (!isMpdVideo(item) || item.trick) return true
      withVideo.add(item.period)
      if (passes(item)) stillWith.add(item.period)
      return true
    },
    limits
  )
  if (stillWith.size < withVideo.size) return text
  return filterRepresentations(text, keeps, limits) ?? text
}

function isMpdVideo({ attributes, adaptationSet }: MpdRepresentation): boolean {
  const type = attributes.get('mimeType') ?? adaptationSet.get('mimeType') ?? adaptationSet.get('contentType') ?? ''
  return type.startsWith('video') || (type === '' && attributes.has('height'))
}

/** 0 when it does not say: what is not known passes. */
function numberOf({ attributes, adaptationSet }: MpdRepresentation, name: string): number {
  const value = Number(attributes.get(name) ?? adaptationSet.get(name) ?? 0)
  return Number.isFinite(value) ? value : 0
}

function offersOf(text: string, limits: PlaylistLimits): Offer[] {
  const offers: Offer[] = []
  filterVariants(
    text,
    (_uri, attributes, kind) => {
      offers.push({ kind, attributes })
      return true
    },
    limits
  )
  return offers
}

/** Audio, and captions, which make no picture either. */
const NO_VIDEO_CODEC = /^(?:mp4a|ac-3|ec-3|ac-4|opus|vorbis|flac|alac|dts|mhm|mha|iamf|samr|sawb|wvtt|stpp|tx3g|c608)/i

/**
 * Tells variants with video: by their size, else by their codecs; where neither is said, those beside variants with a size
 * are audio, and where none has one nobody knows.
 */
function videoTest(offers: readonly Offer[]): (offer: Offer) => boolean {
  const sized = offers.some(({ kind, attributes }) => kind === 'variant' && attributes.has('RESOLUTION'))
  return ({ attributes }) => {
    if (attributes.has('RESOLUTION')) return true
    const codecs = (attributes.get('CODECS') ?? '').split(',').filter((codec) => codec.trim() !== '')
    if (codecs.length === 0) return !sized
    return codecs.some((codec) => !NO_VIDEO_CODEC.test(codec.trim()))
  }
}

/** 0 when it does not say. */
function heightOf({ attributes }: Offer): number {
  return Number(/^\d+x(\d+)$/i.exec(attributes.get('RESOLUTION') ?? '')?.[1] ?? 0)
}

function bandwidthOf(attributes: ReadonlyMap<string, string>): number {
  const value = Number(attributes.get('BANDWIDTH') ?? 0)
  return Number.isFinite(value) ? value : 0
}
