import type { FastifyReply, FastifyRequest } from 'fastify'
import { readRange } from './byte-range.js'

/**
 * Answers a GET or HEAD with bytes: 200, 206 or 416 by the Range header, 304 by If-None-Match. A range is honoured only
 * for GET (RFC 9110, 14.2) and only while If-Range, if there, names the current ETag.
 *
 * @param tag changes with the bytes; becomes the ETag
 */
export function sendBytes(request: FastifyRequest, reply: FastifyReply, bytes: Buffer, type: string, tag: string) {
  const etag = `"${tag}"`
  reply.header('Content-Type', type).header('ETag', etag).header('Accept-Ranges', 'bytes')
  reply.header('Cache-Control', 'public, max-age=600')
  if (request.headers['if-none-match'] === etag) return reply.code(304).send()
  const ifRange = request.headers['if-range']
  const honoured = request.method === 'GET' && (ifRange === undefined || ifRange === etag)
  const range = honoured ? readRange(request.headers.range, bytes.length) : 'whole'
  if (range === 'whole') return reply.send(bytes)
  if (range === 'unsatisfiable') {
    reply.removeHeader('ETag').header('Cache-Control', 'no-store').header('Content-Range', `bytes */${bytes.length}`)
    return reply.code(416).type('text/plain; charset=utf-8').send('416 Range Not Satisfiable\n')
  }
  reply.header('Content-Range', `bytes ${range.first}-${range.last}/${bytes.length}`)
  return reply.code(206).send(bytes.subarray(range.first, range.last + 1))
}
