import { type Choices, once, pick } from './choices.js'
import { AGENTS, HOSTILE } from './corpus.js'
import { makeTarget } from './target.js'

/** One request, as it is sent. */
export interface Message {
  /** Each character a byte. */
  text: string
  method: string
  /** Whether 508 is the right answer: it says that it was meant for Kaltura, or that it is one of our own. */
  mayLoop: boolean
  /** Whether the server may refuse it as no HTTP and close: sent alone, at the end of a connection. */
  last: boolean
}

export interface MessageContext {
  /** `host:port` of KALTURA_CDN_URL. */
  cdnHost: string
  probe: string
}

/** Bytes that Node's parser refuses in a request line. */
const NO_TARGET = /[\u0000-\u0020\u007f-\u00ff]/g

const METHODS = ['PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND', 'LOCK', 'SEARCH', 'REPORT', 'M-SEARCH', 'PURGE']
const BROKEN_METHODS = ['CONNECT', 'get', 'FOO', 'G\u0000T', 'GET\t', '', 'GET /x HTTP/1.1\r\nHost: x\r\n\r\nGET']
/** Never to be seen in an answer: everything that only a header says holds it. */
const SENTINEL = 'h0stile.example'
const HOSTS = [
  SENTINEL,
  `${SENTINEL}:8443`,
  `${SENTINEL}/p/`,
  `a@${SENTINEL}`,
  '',
  '[::1]',
  '127.0.0.1',
  `x, ${SENTINEL}`
]

type HeaderMaker = (choices: Choices, context: MessageContext) => string

const HEADERS: readonly HeaderMaker[] = [
  (choices) => `X-Forwarded-Host: ${pick(choices, HOSTS)}`,
  (choices) =>
    `X-Forwarded-Proto: ${pick(choices, ['https', 'http', 'HTTPS', 'javascript', SENTINEL, 'https,http', ''])}`,
  (choices) => `X-Forwarded-For: ${address(choices)}`,
  (choices) =>
    `X-Forwarded-For: ${pick(choices, [SENTINEL, 'unknown', '1.2.3.4.5', '::', ',,,', '-', '1.1.1.1,'.repeat(200)])}`,
  () => `Forwarded: for=192.0.2.1;host=${SENTINEL};proto=https`,
  () => `X-Original-URL: https://${SENTINEL}/`,
  () => `X-Rewrite-URL: //${SENTINEL}/`,
  () => `X-HTTP-Method-Override: DELETE`,
  (choices) => `Via: ${pick(choices, ['1.1 varnish', `1.1 ${SENTINEL}`, ', ', '1.1 playmanifest'])}`,
  (choices) =>
    `Range: ${pick(choices, ['bytes=0-', 'bytes=0-0,1-1', 'bytes=-1', 'bytes=9-1', 'x', `bytes=${'0-,'.repeat(500)}`])}`,
  (choices) => `If-None-Match: ${pick(choices, ['*', '"x"', 'W/"x"', `"${SENTINEL}"`, ', , ', '"'.repeat(2_000)])}`,
  (choices) => `Accept-Encoding: ${pick(choices, ['gzip', 'br, gzip', '*', `${SENTINEL}`])}`,
  (choices) => `Origin: ${pick(choices, ['null', `https://${SENTINEL}`, ''])}`,
  (choices) => `Referer: https://${SENTINEL}/${pick(choices, ['', 'x?ks=y', '"<>'])}`,
  () => `Cookie: a=${SENTINEL}; ks=x`,
  (choices) =>
    `CloudFront-Is-${pick(choices, ['Mobile', 'Tablet', 'SmartTV', 'Desktop'])}-Viewer: ${pick(choices, ['true', 'false', SENTINEL])}`,
  (choices) => `Sec-CH-UA-Platform: ${pick(choices, ['"Android"', '"iOS"', '"', '"\\"', SENTINEL])}`,
  (choices) => `Sec-CH-UA-Mobile: ${pick(choices, ['?0', '?1', '?2', '1'])}`,
  (choices) => `X-Akamai-Device-Characteristics: ${pick(choices, ['is_mobile=true;is_tablet=false', ';;=', SENTINEL])}`,
  (choices) => `X-Kaltura-Remote-Addr: ${address(choices)},1,${SENTINEL}`,
  (choices) => `Access-Control-Request-Method: ${pick(choices, ['GET', SENTINEL])}`,
  (choices) => `Access-Control-Request-Headers: ${pick(choices, ['x-a', SENTINEL])}`,
  (choices) => `X-Whatever: ${Array.from(pick(choices, HOSTILE), toVisible).join('')} ${SENTINEL}`,
  (choices) => `Authorization: ${pick(choices, ['Basic eDp5', `Bearer ${SENTINEL}`])}`
]
/** Headers after which a server may rightly close, or that are no HTTP. */
const LAST_HEADERS: readonly string[] = [
  'Connection: close',
  'Connection: upgrade\r\nUpgrade: h2c',
  'Expect: 100-continue',
  `Expect: ${SENTINEL}`,
  'Transfer-Encoding: chunked\r\nContent-Length: 5',
  'Transfer-Encoding: gzip',
  'Content-Length: -1',
  'Content-Length: 1\r\nContent-Length: 2',
  'Host: other.example',
  `X: a\r${SENTINEL}`,
  'X: a\n b',
  'X: \u0000',
  'X : y',
  ': y',
  'no colon',
  ` folded: ${SENTINEL}`,
  `X: ${'a'.repeat(20_000)}`
]

