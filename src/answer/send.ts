import type { FastifyReply } from 'fastify'
import type { Rendered } from './render.js'

/** Sends a response as it was rendered. */
export function send(reply: FastifyReply, { status, headers, body }: Rendered): FastifyReply {
  reply.code(status).headers(headers)
  // An empty text would be given a content type, and JSON text a charset that Kaltura does not send.
  if (body === '') return reply.send()
  return reply.send(headers['content-type'] === 'application/json' ? Buffer.from(body) : body)
}
