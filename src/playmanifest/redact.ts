import { LONG_NAMES, specOf } from './parameters.js'

const MASK = '***'

/** Names outside playManifest's own that carry a credential in delivery URLs (reference delivery-urls.md section 5). */
const TOKEN_NAMES = /^(?:ks|kt|policy|signature|hdnea|hdnts|__gda__|sig|token|x-amz-signature|x-goog-signature)$/i
/**
 * What a KS looks like wherever it stands: v2 text begins with the encoding of `v2|`; v1 is long base64. A long run is
 * tried from its beginning only, not from each of its characters.
 */
const KS_TEXT = /djJ8[\w+/=%-]{12,}|(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{80,}={0,2}/g

/** A credential in an address inside a value, such as a page's. */
const NESTED =
  /((?:[?&;]|%3F|%26)(?:ks|kt|hashes|policy|signature|grant|hdnea|hdnts|__gda__|sig|token)(?:=|%3D))[^&;\s"'%]+/gi

function isSecret(name: string): boolean {
  const long = LONG_NAMES.get(name)
  return (long !== undefined && specOf(long).secret === true) || TOKEN_NAMES.test(name)
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * A URL as it may stand in a log: the values of secret parameters masked, in the path as in the query, and whatever
 * looks like a KS masked wherever it stands.
 */
export function redactUrl(url: string): string {
  const mark = url.indexOf('?')
  let text = maskSegments(mark === -1 ? url : url.slice(0, mark))
  if (mark !== -1)
    text += `?${url
      .slice(mark + 1)
      .split('&')
      .map(redactPair)
      .join('&')}`
  return redactText(text)
}

/** Kaltura pairs what is left after empty segments are dropped; masking after every secret name is the safe superset. */
function maskSegments(path: string): string {
  const segments = path.split('/')
  for (let at = 0; at < segments.length - 1; at++) {
    if (segments[at] === '' || !isSecret(safeDecode(segments[at]!))) continue
    let next = at + 1
    while (next < segments.length && (segments[next] === '' || segments[next] === 'index.php')) next++
    if (next < segments.length) segments[next] = MASK
  }
  return segments.join('/')
}

function redactPair(pair: string): string {
  const equals = pair.indexOf('=')
  if (equals === -1) return maskSegments(pair)
  // As PHP reads a name: without what follows a bracket or a NUL.
  const name = safeDecode(pair.slice(0, equals).replaceAll('+', ' '))
    .replace(/[[\0].*$/s, '')
    .trim()
  // A value may be a path itself, as in a page's address.
  return isSecret(name) ? `${pair.slice(0, equals)}=${MASK}` : maskSegments(pair)
}

/** Any text with what looks like a KS masked: upstream's error messages quote it. */
export function redactText(text: string): string {
  return text.replace(KS_TEXT, MASK).replace(NESTED, `$1${MASK}`)
}