/** One of some 5,000 clients, IPv6 by /64: the gateway's counters of clients are full early, and what still grows is a leak. */
function address(choices: Choices): string {
  return choices.below(2) === 0
    ? `192.0.2.${choices.below(256)}, 198.51.${choices.below(16)}.${choices.below(256)}`
    : `2001:db8:${choices.below(1_024).toString(16)}::${choices.below(65_536).toString(16)}`
}

/** A character that may stand in a header's value. */
function toVisible(char: string): string {
  const code = char.charCodeAt(0)
  return (code < 0x20 && code !== 9) || code === 0x7f || code > 0xff ? '?' : char
}

/** A request: mostly GET of a mutated URL with some odd headers; each character of its text is a byte. */
export function makeMessage(choices: Choices, number: number, context: MessageContext): Message {
  const ks = `zks${number.toString(36)}z`
  const made = toBytes(makeTarget(choices, { ks, probe: context.probe }))
  // What no parser of HTTP lets pass says little about the gateway: mostly it is escaped, so that it gets there.
  const target = once(choices, 8)
    ? made
    : made.replace(NO_TARGET, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`)
  let method = 'GET'
  const kind = choices.below(20)
  if (kind >= 16) method = pick(choices, ['HEAD', 'HEAD', 'POST', 'OPTIONS', ...METHODS])
  let last = target.search(NO_TARGET) >= 0 || target === '' || !/^(?:[/*]|https?:\/\/)/.test(target)
  let mayLoop = false
  let host = 'gateway.example'
  const headers: string[] = []
  if (once(choices, 8)) {
    host = choices.below(6) === 5 ? context.cdnHost : pick(choices, HOSTS)
    mayLoop = host === context.cdnHost
  }
  headers.push(`Host: ${host}`)
  if (once(choices, 2)) headers.push(`User-Agent: ${pick(choices, AGENTS)}`)
  const count = choices.below(4)
  for (let i = 0; i < count; i++) headers.push(pick(choices, HEADERS)(choices, context))
  if (once(choices, 8)) headers.push(`X-Kaltura-Ks: ${ks}`)
  if (once(choices, 100)) {
    headers.push(
      choices.below(2) === 0 ? `X-Forwarded-Host: ${context.cdnHost}` : 'Via: 1.0 x, 1.1 playmanifest-gateway'
    )
    mayLoop = true
  }
  if (once(choices, 100)) {
    last = true
    if (choices.below(2) === 0) method = pick(choices, BROKEN_METHODS)
    else headers.push(pick(choices, LAST_HEADERS))
  }
  let body = ''
  if (method !== 'GET' && method !== 'HEAD' && choices.below(2) === 1) {
    body = pick(choices, ['{"ks":"x"}', 'entryId=0_a&ks=x', '--x\r\n\r\n', '\u0000\u00ff', 'a'.repeat(3_000)])
    const type = pick(choices, [
      'application/json',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      ''
    ])
    headers.push(`Content-Type: ${type}`)
  }
  if (method === 'POST' || body !== '') headers.push(`Content-Length: ${body.length}`)
  let text = `${method} ${target} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n${body}`
  // The limit for the line and headers together.
  if (text.length - body.length > 15_000) last = true
  if (last) text = text.replace(/\r\nHost:/, '\r\nConnection: close\r\nHost:')
  return { text, method, mayLoop, last }
}

/** Characters above 255 as their UTF-8 bytes. */
function toBytes(text: string): string {
  return /^[\u0000-\u00ff]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1')
}
