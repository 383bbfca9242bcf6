import type { Message } from './message.js'

/** One answer as it came; each character is a byte. */
export interface RawAnswer {
  status: number
  /** Status line and header lines, without the empty line. */
  head: string
  body: string
}

/** What answers may say at all. A header that is not here was made by the request, or by a change that should add it. */
const HEADERS: ReadonlySet<string> = new Set([
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-allow-origin',
  'access-control-expose-headers',
  'access-control-max-age',
  'allow',
  'cache-control',
  'connection',
  'content-disposition',
  'content-length',
  'content-security-policy',
  'content-type',
  'date',
  'etag',
  'keep-alive',
  'location',
  'referrer-policy',
  'retry-after',
  'timing-allow-origin',
  'vary',
  'x-content-type-options',
  'x-kaltura',
  'x-kaltura-app',
  'x-playmanifest-gateway'
])

/** Never a type that a browser runs. */
const TYPES =
  /^(?:application\/(?:problem\+json|json|x-mpegurl|dash\+xml)|text\/xml|text\/plain|video\/f4m|application\/smil)/i
const STATUSES: ReadonlySet<number> = new Set([
  200, 204, 302, 304, 307, 400, 403, 404, 405, 408, 413, 414, 415, 417, 429, 431
])
const LINE = /^([A-Za-z0-9-]+): ([\t\x20-\x7e]*)$/
/** As often as a message encodes anything, and as a template does once more. */
const MAX_DECODINGS = 3
const SESSION = /zks[0-9a-z]+z/g

/**
 * What is wrong with an answer; null when nothing is.
 * @param origins where a Location may lead: scheme, host and port, such as `https://cdn.example.com`
 */
export function judge({ status, head, body }: RawAnswer, sent: Message, origins: ReadonlySet<string>): string | null {
  if (!STATUSES.has(status) && !(status === 508 && sent.mayLoop)) return `status ${status}`
  const seen = new Set<string>()
  let location: string | null = null
  let type: string | null = null
  for (const line of head.split('\r\n').slice(1)) {
    const match = LINE.exec(line)
    if (match === null) return `a header line that is none: ${JSON.stringify(line)}`
    const name = match[1]!.toLowerCase()
    if (!HEADERS.has(name)) return `an unexpected header: ${line}`
    if (seen.has(name)) return `a header given twice: ${line}`
    seen.add(name)
    if (name === 'location') location = match[2]!
    if (name === 'content-type') type = match[2]!
  }
  const isRedirect = status === 302 || status === 307
  if (isRedirect !== (location !== null)) return `status ${status} with Location ${location}`
  if (location !== null) {
    const wrong = judgeLocation(location, origins)
    if (wrong !== null) return wrong
  }
  if (body !== '' && (type === null || !TYPES.test(type))) return `a body of type ${type}`
  if (status >= 400 && body !== '' && type !== null && /problem/.test(type) && !isProblem(body, status)) {
    return `a problem that is none: ${body}`
  }
  if (head.includes('h0stile') || body.includes('h0stile')) return 'a value of a request header is in the answer'
  for (const text of [head, body]) {
    if (!text.includes('zks')) continue
    for (const [session] of text.matchAll(SESSION))
      if (!isOwn(session, sent.text)) return `a session of another request: ${session}`
  }
  return null
}

/** Whether a request says it, as it stands or in any reading of its escapes: `zks4%68z` comes back as `zks4hz`. */
function isOwn(session: string, text: string): boolean {
  let reading = text
  for (let decoded = 0; decoded <= MAX_DECODINGS; decoded++) {
    if (reading.includes(session)) return true
    reading = reading.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  }
  return false
}

/** The host as URL reads it, as it stands, and as a browser that takes backslashes for slashes or drops characters would. */
function judgeLocation(location: string, origins: ReadonlySet<string>): string | null {
  const third = location.indexOf('/', location.indexOf('//') + 2)
  const literal = third < 0 ? location : location.slice(0, third)
  if (!origins.has(literal)) return `a Location elsewhere: ${location}`
  if (!/^[!-~]*$/.test(location)) return `a Location that is not plain ASCII: ${location}`
  for (const text of [location, location.replaceAll('\\', '/')]) {
    if (!URL.canParse(text)) return `a Location that is no URL: ${location}`
    const { origin, username, password } = new URL(text)
    if (!origins.has(origin) || username !== '' || password !== '') return `a Location elsewhere: ${location}`
  }
  return location.includes('#') ? `a Location with a fragment: ${location}` : null
}

function isProblem(body: string, status: number): boolean {
  try {
    const { status: said, code, detail } = JSON.parse(body)
    return said === status && typeof code === 'string' && typeof detail === 'string'
  } catch {
    return false
  }
}
