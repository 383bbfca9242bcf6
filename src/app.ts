import Fastify, { type FastifyInstance, type FastifyRequest, LogController } from 'fastify'
import { type Logger, pino } from 'pino'
import type { Rendered } from './answer/render.js'
import type { Config } from './config/config.js'
import { KalturaApi } from './kaltura/api.js'
import { ApiPassthrough } from './kaltura/api-passthrough.js'
import { Breaker } from './kaltura/breaker.js'
import { CatalogClient } from './kaltura/catalog-client.js'
import { Circle, type CircleTiming } from './kaltura/circle.js'
import { Fetcher } from './kaltura/fetcher.js'
import { PlayManifestClient } from './kaltura/playmanifest-client.js'
import { OwnSessions } from './kaltura/session.js'
import { VIA } from './kaltura/via.js'
import { registerClosing } from './plugins/closing.js'
import { registerCors } from './plugins/cors.js'
import { clientError, frameworkError, registerErrors, registerNotFound, rememberAnswers } from './plugins/errors.js'
import { registerHealth } from './plugins/health.js'
import { registerRateLimit } from './plugins/rate-limit.js'
import { registerRequestLog } from './plugins/request-log.js'
import { Resolver } from './resolve/resolver.js'
import { TargetClient } from './resolve/target-client.js'
import { apiPassthroughRoutes } from './routes/api-passthrough.js'
import { playManifestRoutes } from './routes/playmanifest.js'
import { TrustedProxies } from './viewer/trusted-proxies.js'

export interface AppDependencies {
  /** Where log lines go; by default one made from the configured level. */
  logger?: Logger
  /** Unix ms; tests move it. */
  now?: () => number
  /** How often is looked whether redirects come back; tests hurry. */
  circleTiming?: Partial<CircleTiming>
}

/**
 * Builds the gateway: plugins and routes in order, nothing started. The caller listens, and closes.
 * @throws never for anything that upstream does: nothing is asked before the first request
 */
export async function buildApp(
  config: Config,
  { logger, now = Date.now, circleTiming = {} }: AppDependencies = {}
): Promise<FastifyInstance> {
  const proxies = new TrustedProxies(config.trustProxy)
  let undecodable: (request: FastifyRequest) => Promise<Rendered | null> = async () => null
  const app = Fastify({
    loggerInstance: logger ?? pino({ level: config.logLevel }),
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: proxies.empty ? false : (address: string) => proxies.has(address),
    // Routes come later than the instance; until then nothing more can be said about such a path.
    frameworkErrors: (error, request, reply) =>
      void frameworkError(error, request, reply, (given) => undecodable(given)),
    rewriteUrl: originForm,
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
  const catalogs = new CatalogClient(api, new OwnSessions(api, now, (text) => app.log.warn(text)))
  const manifests = new PlayManifestClient(fetcher, config.serviceUrl, new Breaker({ now }))
  const targets = new TargetClient(manifests, config.hosts, config.cache)
  const resolver = new Resolver(config, catalogs, targets, now)
  const { cdnUrl, partners } = config
  const circle = new Circle(fetcher, {
    cdnUrl,
    partnerId: [...partners.keys()][0]!,
    log: app.log,
    timing: circleTiming
  })
  app.addHook('onClose', () => {
    circle.close()
    return fetcher.close()
  })

  registerClosing(app)
  registerErrors(app)
  rememberAnswers(app.server)
  registerRequestLog(app)
  await registerCors(app)
  await registerRateLimit(app, config.rateLimits.client)
  registerNotFound(app)
  registerHealth(app)
  undecodable = playManifestRoutes(app, { config, resolver, proxies, circle, via: VIA, now })
  if ([...config.partners.values()].some(({ apiPassthrough }) => apiPassthrough.length > 0)) {
    const passthrough = new ApiPassthrough(config.hosts, config.serviceUrl, config.upstreamTimeout)
    app.addHook('onClose', () => passthrough.close())
    await apiPassthroughRoutes(app, { config, passthrough, via: VIA })
  }
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
