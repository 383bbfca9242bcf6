/**
 * Signs of a token in a delivery URL: such a URL is made for one viewer or one moment and is never shared
 * (reference delivery-urls.md section 5). Errs on the side of finding one: the price is a redirect.
 */

const NAMES: ReadonlySet<string> = new Set([
  'policy',
  'signature',
  'key-pair-id',
  'hdnea',
  'hdnts',
  'hdntl',
  '__gda__',
  'ks',
  'sig',
  'sign',
  'exp',
  'expires',
  'expiry',
  'ip',
  'token',
  'auth',
  'auth_key',
  'hash',
  'md5',
  'st',
  'se',
  'e',
  'h',
  'wowzatokenhash',
  'wsiphost',
  'wssecret',
  'wstime',
  'x-amz-signature',
  'x-amz-security-token',
  'x-goog-signature',
  'googleaccessid'
])

/** What tokens are called by, whatever the CDN. */
const NAME_PART = /hmac|sign|token|secur|credential|verify|hash|^nv[ab]$|^acl$/

const PATH_TOKEN =
  /\/(?:ks|sig|exp|t|token|hdnea|hdnts|kt)\/|\/(?:hdnea|hdnts|hdntl|exp|hmac)=|;(?:hdnea|hdnts|hdntl)=|djJ8/i

/** What in a URL looks like a token, by name and never by value; null when nothing does. */
export function tokenIn(url: string): string | null {
  const mark = url.indexOf('?')
  const path = mark === -1 ? url : url.slice(0, mark)
  const inPath = PATH_TOKEN.exec(decodeOnce(path))
  if (inPath !== null) return `path part ${inPath[0].replaceAll('djJ8', 'ks')}`
  if (mark === -1) return null
  for (const pair of url
    .slice(mark + 1)
    .split('#', 1)[0]!
    .split(/[&;]/)) {
    const name = decodeOnce(pair.split('=', 1)[0]!).toLowerCase()
    if (NAMES.has(name) || NAME_PART.test(name)) return `parameter ${name}`
    if (decodeOnce(pair).includes('djJ8')) return 'a parameter that holds a KS'
  }
  return null
}

/** The same for a document of which only the text is known: every piece of it that could be a URL. */
export function tokenInText(text: string): string | null {
  const plain = text.replaceAll('\\/', '/').replaceAll('&amp;', '&')
  for (const piece of plain.match(/[^\s"'<>]+/g) ?? []) {
    const token = piece.includes('/') || piece.includes('?') ? tokenIn(piece) : null
    if (token !== null) return token
  }
  return null
}

function decodeOnce(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
