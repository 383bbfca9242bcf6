import type { FastifyInstance } from 'fastify'

/** `/livez` and `/readyz`: this process can answer. Kaltura being away never makes it unready: redirects go on. */
export function registerHealth(app: FastifyInstance): void {
  const config = { exempt: true, rateLimit: false as const }
  app.get('/livez', { config, logLevel: 'warn' }, async (_request, reply) =>
    reply.header('cache-control', 'no-store').send('ok\n')
  )
  app.get('/readyz', { config, logLevel: 'warn' }, async (_request, reply) =>
    reply.header('cache-control', 'no-store').send('ok\n')
  )
}
