import Fastify, { type FastifyInstance, LogController } from 'fastify'
import { type Logger, pino } from 'pino'
import { problem } from '../answer/problem.js'
import { renderProblem } from '../answer/render.js'
import { send } from '../answer/send.js'
import type { AdminConfig, Config } from '../config/config.js'
import type { ConsoleEntry } from '../console/console.js'
import type { Explain } from '../explain/explain.js'
import { registerClosing } from '../plugins/closing.js'
import type { Metrics } from '../plugins/metrics.js'
import { registerGuard } from './guard.js'
import { type AdminParts, registerAdminRoutes } from './routes.js'

export interface AdminDependencies {
  /** Of the gateway beside it. */
  metrics: Metrics
  /** Reads the configuration file again; absent where there is none. */
  reload?: AdminParts['reload']
  /** Asks that gateway. Default: there is none to ask. */
  explain?: Explain | null
  /** Base of that gateway as a browser reaches it. Default: not known. */
  gatewayUrl?: () => string | null
  /** What the console offers to pick. Default: nothing. */
  entries?: readonly ConsoleEntry[]
  /** What of it can be purged. Default: nothing. */
  tiers?: AdminParts['tiers']
  logger?: Logger
  /** Unix ms; tests move it. */
  now?: () => number
}

/** Bytes. */
const MAX_BODY = 64 * 1024

/** On every answer, whatever it is: nothing here is for a cache, a frame, another site or a guess at its type. */
export const ADMIN_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin'
} as const

/**
 * Builds the side for operators: a server of its own, so that nothing of it ever stands on an origin from which viewers
 * are answered. Nothing is started. There is no CORS, and no playManifest.
 *
 * @param config with an admin side; its `host` is loopback when it has no token
 */
export function buildAdmin(
  config: Config & { admin: AdminConfig },
  {
    metrics,
    reload,
    explain = null,
    tiers = [],
    gatewayUrl = () => null,
    entries = [],
    logger,
    now = Date.now
  }: AdminDependencies
): FastifyInstance {
  const app = Fastify({
    loggerInstance: (logger ?? pino({ level: config.logLevel })).child({ side: 'admin' }),
    logController: new LogController({ disableRequestLogging: true }),
    // Forwarding headers count for nothing here: limits are those of the peer.
    trustProxy: false,
    frameworkErrors: (_error, _request, reply) => {
      reply.headers(ADMIN_HEADERS)
      send(reply, renderProblem(problem('BAD_REQUEST', 'The request could not be understood.')))
    },
    clientErrorHandler: (_error, socket) => {
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
      else socket.destroy()
    },
    bodyLimit: MAX_BODY,
    connectionTimeout: 30_000,
    requestTimeout: 30_000,
    forceCloseConnections: 'idle'
  }) as unknown as FastifyInstance

  registerClosing(app)
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(ADMIN_HEADERS)
    done()
  })
  registerGuard(app, config.admin.token, now)
  app.addHook('onResponse', (request, reply, done) => {
    // The pattern of the route, not what was asked for: an address typed wrong may hold anything.
    const route = request.routeOptions.url ?? null
    request.log.debug({ method: request.method, route, status: reply.statusCode, client: request.ip }, 'admin answered')
    done()
  })
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500
    if (status < 500) return send(reply, renderProblem(badRequest(status)))
    request.log.error({ err: { type: error.name } }, 'fault')
    return send(reply, renderProblem(problem('INTERNAL', 'The fault was logged.')))
  })
  app.setNotFoundHandler((_request, reply) =>
    send(reply, renderProblem(problem('NOT_FOUND', 'The admin side has no such page; / says what there is.')))
  )
  const console = { gatewayUrl, entries, hosts: config.hosts.names }
  registerAdminRoutes(app, { metrics, reload, explain, tiers, console })
  return app
}

/** What is wrong with a body that did not come to a page, in words that repeat nothing of it. */
const WORDS: Readonly<Record<number, string>> = {
  400: 'The body is not JSON that can be read.',
  413: `The body has more than ${MAX_BODY / 1024} kB.`,
  415: 'A body is sent as JSON, with the header Content-Type: application/json. POST /reload takes none.'
}

function badRequest(status: number) {
  return { ...problem('BAD_REQUEST', WORDS[status] ?? 'The request could not be understood.'), status }
}
