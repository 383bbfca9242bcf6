import { LONG_NAMES, specOf } from './parameters.js'

const MASK = '***'

/** Names outside playManifest's own that carry a credential in delivery URLs (reference delivery-urls.md section 5). */
const TOKEN_WORDS = 'ks|kt|hashes|policy|signature|grant|hdnea|hdnts|__gda__|sig|token|x-amz-signature|x-goog-signature'
const TOKEN_NAMES = new RegExp(`^(?:${TOKEN_WORDS})$`, 'i')
/**
 * What a KS looks like wherever it stands. Version 2 begins with the encoding of `v2|`. Version 1 begins with that of 40
 * hex digits, three of which make four characters; what follows may hold slashes. Other long runs are masked
 * too, each tried from its beginning only.
 */
const KS_TEXT =
  /djJ8[\w+/=%-]{12,}|(?:[MNOYZ][A-Za-z0-9]{3}){8}[\w+/=%-]*|(?<![A-Za-z0-9+_-])[A-Za-z0-9+_-]{80,}={0,2}/g
/** A credential by name inside other text: a page's address, a cookie, a message. */
const NAMED = new RegExp(`(?:^|[^\\w-])(?:${TOKEN_WORDS})(?:\\[[^\\]]{0,64}\\])?\\s*[=/:]+\\s*[^\\s/&;,]`, 'i')
/** The same where only the value is taken out. */
const NESTED =
  /((?:[?&;]|%3F|%26|%3B)(?:ks|kt|hashes|policy|signature|grant|hdnea|hdnts|__gda__|sig|token)(?:=|%3D))[^&;\s"']+/gi
/** How often a value may be percent-encoded and still be read here; Kaltura reads once. */
const DEPTH = 4

/** What a URL has to hold for anything in it to be a credential: nothing of this, and it need not be looked at closer. */
const SUSPICIOUS = new RegExp(
  `[%\\s\\0]|djJ8|(?:[MNOYZ][A-Za-z0-9]{3}){8}|[A-Za-z0-9+_-]{80}|(?:${TOKEN_WORDS}|referrer|[^a-z]r)\\+*[=/:[]`,
  'i'
)

/** As PHP reads a name: without what follows a bracket or a NUL, and without blanks around it. */
function plainName(name: string): string {
  return decode(name.replaceAll('+', ' '))
    .replace(/[[\0].*$/s, '')
    .trim()
}

function isSecret(name: string): boolean {
  const long = LONG_NAMES.get(name)
  return (long !== undefined && specOf(long).secret === true) || TOKEN_NAMES.test(name)
}

/**
 * A URL as it may stand in a log: the values of secret parameters masked, in the path as in the query, and whatever
 * looks like a KS masked wherever it stands and however often it is encoded.
 */
export function redactUrl(url: string): string {
  if (!SUSPICIOUS.test(url)) return url
  const mark = url.indexOf('?')
  // What the whole does not hold no part of it does; most hold nothing.
  const deep = hidesSecret(url)
  const path = maskSegments(mark === -1 ? url : url.slice(0, mark), deep)
  if (mark === -1) return redactText(path)
  const pairs = url.slice(mark + 1).split('&')
  return redactText(`${path}?${pairs.map((pair) => redactPair(pair, deep)).join('&')}`)
}

/** Whether something that is masked in logs stands in a URL: such a one is nobody's but the viewer's. */
export function holdsCredential(url: string): boolean {
  return SUSPICIOUS.test(url) && redactUrl(url) !== url
}

/**
 * Any text with what looks like a KS masked: upstream's error messages quote it, and so may a value of a request that
 * should be something else.
 */
export function redactText(text: string): string {
  return text.replace(KS_TEXT, MASK).replace(NESTED, `$1${MASK}`)
}

/** One value, decoded or not: masked as a whole when a credential stands in it, even encoded several times. */
export function redactValue(value: string): string {
  return hidesSecret(value) ? MASK : value
}

/**
 * The path with secrets taken out: those that a name stands before, and with `deep` what is one by its looks.
 *
 * Kaltura pairs what is left after empty segments are dropped; masking after every secret name is the safe superset. A
 * value with a slash in it goes on in the segments behind, up to one that is a parameter's name or a file's.
 */
function maskSegments(path: string, deep: boolean): string {
  const segments = path.split('/')
  let inSecret = false
  let first = false
  for (let at = 0; at < segments.length; at++) {
    const segment = segments[at]!
    if (segment === '' || segment === 'index.php') continue
    const name = plainName(segment)
    if (inSecret && (first || !(LONG_NAMES.has(name) || /\.\w{2,5}$/.test(name)))) {
      segments[at] = MASK
      first = false
      continue
    }
    first = isSecret(name)
    inSecret = first || (deep && hidesSecret(segment))
    if (inSecret && !first) segments[at] = MASK
  }
  return segments.join('/')
}

function redactPair(pair: string, deep: boolean): string {
  const equals = pair.indexOf('=')
  if (equals === -1) return maskSegments(pair, deep)
  const name = plainName(pair.slice(0, equals))
  const value = pair.slice(equals + 1)
  if (isSecret(name) || (deep && hidesSecret(value))) return `${redactValue(pair.slice(0, equals))}=${MASK}`
  return deep && hidesSecret(pair) ? MASK : pair
}

/** Whether a credential stands in a value, by its looks or by a name before it, at any depth of encoding. */
function hidesSecret(value: string): boolean {
  let text = value
  for (let depth = 0; depth <= DEPTH; depth++) {
    if (text.search(KS_TEXT) !== -1 || NAMED.test(text)) return true
    const next = decode(text)
    if (next === text) return false
    text = next
  }
  // Encoded deeper than anybody means it.
  return true
}

/** Each escape decoded by itself: one that is broken does not hide the others. Bytes above ASCII stay as they are. */
function decode(text: string): string {
  if (!text.includes('%')) return text
  return text.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
