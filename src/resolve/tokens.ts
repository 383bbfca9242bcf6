import { pairsOf, queryValues, readings, unescaped } from './token-text.js'

/**
 * Signs of a token in a delivery URL: such a URL is made for one viewer or one moment and is never shared
 * (reference delivery-urls.md section 5, vectors url-tokenizers). Errs on the side of finding one: a token that is
 * missed is a leak, one that is none costs a redirect.
 */

/** Names of parameters, in the query and in the path, whatever their value. */
const NAMES: ReadonlySet<string> = new Set([
  ...['policy', 'key-pair-id', 'hdnea', 'hdnts', 'hdntl', '__gda__', '__token__'],
  ...['ks', 'kt', 'sig', 'sign', 'exp', 'expires', 'expire', 'expiry', 'etime', 'ip', 'sip', 'auth', 'pass', 'pwd'],
  ...['md5', 'st', 'se', 'sp', 'spr', 'sv', 'sr', 'e', 'h', 'p1', 'p4', 'wsiphost', 'wstime', 'validto', 'ttl'],
  ...['googleaccessid', 'awsaccesskeyid', 'ossaccesskeyid', 'sid', 'uid', 'user', 'userid', 'cookie', 'jwt', 'nonce']
])

/** Parts of names that tokens are called by, whatever the CDN; the SigV4 of Amazon and Google by its prefix. */
const NAME_PART =
  /hmac|sign|token|secur|secret|credential|verify|hash|auth|session|password|access_?key|api_?key|^nv[ab]$|^acl$|^x-(?:amz|goog|oss|cos|bz|ms)-/

/**
 * Path segments whose next segment is a token: Kaltura's `/exp/{unix}/sig/{sig}/`, `/ks/{ks}/`, live `/t/{token}/`; and
 * `tl/main`, which only those see who may look before a live stream is public.
 */
const PATH_TOKEN =
  /(?:^|\/)(ks|kt|sig|exp|expires|expiry|t|(?:\w+[_-])?token|hdnea|hdnts|hdntl|hmac|signature|policy|hash|auth|session(?:_?id)?|secret|jwt|ip(?=\/+[\d:])|tl(?=\/+main(?:\/|$)))\/+[^/]/i

/** Text that is a token whatever it is called by; named, so that the reason does not repeat it. */
const SHAPES: readonly (readonly [string, RegExp])[] = [
  ['a session of Kaltura', /djJ8/],
  ['an access list of Akamai', /~(?:hmac|hash|acl|data)=|(?:exp|st|nva)=\d+~/i],
  // Akamai's HTTP token under any name, and one that stands in front of the path (VNPT).
  [
    'a time and its hash',
    /(?<!\d)\d{9,11}[_,-][0-9a-f]{32,64}(?![0-9a-f])|(?<![0-9a-f])[0-9a-f]{32,64}[_,-]?\d{10}(?!\w)/i
  ],
  [
    'a time and its hash in the path',
    // CDN77 joins them by a comma, and keeps the padding.
    /\/(?:[0-9a-f]{32,64}|[\w-]{22}={0,2})[/,](?:\d{10,14}|[0-9a-f]{8})\/|\/\d{10,14}[/,](?:[0-9a-f]{32,64}|[\w-]{22}={0,2})\//i
  ],
  // Base64 of `{"`: a policy, a JWT.
  ['signed JSON', /eyJ[\w~-]{16,}/]
]

/** Base64 without `/`, which 40 hexadecimal digits never give: the beginning of a version 1 session. */
const MAY_BE_KS_V1 = /(?<![A-Za-z0-9])[A-Za-z0-9]{52}/g

/** A long value of a query that is neither a number nor words: a hash that some CDN calls by a name of its own. */
const OPAQUE = /^(?=[^=]*\d)(?=[^=]*[A-Za-z])[\w+-]{20,}={0,2}$|^[\w+/-]{22,}={1,2}$/

/** Characters; more than any address, and than the keys that `data:` URIs hold. */
export const MAX_LENGTH = 16_384

/** What in a URL looks like a token, in words that do not repeat it; null when nothing does. */
export function tokenIn(url: string): string | null {
  if (url.length > MAX_LENGTH) return 'an address that is too long to be read'
  const { layers, open } = readings(url)
  if (open) return 'an address that is encoded again and again'
  if (/^[a-z][a-z0-9+.-]*:\/*[^/?#]*@/i.test(layers[0]!)) return 'a user name'
  for (const layer of layers) {
    const found = tokenInReading(layer)
    if (found !== null) return found
  }
  return null
}

function tokenInReading(layer: string): string | null {
  const inPath = PATH_TOKEN.exec(layer.split(/[?#]/, 1)[0]!)
  if (inPath !== null) return `path part /${inPath[1]!.toLowerCase()}/`
  if (/[?=]/.test(layer)) {
    for (const { name } of pairsOf(layer)) {
      if (NAMES.has(name)) return `parameter ${name}`
      const part = NAME_PART.exec(name)
      if (part !== null) return `a parameter with ${part[0]} in its name`
    }
    if (queryValues(layer).some((value) => OPAQUE.test(value))) return 'a parameter that looks like a hash'
  }
  return shapeIn(layer)
}

/** A token by its shape alone, anywhere in a text. */
function shapeIn(text: string): string | null {
  for (const [name, shape] of SHAPES) if (shape.test(text)) return name
  for (const [run] of text.matchAll(MAY_BE_KS_V1)) {
    if (/^[0-9a-f]{39}$/.test(Buffer.from(run, 'base64').toString('latin1'))) return 'a session of Kaltura'
  }
  return null
}

/** The same for a document of which only the text is known: every piece of it that could be a URL. */
export function tokenInText(text: string): string | null {
  const plain = unescaped(text)
  const shape = shapeIn(plain)
  if (shape !== null) return shape
  for (const [piece] of plain.matchAll(/[^\s"'<>]+/g)) {
    const token = /[/?]|=./.test(piece) ? tokenIn(piece) : null
    if (token !== null) return token
  }
  return null
}
