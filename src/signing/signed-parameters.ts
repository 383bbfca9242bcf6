import { LONG_NAMES, type ParameterName } from '../playmanifest/parameters.js'
import type { PlayManifestRequest } from '../playmanifest/parse.js'

/** The parameters that carry a signature. */
export type Carrier = 'signature' | 'grant'

/** What a URL says, in one order and one spelling: name and value, null for a name without one. */
export type SignedParameters = readonly (readonly [name: string, value: string | null])[]

/** A URL that can be read in one way only, or the reason why it cannot. */
export type ReadParameters = { ok: true; parameters: SignedParameters } | { ok: false; detail: string }

/**
 * What players and browsers add to a link by themselves. Not signed: whoever holds the link may set them. None of them
 * changes what is delivered; `referrer` names the page, which anybody can claim to Kaltura in any request.
 */
export const PASS_THROUGH: ReadonlySet<string> = new Set<ParameterName>([
  'playSessionId',
  'clientTag',
  'uiConfId',
  'playbackType',
  'customVar1',
  'customVar2',
  'customVar3',
  'referrer',
  '_'
])

/** PHP writes other characters of a query's names as underscores, and drops some names: only plain ones are sure. */
const PLAIN_NAME = /^[A-Za-z0-9_-]{1,64}$/
/** No parameter can be called so: a query's dots become underscores, and Kaltura reads no such name from a path. */
const FILE_NAME = /^[^%[\]]*\.[^%[\]]*$/
/** PHP stops reading a query at 1,000; a link has a dozen. */
const MAX_PAIRS = 200

/**
 * The effective parameters of a request: after precedence, short names as long ones, unknown names too, sorted; without
 * the carrier and without what may pass unsigned. A URL that Kaltura, PHP or something in between could read in a second
 * way is refused: no name twice in any spelling, nothing that is dropped or ends the reading.
 */
export function signedParameters(request: PlayManifestRequest, carrier: Carrier): ReadParameters {
  const { pairs, query, params } = request
  if (request.opaque) return unclear('The URL holds bytes that are no UTF-8.')
  if (pairs.length + query.length > MAX_PAIRS) return unclear(`The URL has more than ${MAX_PAIRS} parameters.`)
  const unread = unreadSegment(request)
  if (unread !== null) return unclear(unread)
  const found = new Map<string, string | null>()
  const names = [...pairs.map(({ name }) => name), ...query.map(({ raw }) => nameOf(raw))]
  const fileName = pairs.at(-1)?.value === false ? pairs.at(-1)!.name : null
  for (const [at, given] of names.entries()) {
    if (at === pairs.length - 1 && given === fileName && FILE_NAME.test(given)) continue
    if (!PLAIN_NAME.test(given)) {
      return unclear('A name may hold letters, digits, underscores and hyphens only.')
    }
    const value = params[given]
    if (typeof value === 'object' || value === undefined) return unclear('A parameter is given as a list.')
    if (given === 'callback' && at < pairs.length) return unclear('Kaltura reads callback from the query only.')
    const name = LONG_NAMES.get(given) ?? given
    if (found.has(name)) return unclear(`The parameter ${name} is given twice.`)
    found.set(name, value === false ? null : value)
  }
  const parameters = [...found].filter(([name]) => name !== carrier && !PASS_THROUGH.has(name))
  return { ok: true, parameters: parameters.sort(([a], [b]) => (a < b ? -1 : 1)) }
}

function unclear(detail: string): { ok: false; detail: string } {
  return { ok: false, detail }
}

/** Why a path holds segments that are not read as they stand; null when it holds none. */
function unreadSegment({ rawPath, prefix, pairs }: PlayManifestRequest): string | null {
  const segments = rawPath.slice(`${prefix}/playManifest/`.length).split('/')
  // One slash at the end is what people write; elsewhere an empty segment shifts the pairs behind it.
  if (segments.at(-1) === '') segments.pop()
  if (segments.includes('')) return 'The path holds an empty segment.'
  // `index.php` in any spelling is dropped, and all behind a name of 0.
  const read = pairs.reduce((sum, { value }) => sum + (value === false ? 1 : 2), 0)
  if (read !== segments.length) return 'The path holds segments that Kaltura does not read: index.php, or all behind 0.'
  // A second decoding, by something on the way, would make another value of it.
  if (pairs.some(({ name, value }) => name.includes('%') || (value !== false && value.includes('%')))) {
    return 'The path holds an escaped percent sign.'
  }
  return null
}

function nameOf(rawPair: string): string {
  const equals = rawPair.indexOf('=')
  const raw = (equals === -1 ? rawPair : rawPair.slice(0, equals)).replaceAll('+', ' ')
  try {
    return decodeURIComponent(raw)
  } catch {
    return raw
  }
}
