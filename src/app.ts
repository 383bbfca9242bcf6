import Fastify, { type FastifyInstance, type FastifyRequest, LogController } from 'fastify'
import { type Logger, pino } from 'pino'
import type { Rendered } from './answer/render.js'
import { RedisLink } from './cache/redis.js'
import type { Config } from './config/config.js'
import { KalturaApi } from './kaltura/api.js'
import { ApiPassthrough } from './kaltura/api-passthrough.js'
import { Breaker } from './kaltura/breaker.js'
import { CatalogClient } from './kaltura/catalog-client.js'
import { Circle, type CircleTiming } from './kaltura/circle.js'
import { Fetcher } from './kaltura/fetcher.js'
import { GrantClient } from './kaltura/grant-client.js'
import { Locations } from './kaltura/locations.js'
import { PlayManifestClient } from './kaltura/playmanifest-client.js'
import { ReferenceClient } from './kaltura/reference-client.js'
import { OwnSessions } from './kaltura/session.js'
import { VIA } from './kaltura/via.js'
import { Fleet } from './limits/fleet.js'
import { fleetKey } from './limits/fleet-key.js'
import { Limits } from './limits/limits.js'
import { registerClosing } from './plugins/closing.js'
import { registerCors } from './plugins/cors.js'
import { clientError, frameworkError, registerErrors, registerNotFound, rememberAnswers } from './plugins/errors.js'
import { registerHealth } from './plugins/health.js'
import { registerKsWarning } from './plugins/ks-warning.js'
import { Metrics, registerMetrics } from './plugins/metrics.js'
import { registerOverload } from './plugins/overload.js'
import { RateLimit } from './plugins/rate-limit.js'
import { registerRequestLog } from './plugins/request-log.js'
import { References } from './resolve/references.js'
import { Resolver } from './resolve/resolver.js'
import { TargetClient } from './resolve/target-client.js'
import { ViewerClient } from './resolve/viewer-client.js'
import { apiPassthroughRoutes } from './routes/api-passthrough.js'
import { playManifestRoutes } from './routes/playmanifest.js'
import { TrustedProxies } from './viewer/trusted-proxies.js'

export interface AppDependencies {
  /** Where log lines go; by default one made from the configured level. */
  logger?: Logger
  /** Unix ms; tests move it. */
  now?: () => number
  /** What is counted; by default counted for nobody. */
  metrics?: Metrics
  /** How often is looked whether redirects come back; tests hurry. */
  circleTiming?: Partial<CircleTiming>
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
  { logger, now = Date.now, metrics = new Metrics(), circleTiming = {} }: AppDependencies = {}
): Promise<FastifyInstance> {
  const proxies = new TrustedProxies(config.trustProxy)
  const log = logger ?? pino({ level: config.logLevel })
  const shared = config.redisUrls.length === 0 ? null : new RedisLink(config.redisUrls, log)
  const fleet = shared === null ? null : new Fleet(shared, fleetKey(config))
  const limits = new Limits(config.rateLimits, fleet, now)
  const rateLimit = new RateLimit({ limits, proxies, isServed: (partner) => config.partners.has(partner) })
  let undecodable: (request: FastifyRequest) => Promise<Rendered | null> = async () => null
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: proxies.empty ? false : (address: string) => proxies.has(address),
    // Routes come later than the instance; until then nothing more can be said about such a path.
    frameworkErrors: (error, request, reply) =>
      void frameworkError(error, request, reply, (given) => undecodable(given), rateLimit).then(() =>
        metrics.count(request, reply)
      ),
    rewriteUrl: originForm,
    clientErrorHandler: (error, socket) => {
      metrics.countUnreadable()
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

  const fetcher = new Fetcher(config.hosts)
  const api = new KalturaApi(fetcher, config.serviceUrl, new Breaker({ now }))
  const sessions = new OwnSessions(api, now, (text) => app.log.warn(text))
  const catalogs = new CatalogClient(api, sessions)
  // An entry that Kaltura refuses to grant ends the whole API answer: that must not look like a Kaltura that is down.
  const grantApi = new KalturaApi(fetcher, config.serviceUrl, new Breaker({ threshold: Number.POSITIVE_INFINITY, now }))
  const locations = new Locations(config.cdnUrl, config.hosts)
  const grants = new GrantClient(grantApi, sessions, locations, config.upstreamTimeout)
  const manifests = new PlayManifestClient(fetcher, config.serviceUrl, new Breaker({ now }))
  const targets = new TargetClient(manifests, locations)
  const resolver = new Resolver(config, { catalogs, targets, locations }, now)
  // Whoever makes up names that Kaltura chokes on stops names, and nothing else.
  const referenceApi = new KalturaApi(fetcher, config.serviceUrl, new Breaker({ now }))
  const references = new References(config, new ReferenceClient(referenceApi), now)
  const viewers = new ViewerClient(config, locations, now)
  const circle = new Circle(fetcher, {
    cdnUrl: config.cdnUrl,
    partnerId: [...config.partners.keys()][0]!,
    log: app.log,
    timing: circleTiming
  })
  app.server.maxConnections = MAX_CONNECTIONS
  app.addHook('onReady', async () => {
    shared?.connect()
    fleet?.start()
  })
  app.addHook('onClose', async () => {
    circle.close()
    fleet?.stop()
    shared?.close()
    await Promise.all([fetcher.close(), viewers.close()])
  })

  const overload = registerOverload(app, config.maxInFlight)
  registerClosing(app)
  registerErrors(app)
  rememberAnswers(app.server)
  registerRequestLog(app)
  registerMetrics(app, metrics)
  registerKsWarning(app, config.partners, now)
  await rateLimit.register(app)
  await registerCors(app)
  registerNotFound(app)
  registerHealth(app)
  const admission = (request: FastifyRequest) => rateLimit.admission(request)
  const { crowded } = overload
  undecodable = playManifestRoutes(app, {
    config,
    resolver,
    references,
    grants,
    viewers,
    locations,
    proxies,
    circle,
    via: VIA,
    now,
    admission,
    crowded
  })
  if ([...config.partners.values()].some(({ apiPassthrough }) => apiPassthrough.length > 0)) {
    const passthrough = new ApiPassthrough(config, locations, now)
    app.addHook('onClose', () => passthrough.close())
    await apiPassthroughRoutes(app, {
      config,
      passthrough,
      proxies,
      via: VIA,
      limit: async (request, partners) =>
        overload.crowded() ? overload.refusal : rateLimit.refuseCall(request, partners)
    })
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
