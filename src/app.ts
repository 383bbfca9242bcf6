import Fastify, { type FastifyInstance, LogController } from 'fastify'
import { type Logger, pino } from 'pino'
import type { Config } from './config/config.js'
import { KalturaApi } from './kaltura/api.js'
import { Breaker } from './kaltura/breaker.js'
import { CatalogClient } from './kaltura/catalog-client.js'
import { Fetcher } from './kaltura/fetcher.js'
import { PlayManifestClient } from './kaltura/playmanifest-client.js'
import { OwnSessions } from './kaltura/session.js'
import { registerClosing } from './plugins/closing.js'
import { registerCors } from './plugins/cors.js'
import { clientError, frameworkError, registerErrors, registerNotFound } from './plugins/errors.js'
import { registerHealth } from './plugins/health.js'
import { registerRateLimit } from './plugins/rate-limit.js'
import { registerRequestLog } from './plugins/request-log.js'
import { Resolver } from './resolve/resolver.js'
import { TargetClient } from './resolve/target-client.js'
import { playManifestRoutes } from './routes/playmanifest.js'
import { TrustedProxies } from './viewer/trusted-proxies.js'

export interface AppDependencies {
  /** Where log lines go; by default one made from the configured level. */
  logger?: Logger
  /** Unix ms; tests move it. */
  now?: () => number
}

/**
 * Builds the gateway: plugins and routes in order, nothing started. The caller listens, and closes.
 * @throws never for anything that upstream does: nothing is asked before the first request
 */
export async function buildApp(
  config: Config,
  { logger, now = Date.now }: AppDependencies = {}
): Promise<FastifyInstance> {
  const proxies = new TrustedProxies(config.trustProxy)
  const app = Fastify({
    loggerInstance: logger ?? pino({ level: config.logLevel }),
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: proxies.empty ? false : (address: string) => proxies.has(address),
    frameworkErrors: frameworkError,
    clientErrorHandler: clientError,
    // The longest legitimate request line is Kaltura's own limit; a body is never read.
    routerOptions: { maxParamLength: 100, ignoreDuplicateSlashes: false },
    bodyLimit: 1024,
    connectionTimeout: 30_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle'
  }) as unknown as FastifyInstance

  const fetcher = new Fetcher(config.hosts)
  const api = new KalturaApi(fetcher, config.serviceUrl, new Breaker({ now }))
  const catalogs = new CatalogClient(api, new OwnSessions(api, now))
  const manifests = new PlayManifestClient(fetcher, config.serviceUrl, new Breaker({ now }))
  const targets = new TargetClient(manifests, config.hosts, config.cache)
  const resolver = new Resolver(config, catalogs, targets, now)
  app.addHook('onClose', () => fetcher.close())

  registerClosing(app)
  registerErrors(app)
  registerRequestLog(app)
  await registerCors(app)
  await registerRateLimit(app, config.rateLimit)
  registerNotFound(app)
  registerHealth(app)
  playManifestRoutes(app, { config, resolver, proxies, now })
  return app
}
