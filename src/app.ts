import Fastify, { type FastifyInstance, LogController } from 'fastify'
import { type Logger, pino } from 'pino'
import { isExplainedConnection } from './answer/explained.js'
import type { Config } from './config/config.js'
import { type Gateway, type GatewayDependencies, registerGateway } from './gateway.js'
import { registerClosing } from './plugins/closing.js'
import { clientError, frameworkError, registerNotFound, rememberAnswers } from './plugins/errors.js'
import { registerHealth } from './plugins/health.js'
import { Metrics } from './plugins/metrics.js'
import { TrustedProxies } from './viewer/trusted-proxies.js'

export interface AppDependencies extends GatewayDependencies {
  /** Where log lines go; by default one made from the configured level. */
  logger?: Logger
}

/** Sockets at once: each costs about 10 kB while it idles, and what is above finds another gateway or comes later. */
const MAX_CONNECTIONS = 10_000
/** Requests over one connection, then it is renewed: so a fleet's load spreads over gateways that came later. */
const MAX_REQUESTS_PER_SOCKET = 10_000

/**
 * Builds the gateway: plugins and routes in order, nothing started. The caller listens, and closes.
 * @throws never for anything that upstream does: nothing is asked before the first request
 */
export async function buildApp(
  config: Config,
  { logger, metrics = new Metrics(), ...dependencies }: AppDependencies = {}
): Promise<FastifyInstance> {
  const proxies = new TrustedProxies(config.trustProxy)
  // Assigned before anything listens, and so before any request.
  let gateway: Gateway | null = null
  const app = Fastify({
    loggerInstance: logger ?? pino({ level: config.logLevel }),
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: proxies.empty ? false : (address: string) => proxies.has(address),
    // Routes come later than the instance; until then nothing more can be said about such a path.
    frameworkErrors: (error, request, reply) =>
      void frameworkError(error, request, reply, gateway!.undecodable, gateway!.rateLimit).then(() =>
        metrics.count(request, reply)
      ),
    rewriteUrl: originForm,
    clientErrorHandler: (error, socket) => {
      if (!isExplainedConnection(socket)) metrics.countUnreadable()
      clientError(error, socket)
    },
    // The longest legitimate request line is Kaltura's own limit; a body is never read.
    routerOptions: { maxParamLength: 100, ignoreDuplicateSlashes: false },
    bodyLimit: 1024,
    connectionTimeout: 30_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 72_000,
    maxRequestsPerSocket: MAX_REQUESTS_PER_SOCKET,
    forceCloseConnections: 'idle'
  }) as unknown as FastifyInstance
  app.server.maxConnections = MAX_CONNECTIONS
  // Node would leave out what is past its bound; how many there may be is looked at for each request.
  app.server.maxHeadersCount = 0
  registerClosing(app)
  rememberAnswers(app.server)
  gateway = await registerGateway(app, config, { ...dependencies, metrics })
  registerNotFound(app)
  registerHealth(app)
  return app
}

/** A request target with scheme and host means the same as one without them (RFC 9112, 3.2.2); the host is not believed. */
function originForm(request: { url?: string | undefined }): string {
  const url = request.url ?? '/'
  const absolute = /^https?:\/\/[^/?#]*/i.exec(url)
  if (absolute === null) return url
  const rest = url.slice(absolute[0].length)
  return rest.startsWith('/') ? rest : `/${rest}`
}
