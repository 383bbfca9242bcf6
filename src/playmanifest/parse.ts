import { type EffectiveParameters, LONG_NAMES, type ParameterName, type ParameterPlace } from './parameters.js'
import { percentDecode } from './percent.js'
import { parseQuery, type QueryPair, type QueryValue } from './php-query.js'

/** A `name/value` pair of the path, as it came and decoded once. */
export interface PathPair {
  name: string
  /** `false` for a dangling last segment. */
  value: string | false
  rawName: string
  rawValue: string
}

/** A playManifest URL, read as Kaltura reads it and with everything kept that is needed to write it again. */
export interface PlayManifestRequest {
  /** Partner id of the path; Kaltura ignores it, the gateway does not. */
  partnerId: number
  /** Raw path up to and without `/playManifest`, such as `/p/101/sp/10100`. */
  prefix: string
  /** Pairs that Kaltura reads, in order; a dangling last segment has the value `false`. */
  pairs: readonly PathPair[]
  query: readonly QueryPair[]
  /** Raw path and query as they came (bytes above 127 percent-encoded). */
  rawPath: string
  rawQuery: string
  /** Every parameter, known or not, after precedence: path over query. */
  params: Readonly<Record<string, QueryValue | false>>
  /** Known parameters under their long names. */
  effective: EffectiveParameters
  /** Where each effective parameter came from. */
  places: Readonly<Partial<Record<ParameterName, ParameterPlace>>>
  /** True when some value is no UTF-8: such a request is passed on as it came and never keyed. */
  opaque: boolean
}

export type BadUrlCode =
  | 'NOT_PLAYMANIFEST'
  | 'URL_TOO_LONG'
  | 'TOO_MANY_PARAMETERS'
  | 'BAD_ESCAPE'
  | 'ENCODED_SLASH'
  | 'DOT_SEGMENT'
  | 'CONTROL_CHARACTER'
  | 'BACKSLASH'
  | 'NESTED_PARAMETER'

export type ParseResult = { ok: true; request: PlayManifestRequest } | { ok: false; code: BadUrlCode; detail: string }

/** Kaltura's web server stops at 8 kB (path_long_9k); a longer URL could not be redirected there. */
export const MAX_URL_LENGTH = 8190
/** Path segments and query pairs; the longest recorded URL has about 1,000 segments (path_segments_1000). */
export const MAX_PARAMETERS = 2048

const SHAPE = /^((?:\/s)?\/p\/([-0-9]{1,20})(?:\/sp\/[-0-9]{1,20})?)\/playManifest(?:\/([^?]*))?(?:\?(.*))?$/s
const CONTROL = /[\u0000-\u001f\u007f]/

/**
 * Reads the raw request target. Segments are split first and decoded once after (vector group `request-parsing`); an
 * encoded slash, dot segments, control characters and broken escapes are refused with a reason.
 */
export function parsePlayManifestUrl(rawUrl: string): ParseResult {
  if (rawUrl.length > MAX_URL_LENGTH) {
    return bad('URL_TOO_LONG', `The URL has ${rawUrl.length} characters; the limit is ${MAX_URL_LENGTH}.`)
  }
  const match = SHAPE.exec(toAscii(rawUrl))
  if (match === null)
    return bad('NOT_PLAYMANIFEST', 'The path is not of the form /p/{partnerId}/sp/{id}/playManifest/.')
  const [url, prefix = '', partner = '', rest = '', rawQuery = ''] = match
  const segments = decodeSegments(rest)
  if (!segments.ok) return segments
  const pairs = readPairs(segments.list)
  const badQuery = checkQuery(rawQuery)
  if (badQuery !== null) return badQuery
  if (rawQuery.split('&').length + segments.list.length > MAX_PARAMETERS) {
    return bad('TOO_MANY_PARAMETERS', `The URL has more than ${MAX_PARAMETERS} segments and parameters.`)
  }
  const { pairs: query, map } = parseQuery(rawQuery, decodeLeniently)
  const pathMap = new Map<string, string | false>()
  for (const pair of pairs) if (!pathMap.has(pair.name)) pathMap.set(pair.name, pair.value)
  const params: Record<string, QueryValue | false> = Object.assign(Object.create(null), map)
  for (const [name, value] of pathMap) params[name] = value
  const resolved = resolveNames(params, pathMap)
  if (!resolved.ok) return resolved
  return {
    ok: true,
    request: {
      partnerId: Number(partner),
      prefix,
      pairs,
      query,
      rawPath: url.slice(0, url.length - (url.includes('?') ? rawQuery.length + 1 : 0)),
      rawQuery,
      params,
      effective: resolved.effective,
      places: resolved.places,
      opaque: segments.opaque || isOpaque(rawQuery)
    }
  }
}

