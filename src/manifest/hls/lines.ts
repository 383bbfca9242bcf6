import { trimRange } from '../edits.js'
import { checkSize, ManifestError } from '../manifest-error.js'

/**
 * Limits of a playlist. Defaults: 5 MiB of UTF-8 and 100,000 lines, several times a day of two-second segments, and
 * 100,000 attributes of all tags together.
 */
export interface PlaylistLimits {
  maxBytes?: number
  maxLines?: number
  maxAttributes?: number
}

/** One line of a playlist as offsets (UTF-16 units) in its text. */
export interface Line {
  /** Counted from 1. */
  number: number
  start: number
  /** Where the line ends, before its line ending. */
  end: number
  /** Where the next line starts, after `\n`, `\r\n` or a lone `\r`; the end of the text for a last line without ending. */
  next: number
}

/**
 * Cuts a text into lines. A byte order mark belongs to no line; an ending at the very end starts no further line. A lone `\r` counts
 * as an ending, since hls.js reads it so: otherwise it could hide a URI from us behind a comment.
 * Throws ManifestError `too-large` or `too-many-lines`.
 */
export function splitLines(text: string, limits: PlaylistLimits = {}): Line[] {
  checkSize(text, limits.maxBytes ?? 5 * 1024 * 1024)
  const maxLines = limits.maxLines ?? 100_000
  const lines: Line[] = []
  const ending = /\r\n|\r|\n/g
  let start = text.startsWith('\uFEFF') ? 1 : 0
  while (start < text.length) {
    if (lines.length >= maxLines)
      throw new ManifestError('too-many-lines', `the playlist has more than ${maxLines} lines`)
    ending.lastIndex = start
    const found = ending.exec(text)
    const end = found === null ? text.length : found.index
    const next = found === null ? text.length : end + found[0].length
    lines.push({ number: lines.length + 1, start, end, next })
    start = next
  }
  return lines
}

/** A line with its outer white space set aside: a URI, a tag (`#EXT...`, name without the `#`), or neither (blank, comment). */
export type LineContent =
  | { type: 'uri'; start: number; end: number }
  | { type: 'tag'; name: string; valueStart: number; valueEnd: number }
  | { type: 'other' }

const other: LineContent = { type: 'other' }

/** Reads what a line is. A tag's value is what follows the first colon; without one the range is empty. */
export function readLine(text: string, line: Line): LineContent {
  const { start, end } = trimRange(text, line.start, line.end)
  if (start === end) return other
  if (text[start] !== '#') return { type: 'uri', start, end }
  if (!text.startsWith('#EXT', start)) return other
  const content = text.slice(start, end)
  const colon = content.indexOf(':')
  const nameEnd = colon < 0 ? content.length : colon
  return {
    type: 'tag',
    name: content.slice(1, nameEnd).trimEnd(),
    valueStart: Math.min(start + nameEnd + 1, end),
    valueEnd: end
  }
}
