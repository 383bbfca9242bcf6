import { applyEdits, type Edit } from '../edits.js'
import { type BaseUrl, folderUrl, parseBaseUrl } from '../resolve-reference.js'
import {
  absolutizeAttribute,
  absolutizeText,
  attributeOf,
  elementText,
  escapeXml,
  xlinkNamespace
} from './edit-text.js'
import { mpdUrisOf } from './list-mpd-uris.js'
import { type MpdElement, type MpdLimits, scanMpd } from './scan-mpd.js'

/** Elements whose text is a URL that the document's own URL resolves, not a BaseURL. */
const documentUrls = new Set(['Location', 'PatchLocation', 'ContentSteering'])

/**
 * Makes an MPD resolve the same from any URL as it does from `baseUrl`, the one it was fetched from. BaseURLs of the root become
 * absolute; if there are none, one is inserted (always: ffmpeg takes the URL before a redirect for an MPD without BaseURL).
 * BaseURLs and media further down resolve against it and stay. What does not resolve against a BaseURL becomes absolute too:
 * Location, PatchLocation, ContentSteering, UTCTiming of the HTTP schemes, xlink:href. All else stays byte for byte.
 * Throws ManifestError `doctype`, `not-mpd`, `malformed`, `too-deep`, `too-large`, `bad-base`.
 */
export function absolutizeMpd(text: string, baseUrl: string, limits: MpdLimits = {}): string {
  const base = parseBaseUrl(baseUrl)
  const edits: Edit[][] = []
  const rootBases: MpdElement[] = []
  const rootChildren: MpdElement[] = []
  let root: MpdElement | null = null
  let hasQueryOnly = false
  scanMpd(text, limits, (element) => {
    if (element.depth === 1) root = element
    if (element.depth === 2) rootChildren.push(element)
    for (const attribute of element.attributes) {
      if (attribute.namespace === xlinkNamespace && attribute.local === 'href') {
        edits.push(absolutizeAttribute(text, attribute, base))
      }
    }
    if (!element.dash) return
    if (element.local === 'BaseURL' && element.depth === 2) rootBases.push(element)
    else if (documentUrls.has(element.local)) edits.push(absolutizeText(text, element, base))
    else if (element.local === 'UTCTiming') edits.push(timingEdits(text, element, base))
    else hasQueryOnly ||= mpdUrisOf(element).some((uri) => uri.startsWith('?'))
  })
  // `?a=b` keeps the file name of its base: only the whole URL will do then.
  const rootBase = hasQueryOnly ? base.origin + base.path : folderUrl(base)
  for (const element of rootBases) {
    if (elementText(element) !== '') edits.push(absolutizeText(text, element, base))
    else edits.push([fillElement(element, rootBase)])
  }
  if (rootBases.length === 0 && root !== null) edits.push(insertBaseUrl(text, root, rootChildren, rootBase))
  return applyEdits(text, edits.flat())
}

/** An http timing source names one or more URLs, parted by white space (ISO/IEC 23009-1 section 5.8.4.11). */
function timingEdits(text: string, element: MpdElement, base: BaseUrl): Edit[] {
  const scheme = attributeOf(element, 'schemeIdUri') ?? ''
  const value = element.attributes.find((attribute) => attribute.local === 'value' && attribute.namespace === '')
  if (!/:utc:http-/i.test(scheme) || value === undefined) return []
  const edits: Edit[] = []
  // Taken from the raw value and read alone: no entity of a URL contains white space.
  for (const part of text.slice(value.start, value.end).matchAll(/[^ \t\r\n]+/g)) {
    const start = value.start + part.index
    const raw = { ...value, start, end: start + part[0].length, value: unescapeXml(part[0]) }
    edits.push(...absolutizeAttribute(text, raw, base))
  }
  return edits
}

const entities = new Map([
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&apos;', "'"],
  ['&amp;', '&']
])

function unescapeXml(raw: string): string {
  return raw.replace(/&(?:#x([0-9a-f]+)|#([0-9]+)|[a-z]+);/gi, (whole, hex?: string, decimal?: string) => {
    if (hex === undefined && decimal === undefined) return entities.get(whole) ?? whole
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16))
  })
}

function fillElement(element: MpdElement, url: string): Edit {
  const text = escapeXml(url)
  if (!element.selfClosing) return { start: element.openEnd, end: element.openEnd, text }
  return { start: element.openEnd - 2, end: element.openEnd, text: `>${text}</${element.name}>` }
}

/**
 * BaseURL stands behind ProgramInformation and before everything else (order of MPDtype in DASH-MPD.xsd). It takes the root's
 * prefix and the line break and indentation of its neighbour.
 */
function insertBaseUrl(text: string, root: MpdElement, children: readonly MpdElement[], url: string): Edit[] {
  // An MPD without content has nothing to resolve.
  if (root.selfClosing) return []
  const name = `${root.name.slice(0, -root.local.length)}BaseURL`
  const line = `<${name}>${escapeXml(url)}</${name}>`
  const rank = children.findIndex((child) => !child.dash || child.local !== 'ProgramInformation')
  const information = children.at(rank < 0 ? -1 : rank - 1)
  if (rank === 0 || information === undefined) {
    return [{ start: root.openEnd, end: root.openEnd, text: spaceAfter(text, root.openEnd) + line }]
  }
  return [{ start: information.end, end: information.end, text: spaceBefore(text, information.start) + line }]
}

/** The last line break in the white space behind an offset, with the indentation that follows it. */
function spaceAfter(text: string, offset: number): string {
  let end = offset
  while (isSpace(text, end)) end += 1
  return lastLine(text.slice(offset, end))
}

function spaceBefore(text: string, offset: number): string {
  let start = offset
  while (isSpace(text, start - 1)) start -= 1
  return lastLine(text.slice(start, offset))
}

function isSpace(text: string, offset: number): boolean {
  return ' \t\r\n'.includes(text.charAt(offset)) && text.charAt(offset) !== ''
}

function lastLine(space: string): string {
  const newline = space.lastIndexOf('\n')
  if (newline < 0) return space
  return space.slice(space[newline - 1] === '\r' ? newline - 1 : newline)
}
