import { type FlavorAsset, isAudioOnly } from './flavor-asset.js'
import { byFrameSize, frameSize } from './order.js'

export interface Redundancy {
  /** By frame size, then bitrate, then internal order. */
  kept: FlavorAsset[]
  /** Each flavor taken out, with the flavor that replaces it. */
  replaced: { flavor: FlavorAsset; by: FlavorAsset }[]
}

/** Bitrates that differ by no more than this share of the higher one count as the same. */
const TOLERANCE = 0.05

/**
 * Takes out flavors that another one makes superfluous: of two with bitrates within 5 % the one with the larger frame
 * stays. Audio and watermarked flavors always stay. The result is sorted by frame size even if nothing went
 * (reference section 5 step 9; vectors redundant-*, not-redundant-*, chain-of-close-bitrates, watermark-*).
 */
export function withoutRedundant(flavors: readonly FlavorAsset[]): Redundancy {
  let kept: FlavorAsset[] = []
  const replaced: Redundancy['replaced'] = []
  for (const current of flavors.toSorted(byFrameSize)) {
    const superfluous = kept.filter((accepted) => isSuperfluous(accepted, current))
    replaced.push(...superfluous.map((flavor) => ({ flavor, by: current })))
    kept = [...kept.filter((accepted) => !superfluous.includes(accepted)), current]
  }
  return { kept, replaced }
}

function isSuperfluous(accepted: FlavorAsset, current: FlavorAsset): boolean {
  if (isAudioOnly(accepted) || accepted.tags.some((tag) => tag.includes('watermark'))) return false
  const difference = current.bitrate - accepted.bitrate
  return difference >= 0 && difference <= current.bitrate * TOLERANCE && frameSize(current) >= frameSize(accepted)
}
