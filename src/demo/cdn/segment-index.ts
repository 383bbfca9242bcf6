/** A part of a file, in bytes. */
export interface ByteSpan {
  readonly offset: number
  readonly size: number
}

/** Where the segments of one file lie, and how long each lasts. */
export interface SegmentIndex {
  /** Ticks per second. */
  readonly timescale: number
  /** The init segment; missing where segments need none (MPEG-TS). */
  readonly init?: ByteSpan
  /** In order of play; `ticks` in units of `timescale`. */
  readonly segments: readonly (ByteSpan & { readonly ticks: number })[]
}

/** Seconds that all segments last together. */
export function totalSeconds(index: SegmentIndex): number {
  return index.segments.reduce((sum, segment) => sum + segment.ticks, 0) / index.timescale
}

/** Bit/s of the whole (average) and of the densest segment (peak), as BANDWIDTH wants it (RFC 8216, 4.3.4.2). */
export function bandwidth(index: SegmentIndex): { average: number; peak: number } {
  const bits = index.segments.reduce((sum, segment) => sum + segment.size * 8, 0)
  const rates = index.segments.map((segment) => (segment.size * 8 * index.timescale) / segment.ticks)
  return { average: Math.round(bits / totalSeconds(index)), peak: Math.ceil(Math.max(...rates)) }
}
