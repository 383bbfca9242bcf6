import { fileURLToPath } from 'node:url'

/** Names of the video renditions; each carries the English audio track too. */
export type VideoKey = 'v180' | 'v270' | 'v360' | 'v540'

/** Names of the audio-only media. */
export type AudioKey = 'audio-en' | 'audio-es'

/** Name of one medium of the embedded Kaltura: what a flavor asset of the demo catalog points at. */
export type MediaKey = VideoKey | AudioKey

/** Languages that there are captions for. */
export type CaptionLanguage = 'en' | 'es'

/** The true facts of one medium, as the demo catalog states them of its flavor assets. */
export interface MediaFacts {
  readonly kind: 'video' | 'audio'
  /** Size of the progressive file in bytes. */
  readonly bytes: number
  /** Overall bitrate of the progressive file in kbps (1000 bit/s). */
  readonly kbps: number
  /** Pixels; 0 for audio. */
  readonly width: number
  /** Pixels; 0 for audio. */
  readonly height: number
  /** Frames per second; 0 for audio. */
  readonly fps: number
  readonly durationMs: number
  /** RFC 6381 name of the video codec; missing for audio. */
  readonly videoCodec?: string
  /** RFC 6381 name of the audio codec. */
  readonly audioCodec: string
  /** RFC 6381 list of all tracks of the progressive file, as in a CODECS attribute. */
  readonly codecs: string
  /** Language of the audio track, BCP 47. */
  readonly language: 'en' | 'es'
  readonly languageName: 'English' | 'Spanish'
  readonly audioChannels: number
  /** Hz */
  readonly audioSampleRate: number
}

const english = { language: 'en', languageName: 'English' } as const
const spanish = { language: 'es', languageName: 'Spanish' } as const
const sound = { audioCodec: 'mp4a.40.2', audioChannels: 2, audioSampleRate: 48000 } as const

function video(bytes: number, kbps: number, width: number, height: number, videoCodec: string): MediaFacts {
  const codecs = `${videoCodec},${sound.audioCodec}`
  return {
    kind: 'video',
    bytes,
    kbps,
    width,
    height,
    fps: 25,
    durationMs: 12000,
    videoCodec,
    codecs,
    ...english,
    ...sound
  }
}

function audio(bytes: number, kbps: number, language: typeof english | typeof spanish): MediaFacts {
  const none = { width: 0, height: 0, fps: 0 }
  return { kind: 'audio', bytes, kbps, ...none, durationMs: 11950, codecs: sound.audioCodec, ...language, ...sound }
}

/** Every medium with its facts, renditions from small to large; kept true by test/demo/media-files.test.ts. */
export const mediaFiles: Readonly<Record<MediaKey, MediaFacts>> = {
  v180: video(193438, 129, 320, 180, 'avc1.4d400c'),
  v270: video(287243, 191, 480, 270, 'avc1.4d4015'),
  v360: video(435327, 290, 640, 360, 'avc1.4d401e'),
  v540: video(735203, 490, 960, 540, 'avc1.4d401f'),
  'audio-en': audio(75163, 50, english),
  'audio-es': audio(75153, 50, spanish)
}

/** All names, in the order of the table. */
export const mediaKeys = Object.keys(mediaFiles) as readonly MediaKey[]

/** Caption languages with their English names. */
export const captionLanguages: Readonly<Record<CaptionLanguage, string>> = { en: 'English', es: 'Spanish' }

/** Where the made media lie, in the sources as in the built package (scripts/make-media.sh makes them). */
export const mediaDirectory = fileURLToPath(new URL('./media/', import.meta.url))

/** Whether a name, such as one from a catalog, names a medium. */
export function isMediaKey(name: string): name is MediaKey {
  return Object.hasOwn(mediaFiles, name)
}
