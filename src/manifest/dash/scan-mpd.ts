import { type SaxesAttributeNS, SaxesParser } from 'saxes'
import { checkSize, ManifestError } from '../manifest-error.js'

/** Limits of an MPD. Defaults: 5 MiB of UTF-8, 64 levels of elements, 200 attributes of one, 400,000 elements
 * and attributes altogether. */
export interface MpdLimits {
  maxBytes?: number
  maxDepth?: number
  maxParts?: number
  maxAttributes?: number
}

/** An attribute; the offsets enclose its raw value, inside the quotes. */
export interface MpdAttribute {
  /** Without prefix. */
  local: string
  namespace: string
  /** Entities replaced. */
  value: string
  start: number
  end: number
}

/** A piece of an element's own text that is not only white space; the offsets enclose the raw text, or what is inside the CDATA. */
export interface TextPiece {
  cdata: boolean
  value: string
  start: number
  end: number
}

/** An element of an MPD with its place in the source. All offsets are UTF-16 units, so they index the string as it is. */
export interface MpdElement {
  /** As written, with its prefix. */
  name: string
  local: string
  namespace: string
  /** Whether it is in the MPD's own namespace. */
  dash: boolean
  /** The root is 1. */
  depth: number
  parent: MpdElement | null
  attributes: MpdAttribute[]
  pieces: TextPiece[]
  /** At its `<`. */
  start: number
  /** Behind the `>` of the start tag. */
  openEnd: number
  /** Behind the `>` of the end tag. */
  end: number
  selfClosing: boolean
}

/**
 * Reads an MPD and hands over each element when it is complete, children before their parent. Nothing is built: editors keep the
 * offsets they need and cut the source. Throws ManifestError `doctype`, `not-mpd`, `malformed`, `too-deep`,
 * `too-large`, `too-many-parts`.
 */
export function scanMpd(text: string, limits: MpdLimits, onElement: (element: MpdElement) => void): void {
  checkSize(text, limits.maxBytes ?? 5 * 1024 * 1024)
  // A lone surrogate is no character; the parser would swallow what follows it.
  if (/\p{Surrogate}/u.test(text)) throw new ManifestError('malformed', 'the MPD holds half a surrogate pair')
  const parser = createParser(text, limits, onElement)
  try {
    parser.write(text).close()
  } catch (error) {
    if (error instanceof ManifestError) throw error
    const reason = error instanceof Error ? error.message.slice(0, 100) : 'unreadable'
    throw new ManifestError('malformed', `the MPD is not well-formed: ${reason}`)
  }
}

function createParser(
  text: string,
  { maxDepth = 64, maxParts = 400_000, maxAttributes = 200 }: MpdLimits,
  onElement: (element: MpdElement) => void
) {
  const parser = new SaxesParser({ xmlns: true })
  let current: MpdElement | null = null
  let rootNamespace = ''
  let depth = 0
  let parts = 0
  let tagStart = 0
  let values: { start: number; end: number }[] = []
  // Behind the last markup: where the next text, or the next CDATA section, begins.
  let mark = 0

  const countPart = () => {
    parts += 1
    if (parts > maxParts) throw new ManifestError('too-many-parts', `the MPD has more than ${maxParts} parts`)
  }

  parser.on('doctype', () => {
    throw new ManifestError('doctype', 'the MPD has a DOCTYPE')
  })
  parser.on('opentagstart', () => {
    depth += 1
    if (depth > maxDepth) throw new ManifestError('too-deep', `the MPD is nested deeper than ${maxDepth} elements`)
    countPart()
    tagStart = text.lastIndexOf('<', parser.position - 1)
    values = []
  })
  parser.on('attribute', () => {
    if (values.length === maxAttributes)
      throw new ManifestError('too-many-parts', `an element has more than ${maxAttributes} attributes`)
    countPart()
    // Called behind the closing quote, which cannot stand in the value.
    const end = parser.position - 1
    values.push({ start: text.lastIndexOf(text.charAt(end), end - 1) + 1, end })
  })
  parser.on('opentag', (tag) => {
    if (current === null) rootNamespace = checkRoot(tag.local, tag.uri)
    mark = parser.position
    current = {
      name: tag.name,
      local: tag.local,
      namespace: tag.uri,
      dash: tag.uri === rootNamespace,
      depth,
      parent: current,
      attributes: readAttributes(tag.attributes, values),
      pieces: [],
      start: tagStart,
      openEnd: mark,
      end: mark,
      selfClosing: tag.isSelfClosing
    }
  })
  parser.on('closetag', () => {
    depth -= 1
    mark = parser.position
    if (current === null) return
    current.end = mark
    onElement(current)
    current = current.parent
  })
  parser.on('text', (value) => {
    // Called behind the `<` of the next markup.
    const end = parser.position - 1
    if (/[^ \t\r\n]/.test(value)) current?.pieces.push({ cdata: false, value, start: mark, end })
    mark = end
  })
  parser.on('cdata', (value) => {
    const end = parser.position
    current?.pieces.push({ cdata: true, value, start: mark + '<![CDATA['.length, end: end - ']]>'.length })
    mark = end
  })
  parser.on('comment', () => {
    // Called at the second dash of `-->`.
    mark = parser.position + 1
  })
  parser.on('processinginstruction', () => {
    mark = parser.position
  })
  return parser
}

/** The DASH namespace has been written in several ways, and some packagers leave it out. */
function checkRoot(local: string, namespace: string): string {
  if (local !== 'MPD' || !/^(?:urn:mpeg:dash:schema:mpd:.*)?$/i.test(namespace)) {
    throw new ManifestError('not-mpd', 'the root element is no MPD')
  }
  return namespace
}

/** The parser keeps attributes in document order, but has two of a name fail: the n-th value belongs to the n-th attribute. */
function readAttributes(
  attributes: Record<string, SaxesAttributeNS>,
  values: readonly { start: number; end: number }[]
): MpdAttribute[] {
  return Object.values(attributes).map(({ local, uri, value }, index) => {
    const { start, end } = values[index]!
    return { local, namespace: uri, value, start, end }
  })
}
