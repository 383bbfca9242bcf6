import { explicitIds, isNamed } from './explicit.js'
import type { FlavorAsset } from './flavor-asset.js'
import type { RequestParams } from './params.js'
import { addsAlternativeAudio } from './request-format.js'
import { matchLevels, requestTagLevels } from './tag-levels.js'
import type { Trace } from './trace.js'

export interface Choice {
  /** In the order given, added alternative audio last. */
  flavors: FlavorAsset[]
  /** The flavor whose stored manifest file Kaltura serves instead of choosing renditions. */
  manifest?: FlavorAsset
}

/**
 * The flavors that a request names, else those of its tag levels, with the alternative audio that Kaltura adds by
 * itself; null when nothing matches (error 6). Ids that match nothing fall back to tags, they do not fail. Audio is
 * added only to something. Source: reference section 5 steps 4 and 5; recordings flv_*.
 *
 * @param pool ready and allowed flavors, by ascending bitrate
 * @param hasManifestFile whether an asset tagged `ism_manifest` or `smil_manifest` has its file in storage
 */
export function chooseFlavors(
  pool: readonly FlavorAsset[],
  format: string,
  params: RequestParams,
  hasManifestFile: (flavor: FlavorAsset) => boolean,
  trace: Trace
): Choice | null {
  const ids = explicitIds(params)
  const named = ids === null ? [] : pool.filter((flavor) => isNamed(flavor, ids))
  if (ids !== null && named.length > 0) {
    for (const flavor of named) trace.enter(flavor, 'explicit', `named in ${ids.parameter}`)
    const flavors = withAlternativeAudio(named, pool, format, params, trace)
    trace.drop(without(pool, flavors), 'explicit', `not named in ${ids.parameter}`)
    return { flavors }
  }
  const note = ids === null ? '' : `; ${ids.parameter} names no flavor here`
  return format === 'sl' && pool.some((flavor) => flavor.tags.includes('ism_manifest'))
    ? chooseIsmManifest(pool, hasManifestFile, trace)
    : chooseByTags(pool, format, params, hasManifestFile, note, trace)
}

function chooseByTags(
  pool: readonly FlavorAsset[],
  format: string,
  params: RequestParams,
  hasManifestFile: (flavor: FlavorAsset) => boolean,
  note: string,
  trace: Trace
): Choice | null {
  const levels = requestTagLevels(format, params)
  const match = matchLevels(pool, levels)
  if (match === null) {
    trace.drop(pool, 'tags', `no flavor has any of the tags ${levels.flat().join(', ')}${note}`)
    return null
  }
  const level = levels[match.index]!
  const position = `level ${match.index + 1} of ${levels.length}`
  for (const flavor of match.flavors) {
    const tag = level.find((candidate) => flavor.tags.includes(candidate))
    trace.enter(flavor, 'tags', `tag ${tag} (${position})${note}`)
  }
  const manifest = ['hds', 'applehttp'].includes(format)
    ? match.flavors.find((flavor) => flavor.tags.includes('smil_manifest') && hasManifestFile(flavor))
    : undefined
  if (manifest) {
    trace.drop(without(pool, [manifest]), 'stored-manifest', `the stored manifest of ${manifest.id} is served`)
    return { flavors: [manifest], manifest }
  }
  const flavors = withAlternativeAudio(match.flavors, pool, format, params, trace)
  trace.drop(without(pool, flavors), 'tags', `lacks ${level.join(' or ')}, with which ${position} matched${note}`)
  return { flavors }
}

/** Smooth Streaming serves a stored ISM manifest; one without its file is an error, not a reason to look further. */
function chooseIsmManifest(
  pool: readonly FlavorAsset[],
  hasManifestFile: (flavor: FlavorAsset) => boolean,
  trace: Trace
): Choice | null {
  const manifest = pool.find((flavor) => flavor.tags.includes('ism_manifest') && hasManifestFile(flavor))
  if (!manifest) {
    trace.drop(pool, 'stored-manifest', 'the ISM manifest of this entry has no stored file')
    return null
  }
  trace.enter(manifest, 'stored-manifest', 'its stored ISM manifest is served')
  trace.drop(without(pool, [manifest]), 'stored-manifest', `the stored manifest of ${manifest.id} is served`)
  return { flavors: [manifest], manifest }
}

function withAlternativeAudio(
  chosen: readonly FlavorAsset[],
  pool: readonly FlavorAsset[],
  format: string,
  params: RequestParams,
  trace: Trace
): FlavorAsset[] {
  if (!addsAlternativeAudio(format, params)) return [...chosen]
  const added = without(pool, chosen).filter((flavor) => flavor.tags.includes('alt_audio'))
  for (const flavor of added)
    trace.enter(flavor, 'alternative-audio', `tagged alt_audio, which ${format} adds by itself`)
  return [...chosen, ...added]
}

function without(flavors: readonly FlavorAsset[], taken: readonly FlavorAsset[]): FlavorAsset[] {
  const set = new Set(taken)
  return flavors.filter((flavor) => !set.has(flavor))
}
