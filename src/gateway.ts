import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { Rendered } from './answer/render.js'
import { MemoryPurger } from './cache/purge.js'
import { RedisLink } from './cache/redis.js'
import { viewerBases } from './config/bases.js'
import type { Config } from './config/config.js'
import { KalturaApi } from './kaltura/api.js'
import { ApiPassthrough } from './kaltura/api-passthrough.js'
import { Breaker } from './kaltura/breaker.js'
import { CatalogClient } from './kaltura/catalog-client.js'
import type { CircleTiming } from './kaltura/circle.js'
import { Circles } from './kaltura/circles.js'
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
import { registerCors } from './plugins/cors.js'
import { registerErrors } from './plugins/errors.js'
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
import { ShadowWatch } from './routes/shadow.js'
import { LiveRules } from './rules/live-rules.js'
import { TrustedProxies } from './viewer/trusted-proxies.js'

export interface GatewayDependencies {
  /** Unix ms; tests move it. */
  now?: () => number
  /** What is counted; by default counted for nobody. */
  metrics?: Metrics
  /** The rules in force, for who replaces them; by default those of the configuration, for good. */
  rules?: LiveRules
  /** Learns which caches there are, for who purges them; by default nobody does. */
  purger?: MemoryPurger
  /** How often is looked whether redirects come back; tests hurry. */
  circleTiming?: Partial<CircleTiming>
}

/** What a server needs of the gateway for requests that reach no route. */
export interface Gateway {
  rateLimit: RateLimit
  /** Answers a request whose path the router could not decode; null when it is nothing of the gateway's. */
  undecodable: (request: FastifyRequest) => Promise<Rendered | null>
}

/**
 * Registers the gateway in an instance: hooks, error handler and routes, in order, and nothing that belongs to the server
 * as a whole. The same for the gateway's own server (app.ts) and for another program's (library.ts).
 */
export async function registerGateway(
  app: FastifyInstance,
  config: Config,
  {
    now = Date.now,
    metrics = new Metrics(),
    rules = new LiveRules(config),
    purger = new MemoryPurger(),
    circleTiming = {}
  }: GatewayDependencies = {}
): Promise<Gateway> {
  const proxies = new TrustedProxies(config.trustProxy)
  const shared = config.redisUrls.length === 0 ? null : new RedisLink(config.redisUrls, app.log as Logger)
  const fleet = shared === null ? null : new Fleet(shared, fleetKey(config))
  const limits = new Limits(config.rateLimits, fleet, now)
  const rateLimit = new RateLimit({ limits, proxies, isServed: (partner) => config.partners.has(partner) })

  const fetcher = new Fetcher(config.hosts)
  const api = new KalturaApi(fetcher, config.serviceUrl, new Breaker({ now }))
  const sessions = new OwnSessions(api, now, (text) => app.log.warn(text))
  const catalogs = new CatalogClient(api, sessions)
  // An entry that Kaltura refuses to grant ends the whole API answer: that must not look like a Kaltura that is down.
  const grantApi = new KalturaApi(fetcher, config.serviceUrl, new Breaker({ threshold: Number.POSITIVE_INFINITY, now }))
  const locations = new Locations(config.cdnUrl, config.hosts, config.cdnUrls)
  const grants = new GrantClient(grantApi, sessions, locations, config.upstreamTimeout)
  const manifests = new PlayManifestClient(fetcher, config.serviceUrl, new Breaker({ now }))
  const targets = new TargetClient(manifests, locations)
  const resolver = new Resolver(config, { catalogs, targets, locations }, now)
  // Whoever makes up names that Kaltura chokes on stops names, and nothing else.
  const referenceApi = new KalturaApi(fetcher, config.serviceUrl, new Breaker({ now }))
  const references = new References(config, new ReferenceClient(referenceApi), now)
  purger.add('reference', references)
  resolver.purgedBy(purger)
  const viewers = new ViewerClient(config, locations, now)
  const circles = new Circles(fetcher, {
    bases: viewerBases(config),
    partnerId: [...config.partners.keys()][0]!,
    log: app.log,
    timing: circleTiming
  })
  app.addHook('onReady', async () => {
    shared?.connect()
    fleet?.start()
  })
  app.addHook('onClose', async () => {
    circles.close()
    fleet?.stop()
    shared?.close()
    await Promise.all([fetcher.close(), viewers.close()])
  })

  const overload = registerOverload(app, config.maxInFlight)
  registerErrors(app)
  registerRequestLog(app)
  registerMetrics(app, metrics)
  registerKsWarning(app, config.partners, now)
  await rateLimit.register(app)
  await registerCors(app)
  const undecodable = playManifestRoutes(app, {
    config,
    rules,
    resolver,
    references,
    grants,
    viewers,
    locations,
    proxies,
    circles,
    via: VIA,
    now,
    shadow: new ShadowWatch({
      log: app.log as Logger,
      count: (result, differences) => metrics.countShadow(result, differences),
      now
    }),
    admission: (request) => rateLimit.admission(request),
    crowded: overload.crowded
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
  return { rateLimit, undecodable }
}
