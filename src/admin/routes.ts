import type { FastifyInstance } from 'fastify'
import type { Purger } from '../cache/purge.js'
import type { ReloadResult } from '../config/reload.js'
import type { Explain } from '../explain/explain.js'
import type { Metrics } from '../plugins/metrics.js'
import { registerExplain } from './explain.js'
import { registerPurge } from './purge.js'

/** What the pages of the admin side are about. */
export interface AdminParts {
  metrics: Metrics
  /** Reads the configuration file again; absent where there is none. */
  reload?: ((cause: string) => ReloadResult) | undefined
  /** Null: there is no gateway to ask. */
  explain: Explain | null
  /** What can be purged, in this order; empty: nothing. */
  tiers: readonly Purger[]
}

const PAGES = `playmanifest-gateway: the side for operators

  /metrics   counters and gauges for Prometheus
  /livez     this process can answer
  /explain   why a playManifest request is answered as it is: ?url=..., a JSON body, or /explain before its path
  /purge     POST: forgets what is kept, or marks it stale, by entry, partner, reference id or all
  /reload    POST: reads the rules of the configuration file again
`

/** Everything that the admin side serves. New pages are registered here, and named in the text above. */
export function registerAdminRoutes(app: FastifyInstance, { metrics, reload, explain, tiers }: AdminParts): void {
  app.get('/', async (_request, reply) => reply.type('text/plain; charset=utf-8').send(PAGES))
  app.get('/livez', async (_request, reply) => reply.type('text/plain; charset=utf-8').send('ok\n'))
  app.get('/metrics', async (_request, reply) => {
    const { contentType, body } = await metrics.read()
    return reply.type(contentType).send(body)
  })
  if (explain !== null) registerExplain(app, explain)
  if (tiers.length > 0) registerPurge(app, tiers, metrics)
  if (reload === undefined) return
  app.post('/reload', async (_request, reply) => {
    const result = reload('admin')
    return reply.code(result.result === 'failed' ? 422 : 200).send(result)
  })
}
