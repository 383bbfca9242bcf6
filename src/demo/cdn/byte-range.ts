/** What a Range header asks of a file: a part (both ends included), nothing that exists, or the whole. */
export type RangeAnswer = { readonly first: number; readonly last: number } | 'unsatisfiable' | 'whole'

/**
 * Reads a Range header of one byte range against a file of `size` bytes (RFC 9110, 14.1.2): `bytes=0-99`, `bytes=100-`,
 * `bytes=-50`. A header that is missing, malformed, of another unit or of several ranges asks for the whole, as a server
 * may answer.
 */
export function readRange(header: string | undefined, size: number): RangeAnswer {
  const match = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header ?? '')
  if (!match || (match[1] === '' && match[2] === '')) return 'whole'
  if (match[1] === '') {
    const count = Number(match[2])
    return count === 0 || size === 0 ? 'unsatisfiable' : { first: Math.max(0, size - count), last: size - 1 }
  }
  const first = Number(match[1])
  const last = match[2] === '' ? size - 1 : Number(match[2])
  if (last < first && match[2] !== '') return 'whole'
  return first >= size ? 'unsatisfiable' : { first, last: Math.min(last, size - 1) }
}
