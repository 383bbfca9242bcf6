import { decodeKs } from '../viewer/ks.js'
import { type Pair, pairsOf, pathPairs, readings } from './token-text.js'
import { MAX_LENGTH, tokenIn } from './tokens.js'

/** What a Location's token says. */
export interface TokenState {
  /** What looks like a token, in words that do not repeat it; null when nothing does. */
  token: string | null
  /** Unix s at which it ends; null when there is none or nobody can read it. */
  expiry: number | null
  /** Whether that has passed: such a URL is not handed out. An expiry that cannot be read has not. */
  expired: boolean
}

/** Names whose value is a moment: Unix seconds or milliseconds, ISO 8601, or `20231114222320` (UTC). */
const MOMENTS: ReadonlySet<string> = new Set([
  ...['exp', 'expires', 'expire', 'expiry', 'expiration', 'e', 'se', 'etime', 'endtime', 'nva', 'p1', 'validto'],
  'wowzatokenendtime'
])
const MOMENT_PART = /end_?time$|expir|valid_?(?:to|until)$/

/** SigV4: the moment of signing and the seconds that it is good for. */
const SPANS = [
  ['x-amz-date', 'x-amz-expires'],
  ['x-goog-date', 'x-goog-expires'],
  ['x-oss-date', 'x-oss-expires']
] as const

/** A number below this is a span or a serial number and no date (1973). */
const FIRST_MOMENT = 100_000_000

/**
 * When the token in a URL ends, Unix s: the earliest of all the ends that it names; null when it names none that can be
 * read (a version 2 KS, a hash alone). Sources: reference delivery-urls.md section 5, vectors url-tokenizers, and the
 * documentation of SigV4, SAS and Google's signed URLs.
 */
export function tokenExpiry(url: string): number | null {
  const ends: number[] = []
  if (url.length > MAX_LENGTH) return null
  for (const layer of readings(url).layers) {
    const pairs = [...pairsOf(layer), ...pathPairs(layer)]
    for (const pair of pairs) ends.push(...endsOf(pair))
    for (const [date, span] of SPANS) {
      const from = momentOf(valueIn(pairs, date))
      const seconds = Number(valueIn(pairs, span) || Number.NaN)
      if (from !== null && Number.isFinite(seconds)) ends.push(from + seconds)
    }
    // Akamai's HTTP token, whatever it is called, and VNPT's.
    for (const [, before] of layer.matchAll(/(?<!\d)(\d{9,11})_[0-9a-f]{32}(?![0-9a-f])/gi)) ends.push(Number(before))
    for (const [, behind] of layer.matchAll(/(?<![0-9a-f])[0-9a-f]{32}(\d{10})(?!\w)/gi)) ends.push(Number(behind))
    for (const [claims] of layer.matchAll(/eyJ[\w~-]{16,}/g)) ends.push(...endsInJson(claims))
  }
  const known = ends.filter((end) => Number.isFinite(end) && end >= FIRST_MOMENT)
  return known.length === 0 ? null : Math.min(...known)
}

/**
 * What a Location's token says about handing it out at `now` (Unix s). For everything the gateway hands out that it
 * got from elsewhere: shared targets hold no token at all, a grant or a viewer's own answer must not be `expired`.
 */
export function tokenState(url: string, now: number): TokenState {
  const expiry = tokenExpiry(url)
  const token = tokenIn(url) ?? (expiry === null ? null : 'a moment at which it ends')
  return { token, expiry, expired: expiry !== null && expiry <= now }
}

function endsOf({ name, value }: Pair): number[] {
  if (name === 'ks' || name.endsWith('-ks')) {
    const ks = decodeKs(value)
    return ks?.version === 1 && ks.expiry !== null ? [ks.expiry] : []
  }
  // Theirs are seconds from a date.
  if (name.startsWith('x-') || !(MOMENTS.has(name) || MOMENT_PART.test(name))) return []
  const moment = momentOf(value)
  return moment === null ? [] : [moment]
}

function valueIn(pairs: readonly Pair[], name: string): string {
  return pairs.find((pair) => pair.name === name)?.value ?? ''
}

function momentOf(text: string): number | null {
  if (/^\d{9,11}(?:\.\d+)?$/.test(text)) return Number(text)
  if (/^\d{13}$/.test(text)) return Number(text) / 1000
  // 2026-01-01T00:00:00Z, 2026-01-01, 20260101T000000Z, 20260101000000
  const parts = /^(\d{4})-?(\d\d)-?(\d\d)(?:T?(\d\d):?(\d\d)(?::?(\d\d)(?:\.\d+)?)?)?Z?$/i.exec(text)
  if (parts === null) return null
  const [year, month, day, hour = 0, minute = 0, second = 0] = parts.slice(1).map((part) => Number(part ?? 0))
  return Date.UTC(year!, month! - 1, day!, hour, minute, second) / 1000
}

/** CloudFront's policy (`DateLessThan`), or the `exp` of a JWT. */
function endsInJson(base64: string): number[] {
  // CloudFront writes `+=/` as `-_~`, everybody else `+/` as `-_`; what is wrong in one reading is no JSON.
  for (const text of [base64.replaceAll('-', '+').replaceAll('_', '=').replaceAll('~', '/'), base64]) {
    const bytes = Buffer.from(text, text === base64 ? 'base64url' : 'base64').toString('utf8')
    const found = [...bytes.matchAll(/"DateLessThan"\s*:\s*\{[^}]{0,100}?:\s*(\d{9,11})\b|"exp"\s*:\s*(\d{9,11})\b/g)]
    if (found.length > 0) return found.map((match) => Number(match[1] ?? match[2]))
  }
  return []
}
