import { type FlavorAsset, parseTags } from '../../src/flavors/flavor-asset.js'
import type { AudioFacts } from '../../src/flavors/order.js'
import type { RequestParams } from '../../src/flavors/params.js'

/** A flavor as the vectors and the recordings' fixture write it; what is missing is 0, empty or ready. */
export interface FlavorFixture {
  id: string
  flavorParamsId?: number
  tags?: string
  bitrate?: number
  width?: number
  height?: number
  frameRate?: number
  fileExt?: string | null
  status?: number
  language?: string | null
  label?: string | null
  isDefault?: boolean
  isOriginal?: boolean
  intId?: number
  mediaInfo?: { audioCodecId?: string }
}

/** A complete asset; `position` is the 0-based place in the entry's list. */
export function flavorAsset(given: FlavorFixture, position = 0): FlavorAsset {
  return {
    id: given.id,
    flavorParamsId: given.flavorParamsId ?? 0,
    tags: parseTags(given.tags ?? ''),
    bitrate: given.bitrate ?? 0,
    width: given.width ?? 0,
    height: given.height ?? 0,
    frameRate: given.frameRate ?? 0,
    fileExt: given.fileExt ?? 'mp4',
    containerFormat: 'isom',
    videoCodecId: 'avc1',
    status: given.status ?? 2,
    language: given.language ?? '',
    label: given.label ?? null,
    isDefault: given.isDefault ?? false,
    isOriginal: given.isOriginal ?? false,
    version: '1',
    order: given.intId ?? position + 1
  }
}

const LANGUAGE_CODES: Record<string, string> = {
  English: 'en',
  French: 'fr',
  German: 'de',
  Hebrew: 'he',
  Japanese: 'ja',
  Spanish: 'es'
}

/** What a catalog would know of these audio renditions. */
export function audioFacts(flavors: readonly FlavorFixture[]): Required<AudioFacts> {
  const codecs = new Map(flavors.map(({ id, mediaInfo }) => [id, mediaInfo?.audioCodecId]))
  return { audioCodec: ({ id }) => codecs.get(id), languageCode: ({ language }) => LANGUAGE_CODES[language] }
}

const SHORT_NAMES: Record<string, string> = {
  f: 'format',
  pt: 'protocol',
  fi: 'flavorId',
  fs: 'flavorIds',
  fp: 'flavorParamId',
  fps: 'flavorParamIds',
  t: 'tags',
  mib: 'minBitrate',
  mb: 'maxBitrate',
  pb: 'preferredBitrate'
}

/** Stands in for the request parser: long names win over short ones. */
export function longNames(request: Readonly<Record<string, string | false>>): RequestParams {
  const entries = Object.entries(request)
  const short = entries.filter(([name]) => name in SHORT_NAMES).map(([name, value]) => [SHORT_NAMES[name]!, value])
  return Object.fromEntries([...short, ...entries.filter(([name]) => !(name in SHORT_NAMES))])
}

/** Stands in for the request parser: the pairs of the path and of the query of a recorded target. */
export function targetParams(target: string): RequestParams {
  const url = new URL(target, 'http://kaltura.example.com')
  const segments = url.pathname.replace(/^.*\/playManifest\//, '').split('/')
  const pairs: Record<string, string | false> = {}
  for (let i = 0; i < segments.length; i += 2) {
    const value = segments[i + 1]
    pairs[segments[i]!] = value ? decodeURIComponent(value) : false
  }
  return longNames({ ...pairs, ...Object.fromEntries(url.searchParams) })
}

/**
 * The order in which an HLS master names these flavors: audio renditions (tagged `audio_only`) first, then the streams;
 * with audio renditions only, the first is written once more as a stream (recording flv_minBitrate_high_applehttp).
 */
export function masterOrder(sorted: readonly FlavorAsset[]): string[] {
  const audio = sorted.filter(({ tags }) => tags.includes('audio_only'))
  const streams = sorted.filter((flavor) => !audio.includes(flavor))
  return [...audio, ...(streams.length > 0 ? streams : audio.slice(0, 1))].map(({ id }) => id)
}
