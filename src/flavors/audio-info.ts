import { findLanguage, type Language, languageByThree } from './language-table.js'

/** What is known of one audio rendition: the asset's own fields and what the media analyser found in its file. */
export interface AudioSource {
  /** As stored: an English name, `EN`, `eng`; null or undefined when unknown, which is not the same as empty. */
  language?: string | null | undefined
  label?: string | null | undefined
  isDefault?: boolean | null | undefined
  /** Codec as the analyser calls it: `mp4a`, `ec-3`. */
  audioCodecId?: string | null | undefined
  /** Language of the first audio stream, three-letter code in any case. */
  streamLanguage?: string | null | undefined
}

/** How HLS and JSON answers describe an audio rendition. */
export interface AudioInfo {
  audioLanguage: string
  audioLanguageName: string
  audioLabel: string | null
  audioCodec: string
  defaultAudio: boolean
}

export interface AudioInfoOptions {
  /** The request's default language: a code, a name or a label. */
  defaultAudioLang?: string | undefined
  /** Three-letter codes, which some partners are configured to get. */
  threeLetter?: boolean | undefined
}

const UNKNOWN = { code: 'und', name: 'Undefined' }

/** The code of a stored language; what is not known stands for itself. Two letters unless `threeLetter` is set. */
export function languageCode(stored: string, threeLetter = false): string {
  const language = findLanguage(stored)
  return language === undefined ? stored : codeOf(language, threeLetter)
}

function codeOf({ two, three, name }: Language, threeLetter: boolean): string {
  return (threeLetter ? (three ?? two) : (two ?? three)) ?? name
}

/** The language as API v3 reports it: its English name if it is known, else as stored. */
export function languageName(stored: string): string {
  return findLanguage(stored)?.name ?? stored
}

/** Three-letter terminological code by any known spelling, for packager file names (`master-leng.m3u8`), or null. */
export function threeLetterCode(code: string): string | null {
  return languageByThree(code)?.three ?? null
}

function describeLanguage(source: AudioSource, threeLetter: boolean): { code: string; name: string } {
  const { language, streamLanguage } = source
  if (language !== null && language !== undefined) {
    return { code: languageCode(language, threeLetter), name: languageName(language) }
  }
  if (streamLanguage === null || streamLanguage === undefined || streamLanguage === '') return UNKNOWN
  const lower = streamLanguage.toLowerCase()
  const found = languageByThree(lower)
  return found === undefined ? { code: lower, name: lower } : { code: codeOf(found, threeLetter), name: found.name }
}

/**
 * Language, name, label, codec and default flag of an audio rendition (vector group audio-info). A requested default
 * language is compared with the asset's own facts only, and then its flag does not count (vectors default-request-*).
 */
export function audioInfo(source: AudioSource, options: AudioInfoOptions = {}): AudioInfo {
  const { language, label, isDefault, audioCodecId } = source
  const { defaultAudioLang, threeLetter = false } = options
  const { code, name } = describeLanguage(source, threeLetter)
  const isKnown = language !== null && language !== undefined
  const own = [...(isKnown ? [code, name] : []), label]
  return {
    audioLanguage: code,
    audioLanguageName: name,
    audioLabel: label ?? null,
    audioCodec: audioCodecId ?? 'und',
    defaultAudio: defaultAudioLang ? own.includes(defaultAudioLang) : isDefault === true
  }
}
