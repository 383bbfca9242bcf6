import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Purger } from '../cache/purge.js'
import type { ReloadResult } from '../config/reload.js'
import { type ConsoleParts, registerConsole, wantsPage } from '../console/console.js'
import { pageFile } from '../console/files.js'
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
  /** What the console is told; it is there where explain is. */
  console: ConsoleParts
  /** What can be purged, in this order; empty: nothing. */
  tiers: readonly Purger[]
}

const PAGES = `playmanifest-gateway: the side for operators

  /console   a page to ask and to watch with, for browsers
  /metrics   counters and gauges for Prometheus
  /livez     this process can answer
  /explain   why a playManifest request is answered as it is: ?url=..., a JSON body, or /explain before its path
  /purge     POST: forgets what is kept, or marks it stale, by entry, partner, reference id or all
  /reload    POST: reads the rules of the configuration file again
`

/** Everything that the admin side serves. New pages are registered here, and named in the text above. */
export function registerAdminRoutes(
  app: FastifyInstance,
  { metrics, reload, explain, tiers, console }: AdminParts
): void {
  registerStart(app, explain !== null)
  app.get('/livez', async (_request, reply) => reply.type('text/plain; charset=utf-8').send('ok\n'))
  app.get('/metrics', async (_request, reply) => {
    const { contentType, body } = await metrics.read()
    return reply.type(contentType).send(body)
  })
  if (explain !== null) {
    const send = registerConsole(app, console)
    registerExplain(app, explain, { isWanted: wantsPage, send })
  }
  if (tiers.length > 0) registerPurge(app, tiers, metrics)
  if (reload === undefined) return
  app.post('/reload', async (_request, reply) => {
    const result = reload('admin')
    return reply.code(result.result === 'failed' ? 422 : 200).send(result)
  })
}

/** What there is: as text, and for browsers as a page that leads to the console and needs no token. */
function registerStart(app: FastifyInstance, hasConsole: boolean): void {
  const isPage = (request: FastifyRequest) => hasConsole && wantsPage(request)
  const { type, bytes } = pageFile('start.html')
  app.get('/', { config: { withoutToken: isPage } }, async (request, reply) => {
    if (!isPage(request)) return reply.type('text/plain; charset=utf-8').send(PAGES)
    return reply.header('content-security-policy', START_POLICY).type(type).send(bytes)
  })
}

const START_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
