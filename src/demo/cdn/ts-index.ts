import type { ByteSpan, SegmentIndex } from './segment-index.js'

const timescale = 1_000_000

/**
 * Where the segments lie in an MPEG-TS file, from the playlist with byte ranges that ffmpeg wrote next to it
 * (`#EXTINF:2.000000,` and `#EXT-X-BYTERANGE:36096@0`).
 *
 * @throws Error when a duration and a byte range do not come in pairs, or a range is beyond `fileSize`
 */
export function indexTransportStream(playlist: string, fileSize: number): SegmentIndex {
  const segments: (ByteSpan & { ticks: number })[] = []
  let ticks: number | undefined
  for (const line of playlist.split('\n')) {
    const duration = /^#EXTINF:([\d.]+),/.exec(line)
    if (duration) ticks = Math.round(Number(duration[1]) * timescale)
    const range = /^#EXT-X-BYTERANGE:(\d+)@(\d+)/.exec(line)
    if (!range) continue
    const span = { offset: Number(range[2]), size: Number(range[1]) }
    if (ticks === undefined) throw new Error(`byte range without duration: ${line}`)
    if (span.offset + span.size > fileSize) throw new Error(`byte range beyond the end: ${line}`)
    segments.push({ ...span, ticks })
    ticks = undefined
  }
  if (segments.length === 0) throw new Error('playlist without byte ranges')
  return { timescale, segments }
}
