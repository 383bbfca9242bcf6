import { type MediaKey, mediaFiles } from '../media-files.js'
import type { Library } from './library.js'
import { trackSuffix } from './packager-file.js'
import { bandwidth, type SegmentIndex, totalSeconds } from './segment-index.js'
import { audioOf, audioSources, isVideo, type Listed, listSources, tracksOf } from './tracks.js'

/**
 * The static MPD of the listed sources: one video adaptation set, one audio adaptation set for each language. URLs are
 * relative and lie next to it. Segment times come from the index of each file, as audio frames do not end on whole
 * seconds.
 */
export function dashManifest(library: Library, keys: readonly MediaKey[]): string {
  const sources = listSources(keys)
  const videos = sources.filter(isVideo)
  const languages = audioSources(sources)
  const files = [...videos.map((source) => source.key), ...languages.map((source) => audioOf(source.key))]
  const seconds = Math.max(...files.map((key) => totalSeconds(library.media[key].fragmented.index)))
  const sets: string[] = []
  if (videos.length > 0) {
    sets.push(
      '    <AdaptationSet id="1" contentType="video" mimeType="video/mp4" segmentAlignment="true" startWithSAP="1">',
      ...videos.flatMap((source) => videoRepresentation(library, source)),
      '    </AdaptationSet>'
    )
  }
  languages.forEach((source, i) => {
    const { language, languageName } = mediaFiles[source.key]
    const role = i === 0 ? 'main' : 'alternate'
    sets.push(
      `    <AdaptationSet id="${i + 2}" contentType="audio" mimeType="audio/mp4" lang="${language}" segmentAlignment="true" startWithSAP="1">`,
      `      <Role schemeIdUri="urn:mpeg:dash:role:2011" value="${role}"/>`,
      `      <Label>${languageName}</Label>`,
      ...audioRepresentation(library, source),
      '    </AdaptationSet>'
    )
  })
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="static"' +
      ` mediaPresentationDuration="PT${seconds.toFixed(3)}S" minBufferTime="PT2S">`,
    '  <Period id="0" start="PT0S">',
    ...sets,
    '  </Period>',
    '</MPD>',
    ''
  ].join('\n')
}

function videoRepresentation(library: Library, source: Listed): string[] {
  const { width, height, fps, videoCodec } = mediaFiles[source.key]
  const { index } = library.media[source.key].fragmented
  const id = trackSuffix(tracksOf(source, { video: true })).slice(1)
  return [
    `      <Representation id="${id}" bandwidth="${bandwidth(index).peak}" codecs="${videoCodec}" width="${width}" height="${height}" frameRate="${fps}" sar="1:1">`,
    ...segmentTemplate(index),
    '      </Representation>'
  ]
}

function audioRepresentation(library: Library, source: Listed): string[] {
  const facts = mediaFiles[source.key]
  const { index } = library.media[audioOf(source.key)].fragmented
  const id = trackSuffix(tracksOf(source, { audio: true })).slice(1)
  const channels = 'urn:mpeg:dash:23003:3:audio_channel_configuration:2011'
  return [
    `      <Representation id="${id}" bandwidth="${bandwidth(index).peak}" codecs="${facts.audioCodec}" audioSamplingRate="${facts.audioSampleRate}">`,
    `        <AudioChannelConfiguration schemeIdUri="${channels}" value="${facts.audioChannels}"/>`,
    ...segmentTemplate(index),
    '      </Representation>'
  ]
}

function segmentTemplate(index: SegmentIndex): string[] {
  const runs: { ticks: number; repeats: number }[] = []
  for (const { ticks } of index.segments) {
    const run = runs.at(-1)
    if (run?.ticks === ticks) run.repeats++
    else runs.push({ ticks, repeats: 0 })
  }
  const files = 'media="fragment-$Number$-$RepresentationID$.m4s" initialization="init-$RepresentationID$.mp4"'
  return [
    `        <SegmentTemplate timescale="${index.timescale}" ${files} startNumber="1">`,
    '          <SegmentTimeline>',
    ...runs.map(({ ticks, repeats }, i) => {
      const attributes = [...(i === 0 ? ['t="0"'] : []), `d="${ticks}"`, ...(repeats > 0 ? [`r="${repeats}"`] : [])]
      return `            <S ${attributes.join(' ')}/>`
    }),
    '          </SegmentTimeline>',
    '        </SegmentTemplate>'
  ]
}
