import { type FlavorAsset, READY } from '../flavors/flavor-asset.js'
import { selectByLevels } from '../flavors/tag-levels.js'
import type { Narrowing } from './decide.js'

/** A flavor without width, height and frame rate (reference device-rules.md section 1, rule 3). */
export function hasNoVideo(flavor: Pick<FlavorAsset, 'width' | 'height' | 'frameRate'>): boolean {
  return flavor.width === 0 && flavor.height === 0 && flavor.frameRate === 0
}

/**
 * The flavors that a rule chooses, in the order given; empty when nothing fits, which leaves the choice to Kaltura.
 *
 * @param flavors what a widget session lists
 * @param window kbps; the request's own bitrate window, which a rule for a single flavor has to honour beforehand, since
 *   Kaltura can only narrow what it is given
 */
export function narrow(
  narrowing: Narrowing,
  flavors: readonly FlavorAsset[],
  window: { min: number | null; max: number | null } = { min: null, max: null }
): FlavorAsset[] {
  const pool = flavors.filter(
    (flavor) => flavor.status === READY && !(narrowing.excludeAudioOnly && hasNoVideo(flavor))
  )
  const chosen = selectByLevels(pool, narrowing.levels)
  if (narrowing.single === null || chosen.length === 0) return chosen
  const inWindow = orAll(
    chosen,
    (flavor) => flavor.bitrate >= (window.min ?? 0) && flavor.bitrate <= (window.max ?? Infinity)
  )
  const playable = orAll(inWindow, isPlainMp4)
  const sorted = [...playable].sort((a, b) => a.bitrate - b.bitrate || a.order - b.order)
  if (narrowing.single === 'smallest') return sorted.slice(0, 1)
  const below = sorted.filter((flavor) => flavor.bitrate <= (narrowing.maxBitrate ?? Infinity))
  return [below.at(-1) ?? sorted[0]!]
}

/** What fits, or everything when nothing does. */
function orAll<T>(items: readonly T[], fits: (item: T) => boolean): readonly T[] {
  const kept = items.filter(fits)
  return kept.length > 0 ? kept : items
}

/** H.264 in MP4: what old devices play as one file. */
function isPlainMp4(flavor: FlavorAsset): boolean {
  return flavor.fileExt.toLowerCase() === 'mp4' && ['avc1', 'h264', ''].includes(flavor.videoCodecId.toLowerCase())
}
