import { validateHeaderName, validateHeaderValue } from 'node:http'
import { isIP } from 'node:net'
import { parsePlayManifestUrl } from '../playmanifest/parse.js'
import { isApiUrl } from '../playmanifest/redact-api.js'
import type { Question } from './ask-in-process.js'

/** What is wrong with a question, in words for whoever asked; nothing of it is repeated. */
export class BadQuestion extends Error {}

const METHODS = ['GET', 'HEAD', 'POST'] as const
/** Longer than anything that a gateway reads (16 kB of request line and headers). */
const MAX_TEXT = 16_384
/** A `Host` that is nobody's, unless the question has another: which one is asked changes no answer but a loop's. */
const HOST = 'explain.invalid'
/** What a question may hold, in words. */
export const QUESTION_CONTRACT =
  'Wanted: url (a playManifest URL or its path), and perhaps method (GET, HEAD or POST), headers (an object of texts), userAgent, device and peer (an address).'

/**
 * Reads a question as operators put it (docs/explain.md).
 * @param asker address of who asks, in the place of a `peer` that is not given
 * @throws BadQuestion
 */
export function readQuestion(given: Readonly<Record<string, unknown>>, asker: string): Question {
  const { url, method = 'GET', headers = {}, userAgent, device, peer, ...others } = given
  if (Object.keys(others).length > 0)
    throw new BadQuestion(`There is something more than is known. ${QUESTION_CONTRACT}`)
  if (typeof url !== 'string') throw new BadQuestion(`There is no url. ${QUESTION_CONTRACT}`)
  if (!METHODS.some((name) => name === method)) throw new BadQuestion('method has to be GET, HEAD or POST.')
  return {
    method: method as Question['method'],
    target: withDevice(targetOf(url), device),
    headers: headersOf(headers, userAgent),
    peer: peerOf(peer, asker)
  }
}

/** Path and query. As a client would write them: bytes that no request line can hold are refused. */
function targetOf(url: string): string {
  const path = Buffer.from(url.replace(/^https?:\/\/[^/?#]*/i, ''), 'utf8').toString('latin1')
  if (!path.startsWith('/'))
    throw new BadQuestion('url has to be a playManifest URL, or its path from the first slash on.')
  if (path.length > MAX_TEXT) throw new BadQuestion(`url may have ${MAX_TEXT} characters.`)
  if (/[^\u0021-\u00ff]/.test(path))
    throw new BadQuestion('url holds a blank or a control character, which no request can.')
  if (isApiUrl(path)) throw new BadQuestion('Calls of API v3 are not explained, only playManifest URLs.')
  return path
}

/** `device` of the question is the URL's own parameter. */
function withDevice(target: string, device: unknown): string {
  if (device === undefined || device === '') return target
  if (typeof device !== 'string') throw new BadQuestion('device has to be a text such as ipad or android-2.')
  const parsed = parsePlayManifestUrl(target)
  if (parsed.ok && parsed.request.effective.device !== undefined) {
    throw new BadQuestion('The url has a device already; leave one of the two out.')
  }
  return `${target}${target.includes('?') ? '&' : '?'}device=${encodeURIComponent(device)}`
}

function headersOf(given: unknown, userAgent: unknown): Record<string, string> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new BadQuestion('headers has to be an object of texts.')
  }
  // A name may be one that every object has.
  const headers: Record<string, string> = Object.assign(Object.create(null), { host: HOST })
  const more = userAgent === undefined || userAgent === '' ? [] : [['user-agent', userAgent] as const]
  let length = 0
  for (const [name, value] of [...Object.entries(given), ...more]) {
    if (typeof value !== 'string' || !isHeader(name, value)) {
      throw new BadQuestion('A header has to have a name and a text that HTTP allows.')
    }
    if (/^(?:connection|content-length|transfer-encoding|trailer|expect|upgrade)$/i.test(name)) {
      throw new BadQuestion('Headers about the connection or a body cannot be explained.')
    }
    length += name.length + value.length + 4
    headers[name.toLowerCase()] = value
  }
  if (length > MAX_TEXT / 2) throw new BadQuestion(`headers may have ${MAX_TEXT / 2} characters together.`)
  return headers
}

function isHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}

function peerOf(peer: unknown, asker: string): string {
  if (peer === undefined || peer === '') return asker
  if (typeof peer !== 'string' || isIP(peer) === 0) throw new BadQuestion('peer has to be an IP address.')
  return peer
}
