import { ManifestError } from '../manifest-error.js'

/** Attributes of one tag; the standard's longest tag has fewer than 30. */
const MAX_ATTRIBUTES = 200

/** One attribute of a tag, with offsets (UTF-16 units) in the playlist's text so that it can be patched or cut in place. */
export interface Attribute {
  name: string
  /** Without quotes. */
  value: string
  quoted: boolean
  /** From the first character of the name to behind the value and its closing quote; no comma. */
  start: number
  end: number
  /** The value inside its quotes. */
  valueStart: number
  valueEnd: number
}

/**
 * Parses an attribute list (RFC 8216 section 4.2) between two offsets: `NAME=value,NAME="quoted, with commas"`. Lenient as players
 * are: white space around names and values, a missing closing quote (the value then runs to the end); an element without `=`
 * is passed over. Throws ManifestError `too-many-parts` over 200 of them.
 */
export function parseAttributes(text: string, start: number, end: number): Attribute[] {
  // Searches run on the slice: on the whole text they would leave the line and cost quadratic time.
  const list = text.slice(start, end)
  const attributes: Attribute[] = []
  let position = 0
  while (position < list.length) {
    const equals = list.indexOf('=', position)
    if (equals < 0) break
    const comma = list.lastIndexOf(',', equals)
    const nameStart = skipSpace(list, Math.max(position, comma + 1))
    const opening = skipSpace(list, equals + 1)
    const quoted = list[opening] === '"'
    const valueStart = quoted ? opening + 1 : opening
    const close = list.indexOf(quoted ? '"' : ',', valueStart)
    const rawEnd = close < 0 ? list.length : close
    const valueEnd = quoted ? rawEnd : valueStart + list.slice(valueStart, rawEnd).trimEnd().length
    const attributeEnd = quoted && close >= 0 ? close + 1 : valueEnd
    const name = list.slice(nameStart, equals).trimEnd()
    if (name !== '') {
      if (attributes.length === MAX_ATTRIBUTES)
        throw new ManifestError('too-many-parts', `a tag has more than ${MAX_ATTRIBUTES} attributes`)
      attributes.push({
        name,
        value: list.slice(valueStart, valueEnd),
        quoted,
        start: start + nameStart,
        end: start + attributeEnd,
        valueStart: start + valueStart,
        valueEnd: start + valueEnd
      })
    }
    const next = list.indexOf(',', Math.max(attributeEnd, rawEnd))
    if (next < 0) break
    position = next + 1
  }
  return attributes
}

/** Names and unquoted values; of a name given twice the last counts, as in hls.js. */
export function attributeMap(attributes: readonly Attribute[]): ReadonlyMap<string, string> {
  return new Map(attributes.map(({ name, value }) => [name, value]))
}

function skipSpace(text: string, from: number): number {
  let position = from
  while (text[position] === ' ' || text[position] === '\t') position += 1
  return position
}
