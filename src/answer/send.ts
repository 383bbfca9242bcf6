import type { FastifyReply } from 'fastify'
import type { Rendered } from './render.js'

/** Sends a response as it was rendered. */
export function send(reply: FastifyReply, { status, headers, body }: Rendered): FastifyReply {
  reply.code(status).headers(headers)
  // An empty text would be given a content type, and JSON text a charset that Kaltura does not send.
  if (body === '') return reply.send()
  if (body.length >= LARGE) return reply.send(encodedOnce(body))
  return reply.send(headers['content-type'] === 'application/json' ? Buffer.from(body) : body)
}

/** Characters from which on a body is encoded once for all who get it. */
const LARGE = 16 * 1024

/** Large bodies that somebody is being sent. */
const encoded = new Map<string, WeakRef<Buffer>>()
const sent = new FinalizationRegistry<string>((body) => {
  if (encoded.get(body)?.deref() === undefined) encoded.delete(body)
})

/**
 * The bytes of a body, the same ones for everybody who is being sent it. Text would be copied for each connection, and those
 * who ask for a manifest and do not read it would be as many copies.
 */
function encodedOnce(body: string): Buffer {
  const known = encoded.get(body)?.deref()
  if (known !== undefined) return known
  const bytes = Buffer.from(body)
  encoded.set(body, new WeakRef(bytes))
  sent.register(bytes, body)
  return bytes
}
