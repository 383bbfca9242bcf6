import { type FlavorAsset, READY } from '../flavors/flavor-asset.js'
import { matchLevels } from '../flavors/tag-levels.js'
import type { Trace } from '../flavors/trace.js'
import type { Narrowing } from './decide.js'
import { filterFlavors } from './flavor-filters.js'

/** Tags of files that Kaltura serves as they are. */
const STORED: ReadonlySet<string> = new Set(['ism_manifest', 'smil_manifest'])

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
 * @param trace takes why each flavor was kept or dropped
 */
export function narrow(
  narrowing: Narrowing,
  flavors: readonly FlavorAsset[],
  window: { min: number | null; max: number | null } = { min: null, max: null },
  trace?: Trace
): FlavorAsset[] {
  const ready = flavors.filter(({ status }) => status === READY)
  const pool = ready.filter((flavor) => !(narrowing.excludeAudioOnly && hasNoVideo(flavor)))
  if (trace !== undefined) dropUnfit(flavors, pool, trace)
  // Such a file is served in place of the flavors: Kaltura's own choice cannot be filtered.
  if (narrowing.ownLevels && pool.some(({ tags }) => tags.some((tag) => STORED.has(tag)))) {
    trace?.drop(pool, 'stored-manifest', 'a stored manifest may be served in its place, so Kaltura chooses')
    return []
  }
  const match = matchLevels(pool, narrowing.levels)
  if (match === null) {
    trace?.drop(pool, 'tags', `no flavor has any of the rule's tags ${narrowing.levels.flat().join(', ')}`)
    return []
  }
  const { flavors: tagged } = match
  if (trace !== undefined) enterByTags(pool, tagged, narrowing.levels[match.index]!, match.index + 1, trace)
  const chosen =
    narrowing.filters === null
      ? tagged
      : [...filterFlavors(tagged, narrowing.filters, (flavor) => !hasNoVideo(flavor), trace)]
  if (narrowing.single === null) {
    trace?.keep(chosen)
    // Kaltura's own choice, whole: it is left to make it.
    return narrowing.ownLevels && pool.length === ready.length && chosen.length === tagged.length ? [] : chosen
  }
  const inWindow = orAll(
    chosen,
    (flavor) => flavor.bitrate >= (window.min ?? 0) && flavor.bitrate <= (window.max ?? Infinity)
  )
  trace?.drop(left(chosen, inWindow), 'bitrate', `outside ${window.min ?? 0} to ${window.max ?? 'any'} kbps`)
  const playable = orAll(inWindow, isPlainMp4)
  trace?.drop(left(inWindow, playable), 'container', 'no H.264 in MP4, which the rule takes first for one file')
  const single = oneOf(playable, narrowing)
  trace?.drop(left(playable, [single]), 'single', `the rule takes one flavor, ${wordsOf(narrowing)}: ${single.id}`)
  trace?.keep([single])
  return [single]
}

function oneOf(flavors: readonly FlavorAsset[], { single, maxBitrate }: Narrowing): FlavorAsset {
  const sorted = [...flavors].sort((a, b) => a.bitrate - b.bitrate || a.order - b.order)
  if (single === 'smallest') return sorted[0]!
  const below = sorted.filter((flavor) => flavor.bitrate <= (maxBitrate ?? Infinity))
  return below.at(-1) ?? sorted[0]!
}

function wordsOf({ single, maxBitrate }: Narrowing): string {
  return `the ${single}${single === 'largest' && maxBitrate !== null ? ` of up to ${maxBitrate} kbps` : ''}`
}

function dropUnfit(flavors: readonly FlavorAsset[], pool: readonly FlavorAsset[], trace: Trace): void {
  for (const flavor of left(flavors, pool)) {
    if (flavor.status !== READY) trace.drop([flavor], 'status', `status ${flavor.status} is not ready`)
    else trace.drop([flavor], 'audio-only', 'no width, height and frame rate, and the rule excludes audio only')
  }
}

function enterByTags(
  pool: readonly FlavorAsset[],
  chosen: readonly FlavorAsset[],
  level: readonly string[],
  position: number,
  trace: Trace
): void {
  for (const flavor of chosen) {
    const tag = level.find((candidate) => flavor.tags.includes(candidate))
    trace.enter(flavor, 'tags', `tag ${tag} (level ${position} of the rule)`)
  }
  trace.drop(
    left(pool, chosen),
    'tags',
    `lacks ${level.join(' or ')}, with which level ${position} of the rule matched`
  )
}

function left(before: readonly FlavorAsset[], after: readonly FlavorAsset[]): FlavorAsset[] {
  return before.filter((flavor) => !after.includes(flavor))
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
