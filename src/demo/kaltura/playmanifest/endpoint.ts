import type { FastifyReply, FastifyRequest } from 'fastify'
import { headerOf, type KalturaOptions } from '../options.js'
import { remoteAddressOf, tokenAddressOf } from '../remote-address.js'
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

/**
 * Answers a playManifest request as Kaltura computes it the first time; its response cache, whose answers lack
 * `Pragma` and `X-Kaltura-ACP`, is not simulated.
 */
export function answerPlayManifest(
  options: KalturaOptions,
  request: FastifyRequest,
  reply: FastifyReply
): readonly string[] {
  if (request.method === 'OPTIONS') {
    reply.code(200).headers(PREFLIGHT).send('')
    return []
  }
  const url = request.originalUrl
  const isForm = headerOf(request, 'content-type').toLowerCase().startsWith('application/x-www-form-urlencoded')
  const read = readParameters(url, isForm && typeof request.body === 'string' ? request.body : '')
  if (!read.ok) {
    refuse(read.status, reply)
    return []
  }
  const { params, callback } = read
  const { status, headers, body } = playManifest(options, {
    method: request.method,
    url,
    params,
    callback,
    ip: remoteAddressOf(options, request),
    tokenIp: tokenAddressOf(request),
    userAgent: headerOf(request, 'user-agent'),
    referer: headerOf(request, 'referer'),
    origin: headerOf(request, 'origin'),
    ks: headerOf(request, 'x-kaltura-ks') || params.ks || '',
    apiBase: options.publicUrl ?? `http://${headerOf(request, 'host')}`
  })
  reply.code(status).headers({ ...FRAMEWORK, ...headers })
  reply.send(Buffer.from(body))
  return []
}

/** What the web server refuses by itself, and the empty 500 of an error inside (recording path_query_array). */
function refuse(status: number, reply: FastifyReply): void {
  reply.code(status)
  if (status === 500) reply.headers(FRAMEWORK).send('')
  else reply.type(WEB_SERVER_TYPE).send(webServerPage(status))
}
