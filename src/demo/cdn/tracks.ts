import { type MediaKey, mediaFiles } from '../media-files.js'
import type { Library, Segmented } from './library.js'
import type { TrackChoice } from './packager-file.js'

/** One source of a packager URL; `f` is its number there, missing where the URL names one flavor only. */
export interface Listed {
  readonly key: MediaKey
  readonly f?: number
}

/** The sources of a packager URL in its order. */
export function listSources(keys: readonly MediaKey[]): Listed[] {
  return keys.map((key, i) => (keys.length === 1 ? { key } : { key, f: i + 1 }))
}

export function isVideo(source: Listed): boolean {
  return mediaFiles[source.key].kind === 'video'
}

/** The audio-only medium that has the same sound as the given one: a video rendition carries the English track. */
export function audioOf(key: MediaKey): MediaKey {
  return mediaFiles[key].kind === 'audio' ? key : 'audio-en'
}

/**
 * The audio languages on offer, one source for each, the default first: every listed audio flavor, and the sound of the
 * video renditions, in front, when no audio flavor has its language (as Kaltura's packager takes muxed files apart).
 */
export function audioSources(sources: readonly Listed[]): Listed[] {
  const audio = sources.filter((source) => !isVideo(source))
  const candidates = [...audio, ...sources.filter(isVideo).slice(0, 1)]
  const byLanguage = new Map<string, Listed>()
  for (const source of candidates) {
    const { language } = mediaFiles[source.key]
    if (!byLanguage.has(language)) byLanguage.set(language, source)
  }
  const chosen = [...byLanguage.values()]
  return [...chosen.filter(isVideo), ...chosen.filter((source) => !isVideo(source))]
}

/** Names the tracks of a source in a file name: `-f1-v1-a1`. */
export function tracksOf(source: Listed, kinds: { video?: boolean; audio?: boolean }): TrackChoice {
  const { f } = source
  return { video: kinds.video ?? false, audio: kinds.audio ?? false, ...(f ? { f } : {}) }
}

/** The file behind a choice of tracks. */
export interface ChosenTracks {
  readonly file: Segmented
  /** The choice, with the tracks written out that the name left open. */
  readonly tracks: TrackChoice
  /** Whether all that is in it is sound. */
  readonly audioOnly: boolean
}

/**
 * Finds the file for a choice of source and tracks. MPEG-TS holds a video rendition muxed (`v1-a1`) or its sound
 * (`a1`), fragmented MP4 one track at a time. A name without tracks means all of them.
 *
 * @returns undefined when the URL lists no such source, or it is not kept in that form
 */
export function chooseTracks(
  library: Library,
  keys: readonly MediaKey[],
  container: 'ts' | 'fragmented',
  choice: TrackChoice
): ChosenTracks | undefined {
  const key = keys[(choice.f ?? 1) - 1]
  if (key === undefined) return undefined
  const video = mediaFiles[key].kind === 'video'
  const tracks = choice.video || choice.audio ? choice : { ...choice, video, audio: true }
  if (tracks.video && !video) return undefined
  if (!tracks.video) return { file: library.media[audioOf(key)][container], tracks, audioOnly: true }
  if (tracks.audio !== (container === 'ts')) return undefined
  return { file: library.media[key][container], tracks, audioOnly: false }
}
