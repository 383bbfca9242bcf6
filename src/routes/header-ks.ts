import type { FastifyRequest } from 'fastify'

/** The session that a player sent in `X-Kaltura-Ks`; undefined without one. */
export function headerKs(request: FastifyRequest): string | undefined {
  const value = request.headers['x-kaltura-ks']
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}
