/** One stream as the media analyser reports it; `extradata` is a hex dump with offsets and an ASCII column. */
export interface AnalysedStream {
  videoFormat?: string | null
  audioFormat?: string | null
  containerProfile?: string | null
  extradata?: string | null
}

/** The analyser's streams of one file; an empty list stands for none, as PHP writes an empty map. */
export type ContentStreams = { video?: readonly AnalysedStream[]; audio?: readonly AnalysedStream[] } | readonly []

/** What stands in CODECS when a decoder configuration is there but cannot be read. */
const AVC_DEFAULT = 'avc1.42001e'
const HEVC_DEFAULT = 'hvc1.1.6.L93.B0'
/** AV1 configurations are not read at all (vector av1-default). */
const AV1 = 'av01.0.08M.08'

const DUMP_LINE = /^[0-9a-f]{8}: ((?:[0-9a-f]+ ?)*?)(?: {2,}.*)?$/i

/** Bytes of a hex dump; lines without an offset do not count, nor does half a byte at the end. */
function bytesOf(dump: string): number[] {
  const hex = dump
    .split('\n')
    .map((line) => (DUMP_LINE.exec(line.trimEnd())?.[1] ?? '').replaceAll(' ', ''))
    .join('')
  return (hex.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16))
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0')

/** `avc1.PPCCLL` of the first sequence parameter set in the configuration. */
function avcString(bytes: readonly number[]): string {
  const start = bytes.indexOf(0x67)
  const profile = start < 0 ? [] : bytes.slice(start + 1, start + 4)
  return profile.length < 3 ? AVC_DEFAULT : `avc1.${profile.map(hex).join('')}`
}

/** `hvc1.{profile}.{compatibility}.{tier}{level}.{constraints}` (ISO/IEC 14496-15 annex E). */
function hevcString(bytes: readonly number[]): string {
  if (bytes.length < 13) return HEVC_DEFAULT
  const general = bytes[1]!
  const space = ['', 'A', 'B', 'C'][general >> 6]!
  const tier = (general & 0x20) === 0 ? 'L' : 'H'
  const flags = bytes.slice(2, 6).reduce((all, byte) => all * 256 + byte, 0)
  let reversed = 0
  for (let bit = 0; bit < 32; bit++) reversed = reversed * 2 + (Math.floor(flags / 2 ** bit) % 2)
  const constraints = bytes.slice(6, 12)
  while (constraints.at(-1) === 0) constraints.pop()
  const parts = ['hvc1', `${space}${general & 0x1f}`, reversed.toString(16), `${tier}${bytes[12]!}`]
  return [...parts, ...constraints.map((byte) => byte.toString(16))].join('.')
}

function videoString({ videoFormat, extradata }: AnalysedStream): string {
  const bytes = bytesOf(extradata ?? '')
  if (bytes.length === 0) return ''
  switch ((videoFormat ?? '').toLowerCase()) {
    case 'h264':
    case 'avc':
    case 'avc1':
      return avcString(bytes)
    case 'hevc':
    case 'h265':
    case 'hvc1':
      return hevcString(bytes)
    case 'av1':
    case 'av01':
      return AV1
    default:
      return ''
  }
}

/** Audio object type of AAC by the profile's name, else by the first five bits of its configuration, else LC. */
function aacObjectType({ containerProfile, extradata }: AnalysedStream): number {
  const profile = (containerProfile ?? '').toLowerCase()
  if (/he-?aac ?v2|efficiency aac v2/.test(profile)) return 29
  if (/he-?aac|high efficiency/.test(profile)) return 5
  if (/^(aac )?lc$|low complexity/.test(profile)) return 2
  if (/^(aac )?main$/.test(profile)) return 1
  const [first] = bytesOf(extradata ?? '')
  return first === undefined ? 2 : first >> 3 || 2
}

const AUDIO: Readonly<Record<string, string>> = {
  mp3: 'mp4a.40.34',
  ac3: 'ac-3',
  'ac-3': 'ac-3',
  eac3: 'ec-3',
  'ec-3': 'ec-3',
  opus: 'opus',
  vorbis: 'vorbis',
  flac: 'flac',
  alac: 'alac'
}

function audioString(stream: AnalysedStream): string {
  const format = (stream.audioFormat ?? '').toLowerCase()
  if (format === 'aac') return `mp4a.40.${aacObjectType(stream)}`
  return Object.hasOwn(AUDIO, format) ? AUDIO[format]! : ''
}

/**
 * The CODECS string that Kaltura computes from stored media info: first video and first audio stream. Empty without a
 * video stream whose decoder configuration is stored, which is the common case (vector group codec-string).
 */
export function codecString(streams: ContentStreams): string {
  const { video = [], audio = [] } = Array.isArray(streams) ? {} : (streams as Exclude<ContentStreams, readonly []>)
  const [picture] = video
  if (picture?.extradata === undefined || picture.extradata === null) return ''
  const [sound] = audio
  return [videoString(picture), sound === undefined ? '' : audioString(sound)].filter((part) => part !== '').join(',')
}
