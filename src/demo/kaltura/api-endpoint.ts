import type { FastifyReply, FastifyRequest } from 'fastify'
import { type CallFrame, dispatch } from './api-dispatch.js'
import { ApiDie, ApiRedirect } from './api-errors.js'
import { parseApiRequest, text } from './api-request.js'
import { headerOf, type KalturaOptions } from './options.js'
import { remoteAddressOf } from './remote-address.js'
import { writeAnswer } from './wire.js'

/** `/api_v3`, `/api_v3/index.php`, `/api_v3/service/..` and the same below the alias `/api`. */
const API_PATH = /^\/(?:api_v3|api)(?:\/([^?]*))?(?:\?(.*))?$/s

/** Headers of every API answer, in the recorded spelling (recording system_ping). */
const HEADERS = {
  'access-control-expose-headers': 'Server, Content-Length, Content-Range, Date, X-Kaltura, X-Kaltura-Session, X-Me',
  'access-control-allow-origin': '*'
}

const NO_STORE = {
  expires: 'Sun, 19 Nov 2000 08:52:00 GMT',
  'cache-control': 'no-store, no-cache, must-revalidate, post-check=0, pre-check=0',
  pragma: 'no-cache'
}

/** Preflight answer (recording options_preflight). */
const PREFLIGHT = {
  'access-control-allow-headers': 'Origin, X-Requested-With, Content-Type, Accept, Range, Cache-Control',
  'access-control-allow-methods': 'POST, GET, HEAD, OPTIONS',
  'access-control-max-age': '86400'
}

export function isApiPath(url: string): boolean {
  return API_PATH.test(url)
}

/** Bases, address and clock of one request. */
export function frameOf(options: KalturaOptions, request: FastifyRequest): CallFrame {
  const { cdnBaseUrl, cdnScheme, country } = options
  return {
    catalog: options.catalog,
    now: Math.floor((options.now ?? Date.now)() / 1000),
    bases: {
      api: options.publicUrl ?? `http://${headerOf(request, 'host')}`,
      cdn: cdnBaseUrl
    },
    onlyScheme: cdnScheme === 'base' ? (cdnBaseUrl.startsWith('https:') ? 'https' : 'http') : null,
    ip: remoteAddressOf(options, request),
    userAgent: headerOf(request, 'user-agent'),
    referrer: headerOf(request, 'referer'),
    country: country ?? (() => null),
    headers: {}
  }
}

/** Answers an API request: status 200 for successes and errors alike. Gives back the calls made, for the log. */
export function answerApi(options: KalturaOptions, request: FastifyRequest, reply: FastifyReply): readonly string[] {
  reply.headers(HEADERS)
  if (request.method === 'OPTIONS') {
    reply
      .headers({ ...PREFLIGHT, 'content-type': 'text/html; charset=UTF-8' })
      .code(200)
      .send('')
    return []
  }
  const [, path = '', query = ''] = API_PATH.exec(request.originalUrl) ?? []
  const body = typeof request.body === 'string' ? request.body : ''
  const params = parseApiRequest({ path, query, contentType: headerOf(request, 'content-type'), body })
  reply.headers(NO_STORE)
  try {
    const { value, headers, calls } = dispatch(frameOf(options, request), params)
    const answer = writeAnswer(value, text(params, 'format'), text(params, 'callback'))
    reply.headers(headers).code(200)
    if (answer.ok) reply.header('content-type', answer.contentType).send(Buffer.from(answer.body))
    else {
      reply.headers({
        'x-kaltura': `error- ${answer.error}`,
        'x-kaltura-app': `exiting on error ${answer.error} - ${answer.message}`,
        'content-type': 'text/html; charset=UTF-8'
      })
      reply.send('')
    }
    return calls
  } catch (error) {
    if (error instanceof ApiRedirect) {
      reply.code(302).headers({ location: error.location, 'content-type': 'text/html; charset=UTF-8' }).send('')
      return []
    }
    if (!(error instanceof ApiDie)) throw error
    reply
      .headers({ ...error.headers, 'content-type': 'text/html; charset=UTF-8' })
      .code(200)
      .send('')
    return []
  }
}
