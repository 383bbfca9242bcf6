import type { FastifyReply, FastifyRequest } from 'fastify'
import { headerOf, type KalturaOptions, type RequestFacts } from '../options.js'
import { remoteAddressOf, tokenAddressOf } from '../remote-address.js'
import type { Answer } from '../render/answer.js'
import { WEB_SERVER_TYPE, webServerPage } from '../web-server.js'
import { readParameters } from './parameters.js'
import { playManifest } from './play-manifest.js'

export { isPlayManifestPath } from './parameters.js'

const HTML = { 'content-type': 'text/html; charset=UTF-8' }

/** Preflight answer, given before anything else (recording options_url). */
const PREFLIGHT = {
  ...HTML,
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'Origin, X-Requested-With, Content-Type, Accept, Range, Cache-Control, X-Kaltura-Ks',
  'access-control-allow-methods': 'POST, GET, HEAD, OPTIONS',
  'access-control-expose-headers': 'Server, Content-Length, Content-Range, Date, Cache-Control, Content-Encoding'
}

/** What the framework sets at the start; the application replaces some of it (reference playmanifest.md section 8). */
const FRAMEWORK = {
  ...HTML,
  expires: 'Thu, 19 Nov 1981 08:52:00 GMT',
  'cache-control': 'no-store, no-cache, must-revalidate, post-check=0, pre-check=0',
  pragma: 'no-cache'
}

/** A request as the web server hands it on. Header names in lower case. */
export interface PlayManifestCall extends RequestFacts {
  method: string
  /** Path and query as sent. */
  url: string
  /** Text of the body; empty without one. */
  body: string
}

/**
 * Answers a playManifest request as Kaltura computes it the first time; its response cache, whose answers lack
 * `Pragma` and `X-Kaltura-ACP`, is not simulated.
 */
export function answerPlayManifest(
  options: KalturaOptions,
  request: FastifyRequest,
  reply: FastifyReply
): readonly string[] {
  const { status, headers, body } = computePlayManifest(options, {
    method: request.method,
    url: request.originalUrl,
    headers: request.headers,
    ip: request.socket.remoteAddress ?? request.ip,
    body: typeof request.body === 'string' ? request.body : ''
  })
  reply.code(status).headers(headers)
  reply.send(Buffer.from(body))
  return []
}

/** The same for a request that came in some other way than over a socket. */
export function computePlayManifest(options: KalturaOptions, call: PlayManifestCall): Answer {
  if (call.method === 'OPTIONS') return { status: 200, headers: PREFLIGHT, body: '' }
  const { url, method } = call
  const isForm = headerOf(call, 'content-type').toLowerCase().startsWith('application/x-www-form-urlencoded')
  const read = readParameters(url, isForm ? call.body : '')
  if (!read.ok) return refuse(read.status)
  const { params, callback } = read
  const { status, headers, body } = playManifest(options, {
    method,
    url,
    params,
    callback,
    ip: remoteAddressOf(options, call),
    tokenIp: tokenAddressOf(call),
    userAgent: headerOf(call, 'user-agent'),
    referer: headerOf(call, 'referer'),
    origin: headerOf(call, 'origin'),
    ks: headerOf(call, 'x-kaltura-ks') || params.ks || '',
    apiBase: options.publicUrl ?? `http://${headerOf(call, 'host')}`
  })
  return { status, headers: { ...FRAMEWORK, ...headers }, body }
}

/** What the web server refuses by itself, and the empty 500 of an error inside (recording path_query_array). */
function refuse(status: number): Answer {
  if (status === 500) return { status, headers: FRAMEWORK, body: '' }
  return { status, headers: { 'content-type': WEB_SERVER_TYPE }, body: webServerPage(status) }
}
