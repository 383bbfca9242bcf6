import { type captionLanguages, type MediaKey, mediaFiles } from '../media-files.js'
import type { Library, Segmented } from './library.js'
import { trackSuffix } from './packager-file.js'
import { bandwidth, totalSeconds } from './segment-index.js'
import { audioOf, audioSources, type ChosenTracks, isVideo, type Listed, listSources, tracksOf } from './tracks.js'

/** The playlist of one rendition; its URIs are relative and lie next to it. */
export function mediaPlaylist(chosen: ChosenTracks): string {
  const { index } = chosen.file
  const suffix = trackSuffix(chosen.tracks)
  const seconds = index.segments.map((segment) => segment.ticks / index.timescale)
  const lines = [
    '#EXTM3U',
    `#EXT-X-VERSION:${index.init ? 6 : 3}`,
    `#EXT-X-TARGETDURATION:${Math.round(Math.max(...seconds))}`,
    '#EXT-X-MEDIA-SEQUENCE:1',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-INDEPENDENT-SEGMENTS'
  ]
  if (index.init) lines.push(`#EXT-X-MAP:URI="init${suffix}.mp4"`)
  const extension = index.init ? 'm4s' : 'ts'
  seconds.forEach((duration, i) => {
    lines.push(`#EXTINF:${duration.toFixed(6)},`, `seg-${i + 1}${suffix}.${extension}`)
  })
  lines.push('#EXT-X-ENDLIST', '')
  return lines.join('\n')
}

/**
 * The multivariant playlist of the listed sources. More than one audio language makes an audio group; in fragmented
 * MP4, where pictures and sound are apart, every list with pictures does. Otherwise audio flavors are variants of
 * their own after the video renditions.
 */
export function masterPlaylist(library: Library, keys: readonly MediaKey[], container: 'ts' | 'fragmented'): string {
  const sources = listSources(keys)
  const languages = audioSources(sources)
  const videos = sources.filter(isVideo)
  const apart = container === 'fragmented' && videos.length > 0
  const grouped = languages.length > 1 || apart
  const lines = ['#EXTM3U', `#EXT-X-VERSION:${container === 'ts' ? 3 : 6}`, '#EXT-X-INDEPENDENT-SEGMENTS']
  if (grouped) lines.push(...languages.map(audioRendition))
  const audios = sources.filter((source) => !isVideo(source))
  const variants = !grouped ? [...videos, ...audios] : videos.length > 0 ? videos : audios.slice(0, 1)
  const loudest = Math.max(
    ...languages.map((source) => bandwidth(library.media[audioOf(source.key)][container].index).peak)
  )
  for (const source of variants) {
    const file = library.media[source.key][container]
    lines.push(streamInf(file, source, apart ? loudest : 0, grouped))
    lines.push(`index${trackSuffix(tracksOf(source, { video: isVideo(source), audio: !apart }))}.m3u8`)
  }
  return `${lines.join('\n')}\n`
}

function audioRendition(source: Listed, i: number): string {
  const { language, languageName, audioChannels } = mediaFiles[source.key]
  const isDefault = i === 0 ? 'YES' : 'NO'
  const uri = `index${trackSuffix(tracksOf(source, { audio: true }))}.m3u8`
  return (
    `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",LANGUAGE="${language}",NAME="${languageName}",AUTOSELECT=YES,` +
    `DEFAULT=${isDefault},CHANNELS="${audioChannels}",URI="${uri}"`
  )
}

function streamInf(file: Segmented, source: Listed, extraBandwidth: number, grouped: boolean): string {
  const facts = mediaFiles[source.key]
  const attributes = [`BANDWIDTH=${bandwidth(file.index).peak + extraBandwidth}`]
  if (facts.kind === 'video') {
    attributes.push(`RESOLUTION=${facts.width}x${facts.height}`, `FRAME-RATE=${facts.fps.toFixed(3)}`)
  }
  attributes.push(`CODECS="${facts.codecs}"`)
  if (grouped) attributes.push('AUDIO="audio"')
  return `#EXT-X-STREAM-INF:${attributes.join(',')}`
}

/** The subtitle playlist of one caption file: a single segment as long as the video. */
export function captionPlaylist(library: Library, language: keyof typeof captionLanguages): string {
  const seconds = totalSeconds(library.media.v180.ts.index)
  const head = ['#EXTM3U', '#EXT-X-VERSION:3', `#EXT-X-TARGETDURATION:${Math.ceil(seconds)}`, '#EXT-X-MEDIA-SEQUENCE:1']
  const tail = ['#EXT-X-PLAYLIST-TYPE:VOD', `#EXTINF:${seconds.toFixed(6)},`, `${language}.vtt`, '#EXT-X-ENDLIST', '']
  return [...head, ...tail].join('\n')
}
