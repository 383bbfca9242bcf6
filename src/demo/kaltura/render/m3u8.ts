import {
  type ClosedCaptions,
  compose,
  fullUrl,
  type MediaItem,
  ok,
  type Renderer,
  type Subtitles
} from './rendering.js'

/** BANDWIDTH up to which a rendition without a codec string is taken for plain AAC. */
const AUDIO_BANDWIDTH = 66960

function bandwidthOf(item: MediaItem): number {
  return Math.floor(((item.bitrate ?? 0) * 1024 * 188) / 184 + (item.frameRate ?? 0) * 188 * 4)
}

function isAudioRendition(item: MediaItem): boolean {
  return Boolean(item.audioLanguage) || (item.audioLabel !== undefined && item.audioLabel !== null)
}

function audioLine(item: MediaItem, isFirst: boolean): string {
  const yes = isFirst ? 'YES' : 'NO'
  const name = item.audioLabel ?? item.audioLanguageName ?? ''
  return (
    `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",LANGUAGE="${item.audioLanguage || 'und'}",NAME="${name}",` +
    `AUTOSELECT=${yes},DEFAULT=${yes},URI="${fullUrl(item)}"`
  )
}

function closedCaptionsLine({ language, label, id }: ClosedCaptions): string {
  const attribute = language ? `,LANGUAGE="${language}"` : ''
  return `#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID="CC"${attribute},NAME="${label}",INSTREAM-ID="${id}"`
}

function subtitlesLine({ label, isDefault, language, url }: Subtitles): string {
  return (
    `#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="${label}",DEFAULT=${isDefault ? 'YES' : 'NO'},AUTOSELECT=YES,` +
    `FORCED=NO,${language === '' ? '' : `LANGUAGE="${language}",`}URI="${url}"`
  )
}

function streamLines(item: MediaItem, hasAudio: boolean, hasClosedCaptions: boolean): string {
  const bandwidth = bandwidthOf(item)
  const attributes = [`PROGRAM-ID=1,BANDWIDTH=${bandwidth}`]
  if (item.width && item.height) attributes.push(`RESOLUTION=${item.width}x${item.height}`)
  if (item.frameRate && item.frameRate > 0) attributes.push(`FRAME-RATE=${item.frameRate.toFixed(3)}`)
  const isPlainAudio = bandwidth > 0 && bandwidth <= AUDIO_BANDWIDTH
  const codecs = item.codecs || (isPlainAudio ? 'mp4a.40.2' : '')
  if (codecs !== '') attributes.push(`CODECS="${codecs}"`)
  if (hasAudio) attributes.push('AUDIO="audio"')
  if (hasClosedCaptions) attributes.push('CLOSED-CAPTIONS="CC"')
  return `#EXT-X-STREAM-INF:${attributes.join(',')}\n${fullUrl(item)}`
}

/** Names the subtitle group in the first line of an entry; empty separator lines stay empty. */
function withSubtitles(entry: string): string {
  return entry.replace(/^(#[^\n]*)/, '$1,SUBTITLES="subs"')
}

/**
 * Kaltura's HLS master, byte for byte: subtitles, audio renditions, an empty line, then one stream per video rendition
 * in the order given; with audio alone one stream for the first (reference playmanifest.md section 7.1, vector group
 * m3u8-master). Subtitles put closed captions aside. Bitrates are kbps of 1024 bit/s.
 */
export function renderMaster(
  items: readonly MediaItem[],
  closedCaptions: readonly ClosedCaptions[] = [],
  subtitles: readonly Subtitles[] = []
): string {
  const audio = items.filter(isAudioRendition)
  const video = items.filter((item) => !isAudioRendition(item))
  const captions = subtitles.length > 0 ? [] : closedCaptions
  const streams = video.length === 0 ? audio.slice(0, 1) : video
  const entries = [
    ...audio.map((item, index) => audioLine(item, index === 0)),
    ...(audio.length > 0 ? [''] : []),
    ...(video.length > 0 && captions.length > 0 ? [...captions.map(closedCaptionsLine), ''] : []),
    ...streams.map((item) => streamLines(item, audio.length > 0, captions.length > 0))
  ]
  const header = ['#EXTM3U', ...subtitles.map(subtitlesLine)].join('\n')
  return compose(header, subtitles.length > 0 ? entries.map(withSubtitles) : entries)
}

export const renderM3u8: Renderer = ({ items, closedCaptions, subtitles }) =>
  ok({ 'content-type': 'application/x-mpegurl' }, renderMaster(items, closedCaptions, subtitles))
