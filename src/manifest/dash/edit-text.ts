import { type Edit, trimRange } from '../edits.js'
import { type BaseUrl, resolveReference } from '../resolve-reference.js'
import type { MpdAttribute, MpdElement, TextPiece } from './scan-mpd.js'

/** The namespace of xlink:href. */
export const xlinkNamespace = 'http://www.w3.org/1999/xlink'

/** Escapes a string for text and for attributes in either kind of quotes. */
export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;')
}

/** An element's own text, its pieces joined, without outer white space. */
export function elementText(element: MpdElement): string {
  return trimXml(element.pieces.map(({ value }) => value).join(''))
}

/** The value of an attribute without namespace, or undefined. */
export function attributeOf(element: MpdElement, local: string): string | undefined {
  return element.attributes.find((attribute) => attribute.local === local && attribute.namespace === '')?.value
}

/** Edits that make the URL in an element's text absolute; none if it is absolute or empty. */
export function absolutizeText(source: string, element: MpdElement, base: BaseUrl): Edit[] {
  return absolutizeRaw(source, element.pieces, base)
}

/** The same for an attribute's value. */
export function absolutizeAttribute(source: string, attribute: MpdAttribute, base: BaseUrl): Edit[] {
  return absolutizeRaw(source, [{ ...attribute, cdata: false }], base)
}

/**
 * Where the absolute URL ends with the reference as it stands (no dot segments), only the missing front is inserted, and entities,
 * CDATA borders and comments in between stay. Otherwise the first piece takes the whole URL and the others lose theirs.
 */
function absolutizeRaw(source: string, pieces: readonly TextPiece[], base: BaseUrl): Edit[] {
  const reference = trimXml(pieces.map(({ value }) => value).join(''))
  const absolute = resolveReference(reference, base)
  const filled = pieces.filter(({ value }) => trimXml(value) !== '')
  const first = filled[0]
  if (absolute === null || first === undefined) return []
  const range = trimRange(source, first.start, first.end)
  // A character reference in front may be white space in disguise: nothing may be put before that.
  if (absolute.endsWith(reference) && !source.startsWith('&#', range.start)) {
    const front = absolute.slice(0, absolute.length - reference.length)
    return [{ start: range.start, end: range.start, text: first.cdata ? front : escapeXml(front) }]
  }
  const rest = filled.slice(1).map(({ start, end }) => ({ start, end, text: '' }))
  return [{ ...range, text: first.cdata ? splitCdataEnd(absolute) : escapeXml(absolute) }, ...rest]
}

/** `]]>` cannot stand in a CDATA section; two sections can hold it. */
function splitCdataEnd(text: string): string {
  return text.replaceAll(']]>', ']]]]><![CDATA[>')
}

function trimXml(text: string): string {
  const { start, end } = trimRange(text, 0, text.length)
  return text.slice(start, end)
}
