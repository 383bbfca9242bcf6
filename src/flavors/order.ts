import { type FlavorAsset, isAudioOnly } from './flavor-asset.js'

/** Pixels of a frame; 0 for audio and when a side is unknown. */
export function frameSize(flavor: Pick<FlavorAsset, 'width' | 'height'>): number {
  return flavor.width * flavor.height
}

/** The order in which Kaltura reads the flavors of an entry (reference section 5 step 2). */
export function byBitrate(a: FlavorAsset, b: FlavorAsset): number {
  return a.bitrate - b.bitrate || a.order - b.order
}

/** The order in which Kaltura hands flavors to the delivery profile (reference section 5 step 9). */
export function byFrameSize(a: FlavorAsset, b: FlavorAsset): number {
  return frameSize(a) - frameSize(b) || byBitrate(a, b)
}

/** What is known of audio renditions beyond the asset itself. */
export interface AudioFacts {
  /** Codec as the media analyser calls it (`mp4a`, `ec-3`, `ac-3`); undefined when unknown. */
  audioCodec?: (flavor: FlavorAsset) => string | undefined
  /** Code of the asset's language, such as `en`; undefined when unknown. */
  languageCode?: (flavor: FlavorAsset) => string | undefined
}

export interface AdaptiveOrderOptions extends AudioFacts {
  /** kbps; the nearest video flavor goes first. */
  preferredBitrate?: number | undefined
  /** Language code, language name or label; unset or empty: the asset's own default flag counts. */
  defaultAudioLang?: string | undefined
  /** Audio before video; see `hasSeveralAudioKinds`. */
  audioFirst?: boolean
}

/**
 * The order of an adaptive answer, as HLS, HDS and DASH packager profiles have it: video by ascending bitrate with the
 * preferred one in front, then audio. Equal bitrates keep the order given. Captions are not flavors here; they come
 * last in an answer. Source: reference section 5.1, vector group hls-flavor-order.
 */
export function sortForAdaptive(flavors: readonly FlavorAsset[], options: AdaptiveOrderOptions = {}): FlavorAsset[] {
  const isVideo = (flavor: FlavorAsset) => !isAudioOnly(flavor)
  const video = sortVideo(flavors.filter(isVideo), options.preferredBitrate)
  const audio = flavors.filter(isAudioOnly)
  const ranks = new Map(audio.map((flavor) => [flavor, audioRank(flavor, options)]))
  audio.sort((a, b) => ranks.get(a)! - ranks.get(b)!)
  return options.audioFirst ? [...audio, ...video] : [...video, ...audio]
}

function sortVideo(video: FlavorAsset[], preferredBitrate: number | undefined): FlavorAsset[] {
  const sorted = video.toSorted((a, b) => a.bitrate - b.bitrate)
  if (preferredBitrate === undefined) return sorted
  const distance = (flavor: FlavorAsset) => Math.abs(flavor.bitrate - preferredBitrate)
  const preferred = video.reduce<FlavorAsset | undefined>(
    (best, flavor) => (best === undefined || distance(flavor) < distance(best) ? flavor : best),
    undefined
  )
  if (preferred === undefined) return sorted
  return [preferred, ...sorted.filter((flavor) => flavor !== preferred)]
}

/** Dolby codecs, better one first. */
const DOLBY = ['ec-3', 'ac-3']

/** Small ranks first: a default Dolby, other Dolby, a default without Dolby, the rest. */
function audioRank(flavor: FlavorAsset, options: AdaptiveOrderOptions): number {
  const codec = DOLBY.indexOf(describe(flavor, options).codec ?? '')
  const isDolby = codec >= 0
  if (isDefaultAudio(flavor, options)) return isDolby ? codec : 2 * DOLBY.length
  return isDolby ? DOLBY.length + codec : 2 * DOLBY.length + 1
}

/**
 * Whether the flavor is the default audio of an answer. An asset's own flag does not count when the request names a
 * language, even one that no asset has (vector packager-audio-default-by-request-nomatch-hides-flag).
 */
export function isDefaultAudio(
  flavor: FlavorAsset,
  options: Pick<AdaptiveOrderOptions, 'defaultAudioLang' | 'languageCode'>
): boolean {
  const { defaultAudioLang } = options
  const { code, language, label, isDefault } = describe(flavor, options)
  if (!defaultAudioLang) return isDefault
  return [code, language, label].includes(defaultAudioLang)
}

/**
 * Whether there is more than one kind of audio, a kind being a codec and a language name: then the packager profile
 * that joins all flavors in one master puts audio first (vector master-multi-audio-goes-first).
 */
export function hasSeveralAudioKinds(flavors: readonly FlavorAsset[], facts: AudioFacts = {}): boolean {
  const audio = flavors.filter((flavor) => isAudioOnly(flavor) && flavor.tags.includes('audio_only'))
  const kinds = audio.map((flavor) => JSON.stringify([facts.audioCodec?.(flavor) ?? null, flavor.language]))
  return new Set(kinds).size > 1
}

/** Kaltura describes audio only for assets tagged `audio_only`; others have no language, label or codec to it. */
function describe(flavor: FlavorAsset, facts: AudioFacts) {
  if (!flavor.tags.includes('audio_only')) return { isDefault: false }
  return {
    codec: facts.audioCodec?.(flavor),
    code: facts.languageCode?.(flavor),
    language: flavor.language,
    label: flavor.label ?? undefined,
    isDefault: flavor.isDefault
  }
}
