import type { FlavorAsset } from '../flavors/flavor-asset.js'
import type { Trace } from '../flavors/trace.js'

/** Video codecs that a rule can name. */
export const CODECS = ['h264', 'h265', 'av1', 'vp9', 'vp8'] as const
export type Codec = (typeof CODECS)[number]

/** What a rule lets through of the flavors that tags chose. */
export interface FlavorFilters {
  codecs?: Codec | readonly Codec[] | undefined
  /** Pixels. */
  maxHeight?: number | undefined
  /** kbps. */
  minBitrate?: number | undefined
  maxBitrate?: number | undefined
}

/** What media analysers write, by codec (`avc1`, `hev1`, `V_VP9`, `vp09.00`). */
const WRITTEN: readonly (readonly [RegExp, Codec])[] = [
  [/^(?:avc|h\.?264|x264)/, 'h264'],
  [/^(?:hevc|hvc1|hev1|h\.?265|x265)/, 'h265'],
  [/^(?:v_)?av0?1/, 'av1'],
  [/^(?:v_)?vp0?9/, 'vp9'],
  [/^(?:v_)?vp0?8/, 'vp8']
]

/**
 * The flavors that pass, in the order given. Audio always passes, and so does what is not known of a video (no codec, no
 * height). A filter that would leave no video is passed over, as Kaltura does with its bitrate window.
 *
 * @param isVideo whether the filters are about a flavor
 * @param trace takes why flavors were dropped
 */
export function filterFlavors(
  flavors: readonly FlavorAsset[],
  { codecs, maxHeight, minBitrate, maxBitrate }: FlavorFilters,
  isVideo: (flavor: FlavorAsset) => boolean,
  trace?: Trace
): readonly FlavorAsset[] {
  let kept = flavors
  const apply = (step: 'codec' | 'height' | 'bitrate', reason: string, passes: (flavor: FlavorAsset) => boolean) => {
    const passing = kept.filter((flavor) => !isVideo(flavor) || passes(flavor))
    if (!passing.some(isVideo)) return
    trace?.drop(
      kept.filter((flavor) => !passing.includes(flavor)),
      step,
      reason
    )
    kept = passing
  }
  if (codecs !== undefined) {
    const wanted: readonly string[] = typeof codecs === 'string' ? [codecs] : codecs
    apply('codec', `the rule lets ${wanted.join(', ')} through`, ({ videoCodecId }) => {
      return videoCodecId === '' || wanted.includes(codecOf(videoCodecId) ?? '')
    })
  }
  if (maxHeight !== undefined) {
    apply('height', `above the ${maxHeight} pixels of the rule`, ({ height }) => height <= maxHeight)
  }
  if (minBitrate !== undefined || maxBitrate !== undefined) {
    apply('bitrate', `outside ${minBitrate ?? 0} to ${maxBitrate ?? 'any'} kbps of the rule`, ({ bitrate }) => {
      return bitrate >= (minBitrate ?? 0) && bitrate <= (maxBitrate ?? Number.POSITIVE_INFINITY)
    })
  }
  return kept
}

/** The codec that an analyser's word stands for; null for any other. */
export function codecOf(word: string): Codec | null {
  const lower = word.trim().toLowerCase()
  return WRITTEN.find(([pattern]) => pattern.test(lower))?.[1] ?? null
}
