import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CaptionLanguage, captionLanguages, type MediaKey, mediaKeys } from '../media-files.js'
import { indexFragmentedMp4 } from './mp4-index.js'
import type { SegmentIndex } from './segment-index.js'
import { indexTransportStream } from './ts-index.js'

/** One file in memory; `tag` changes with its bytes. */
export interface Blob {
  readonly bytes: Buffer
  readonly tag: string
}

/** One file in memory and where its segments lie. */
export interface Segmented extends Blob {
  readonly index: SegmentIndex
}

/** One medium in its three containers. */
export interface Medium {
  /** Plain MP4 of all tracks. */
  readonly mp4: Blob
  /** MPEG-TS of all tracks. */
  readonly ts: Segmented
  /** Fragmented MP4 of one track: of a video rendition, the pictures alone. */
  readonly fragmented: Segmented
}

/** All media and captions. */
export interface Library {
  readonly media: Readonly<Record<MediaKey, Medium>>
  readonly captions: Readonly<Record<CaptionLanguage, Blob>>
}

/**
 * Reads all media (about 5 MB) into memory.
 *
 * @throws Error when a file is missing or its segment index cannot be read: the demo must not start without its media
 */
export function loadLibrary(directory: string): Library {
  const blob = (name: string): Blob => {
    const bytes = readFileSync(join(directory, name))
    return { bytes, tag: createHash('sha256').update(bytes).digest('hex').slice(0, 16) }
  }
  const medium = (key: MediaKey): Medium => {
    const ts = blob(`${key}.m2t`)
    const fragmented = blob(`${key}.cmaf.mp4`)
    const playlist = readFileSync(join(directory, `${key}.m2t.m3u8`), 'utf8')
    return {
      mp4: blob(`${key}.mp4`),
      ts: { ...ts, index: indexTransportStream(playlist, ts.bytes.length) },
      fragmented: { ...fragmented, index: indexFragmentedMp4(fragmented.bytes) }
    }
  }
  const languages = Object.keys(captionLanguages) as CaptionLanguage[]
  return {
    media: Object.fromEntries(mediaKeys.map((key) => [key, medium(key)])) as Record<MediaKey, Medium>,
    captions: Object.fromEntries(languages.map((name) => [name, blob(`${name}.vtt`)])) as Record<CaptionLanguage, Blob>
  }
}
