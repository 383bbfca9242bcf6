import { validateHeaderName, validateHeaderValue } from 'node:http'
import { isIP } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { problem } from '../answer/problem.js'
import { renderProblem } from '../answer/render.js'
import { send } from '../answer/send.js'
import type { Question } from '../explain/ask-in-process.js'
import type { Explain } from '../explain/explain.js'
import { parsePlayManifestUrl } from '../playmanifest/parse.js'
import { isApiUrl } from '../playmanifest/redact-api.js'

/** What is wrong with a question, in words for whoever asked; nothing of it is repeated. */
class BadQuestion extends Error {}

const METHODS = ['GET', 'HEAD', 'POST'] as const
/** Longer than anything that a gateway reads (16 kB of request line and headers). */
const MAX_TEXT = 16_384
/** A `Host` that is nobody's, unless the question has another: which one is asked changes no answer but a loop's. */
const HOST = 'explain.invalid'
/** Headers of the operator's own request that are about that request, and never a viewer's. */
const OWN_HEADERS =
  /^(?:host|authorization|proxy-.*|cookie|origin|referer|connection|keep-alive|upgrade.*|te|trailer|transfer-encoding|content-.*|expect|sec-fetch-.*)$/

/** The page that shows an explanation, for browsers that go to one of the addresses. */
export interface ExplainPage {
  isWanted: (request: FastifyRequest) => boolean
  send: (reply: FastifyReply) => FastifyReply
}

/**
 * `/explain?url=...`, `/explain` with a JSON body, and `/explain/p/...`: why a request is answered as it is. Behind the
 * guard of the admin side. The page asks by itself what its address says.
 */
export function registerExplain(app: FastifyInstance, explain: Explain, page: ExplainPage): void {
  const answer = async (
    reply: FastifyReply,
    request: FastifyRequest,
    read: (request: FastifyRequest) => Question
  ): Promise<FastifyReply> => {
    let question: Question
    try {
      question = read(request)
    } catch (error) {
      if (!(error instanceof BadQuestion)) throw error
      return send(reply, renderProblem(problem('BAD_REQUEST', error.message)))
    }
    const explanation = await explain(question)
    return reply.type('application/json; charset=utf-8').send(`${JSON.stringify(explanation, null, 2)}\n`)
  }
  // The one test for both: what needs no token is the page, and never an explanation.
  const open = { config: { withoutToken: page.isWanted } }
  const get = (read: (request: FastifyRequest) => Question) => (request: FastifyRequest, reply: FastifyReply) =>
    page.isWanted(request) ? page.send(reply) : answer(reply, request, read)
  app.get('/explain', open, get(fromQuery))
  app.post('/explain', (request, reply) => answer(reply, request, fromBody))
  app.get('/explain/*', open, get(fromPrefix))
}

function fromQuery(request: FastifyRequest): Question {
  const given: Record<string, unknown> = {}
  const headers: Record<string, unknown> = {}
  for (const [name, value] of Object.entries((request.query ?? {}) as Record<string, unknown>)) {
    if (name.startsWith('header.')) headers[name.slice('header.'.length)] = value
    else given[name] = value
  }
  return questionOf({ ...given, headers }, request)
}

function fromBody(request: FastifyRequest): Question {
  const { body } = request
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new BadQuestion(CONTRACT)
  return questionOf(body as Record<string, unknown>, request)
}

/** The URL as it stands behind `/explain`, with the headers of whoever asks. */
function fromPrefix(request: FastifyRequest): Question {
  const url = (request.raw.url ?? '').slice('/explain'.length)
  const headers = Object.entries(request.headers).filter(
    ([name, value]) => typeof value === 'string' && !OWN_HEADERS.test(name)
  )
  return questionOf({ url, headers: Object.fromEntries(headers) }, request)
}

const CONTRACT =
  'Wanted: url (a playManifest URL or its path), and perhaps method (GET, HEAD or POST), headers (an object of texts), userAgent, device and peer (an address).'

function questionOf(given: Record<string, unknown>, request: FastifyRequest): Question {
  const { url, method = 'GET', headers = {}, userAgent, device, peer, ...others } = given
  if (Object.keys(others).length > 0) throw new BadQuestion(`There is something more than is known. ${CONTRACT}`)
  if (typeof url !== 'string') throw new BadQuestion(`There is no url. ${CONTRACT}`)
  if (!METHODS.some((name) => name === method)) throw new BadQuestion('method has to be GET, HEAD or POST.')
  return {
    method: method as Question['method'],
    target: withDevice(targetOf(url), device),
    headers: headersOf(headers, userAgent),
    peer: peerOf(peer, request)
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
  const headers: Record<string, string> = { host: HOST }
  const more = userAgent === undefined || userAgent === '' ? [] : [['user-agent', userAgent] as const]
  let length = 0
  for (const [name, value] of [...Object.entries(given), ...more]) {
    if (typeof value !== 'string' || !isHeader(name, value)) {
      throw new BadQuestion('A header has to have a name and a text that HTTP allows.')
    }
    if (/^(?:connection|content-length|transfer-encoding|expect|upgrade)$/i.test(name)) {
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

function peerOf(peer: unknown, request: FastifyRequest): string {
  if (peer === undefined || peer === '') return request.socket.remoteAddress ?? '127.0.0.1'
  if (typeof peer !== 'string' || isIP(peer) === 0) throw new BadQuestion('peer has to be an IP address.')
  return peer
}