function bad(code: BadUrlCode, detail: string): { ok: false; code: BadUrlCode; detail: string } {
  return { ok: false, code, detail }
}

/** Node hands over bytes above 127 as they came; in a Location they have to be escaped, and so has `#`. */
function toAscii(url: string): string {
  return url.replace(/[^\u0000-\u007f]|#/gu, (char) => {
    const bytes = char <= '\u00ff' ? Buffer.from(char, 'latin1') : Buffer.from(char, 'utf8')
    return bytes.toString('hex').toUpperCase().replace(/../g, '%$&')
  })
}

interface Segment {
  raw: string
  text: string
}

type Segments = { ok: true; list: Segment[]; opaque: boolean } | { ok: false; code: BadUrlCode; detail: string }

function decodeSegments(rest: string): Segments {
  const list: Segment[] = []
  let opaque = false
  if (rest.includes('\\')) return bad('BACKSLASH', 'The path holds a backslash, which browsers read as a slash.')
  for (const raw of rest.split('/')) {
    if (raw === '') continue
    const decoded = percentDecode(raw)
    if (!decoded.ok) return bad('BAD_ESCAPE', 'The path holds a percent sign that is not followed by two hex digits.')
    const { text } = decoded
    // Kaltura's web server decodes twice on its way to a file name, and answers 404 (path_pct252f).
    if (text.includes('/') || /%2f/i.test(text)) return bad('ENCODED_SLASH', 'The path holds an encoded slash (%2F).')
    if (text === '.' || text === '..') return bad('DOT_SEGMENT', 'The path holds a dot segment.')
    if (CONTROL.test(text)) return bad('CONTROL_CHARACTER', 'The path holds a control character.')
    if (!decoded.utf8) opaque = true
    // Kaltura drops empty segments and index.php before it pairs them, which shifts the pairs behind.
    if (text !== 'index.php') list.push({ raw, text })
  }
  return { ok: true, list, opaque }
}

function readPairs(segments: Segment[]): PathPair[] {
  const pairs: PathPair[] = []
  for (let at = 0; at < segments.length; at += 2) {
    const name = segments[at]!
    // A name of `0` is falsy to Kaltura's reader and ends it.
    if (name.text === '0') break
    const value = segments[at + 1]
    pairs.push({
      name: name.text,
      value: value === undefined ? false : value.text,
      rawName: name.raw,
      rawValue: value?.raw ?? ''
    })
  }
  return pairs
}

function checkQuery(rawQuery: string): ReturnType<typeof bad> | null {
  if (CONTROL.test(rawQuery)) return bad('CONTROL_CHARACTER', 'The query holds a control character.')
  const decoded = percentDecode(rawQuery)
  if (!decoded.ok) return bad('BAD_ESCAPE', 'The query holds a percent sign that is not followed by two hex digits.')
  return CONTROL.test(decoded.text) ? bad('CONTROL_CHARACTER', 'The query holds an encoded control character.') : null
}

function isOpaque(rawQuery: string): boolean {
  const decoded = percentDecode(rawQuery)
  return !(decoded.ok && decoded.utf8)
}

function decodeLeniently(raw: string): string {
  const decoded = percentDecode(raw)
  return decoded.ok ? decoded.text : raw
}

type Resolved =
  | { ok: true; effective: EffectiveParameters; places: PlayManifestRequest['places'] }
  | ReturnType<typeof bad>

/** Long names win over short ones wherever they stand; presence decides, not truth. */
function resolveNames(
  params: Record<string, QueryValue | false>,
  pathMap: ReadonlyMap<string, string | false>
): Resolved {
  const effective: Partial<Record<ParameterName, string | false>> = {}
  const places: Partial<Record<ParameterName, ParameterPlace>> = {}
  for (const given of Object.keys(params)) {
    const long = LONG_NAMES.get(given)
    if (long === undefined || (given !== long && params[long] !== undefined)) continue
    const value = params[given]!
    if (typeof value === 'object') {
      return bad('NESTED_PARAMETER', `The parameter ${given} was given as a list; it takes one value.`)
    }
    effective[long] = value
    places[long] = pathMap.has(given) ? 'path' : 'query'
  }
  return { ok: true, effective, places }
}
