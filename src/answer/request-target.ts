import type { FastifyRequest } from 'fastify'

/** Path and query as they came, without the prefix under which another program has registered the gateway. */
export function targetOf(request: FastifyRequest): string {
  const url = request.raw.url ?? ''
  // A request that no route has taken belongs to no instance.
  const prefix = request.server?.prefix ?? ''
  return prefix !== '' && url.startsWith(prefix) ? url.slice(prefix.length) : url
}
