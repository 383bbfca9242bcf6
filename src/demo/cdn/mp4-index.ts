import type { ByteSpan, SegmentIndex } from './segment-index.js'

/**
 * Where the init segment and the media segments lie in a fragmented MP4 of one track with one `sidx` in front of its
 * fragments (ISO/IEC 14496-12, 8.16.3).
 *
 * @returns init = everything before the `sidx` (`ftyp`, `moov`); a segment = one subsegment of the `sidx`
 * @throws Error when a box is cut off, the `sidx` is missing, or it names bytes that are not there
 */
export function indexFragmentedMp4(bytes: Buffer): SegmentIndex {
  let at = 0
  while (at + 8 <= bytes.length) {
    const size = bytes.readUInt32BE(at)
    if (size < 8 || at + size > bytes.length) throw new Error(`MP4 box at byte ${at} is cut off`)
    if (bytes.toString('latin1', at + 4, at + 8) === 'sidx') {
      const { timescale, segments } = readSidx(bytes.subarray(at, at + size), at + size)
      const last = segments.at(-1)
      if (last === undefined || last.offset + last.size > bytes.length)
        throw new Error('sidx names bytes beyond the end')
      return { timescale, init: { offset: 0, size: at }, segments }
    }
    at += size
  }
  throw new Error('MP4 without sidx')
}

function readSidx(box: Buffer, end: number): { timescale: number; segments: (ByteSpan & { ticks: number })[] } {
  const wide = box.readUInt8(8) === 1
  const timescale = box.readUInt32BE(16)
  const firstOffset = wide ? Number(box.readBigUInt64BE(28)) : box.readUInt32BE(24)
  const references = wide ? 36 : 28
  let offset = end + firstOffset
  const segments = []
  for (let i = 0; i < box.readUInt16BE(references + 2); i++) {
    const at = references + 4 + i * 12
    // The top bit says that the reference is to another index, which these files do not have.
    const size = box.readUInt32BE(at) & 0x7fffffff
    segments.push({ offset, size, ticks: box.readUInt32BE(at + 4) })
    offset += size
  }
  return { timescale, segments }
}
