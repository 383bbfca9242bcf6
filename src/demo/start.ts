import type { FastifyInstance } from 'fastify'
import { type Logger, pino } from 'pino'
import { buildAdmin } from '../admin/admin.js'
import { buildApp } from '../app.js'
import { MemoryPurger } from '../cache/purge.js'
import { ConfigError } from '../config/config.js'
import { type Environment, loadConfig } from '../config/load.js'
import { type ReloadResult, RuleReloader } from '../config/reload.js'
import { watchFileText } from '../config/watch-file.js'
import { explainer } from '../explain/explain.js'
import { Metrics } from '../plugins/metrics.js'
import { LiveRules } from '../rules/live-rules.js'
import { buildCdn } from './cdn/build-cdn.js'
import {
  buildKaltura,
  type Catalog,
  createState,
  demoCatalog,
  type KalturaOptions,
  type KalturaState
} from './kaltura/index.js'
import { isMediaKey, type MediaKey } from './media-files.js'
import { consoleEntries, pageData } from './page-data.js'
import { buildPageServer } from './page-server.js'

/** The servers of the demo, in the order of their start: each needs the addresses of those before it. */
export type DemoPart = 'cdn' | 'kaltura' | 'gateway' | 'admin' | 'page'

/** The partner that the demo's gateway serves. */
export const DEMO_PARTNER = 101

export interface DemoOptions {
  /** Listen address of all parts, default `127.0.0.1`; a wildcard address is written as loopback in URLs. */
  host?: string
  /** Ports; 0 or missing: any free one. */
  ports?: Partial<Record<DemoPart, number>>
  /** Variables of the gateway, over those that the demo sets; an empty string unsets one. */
  env?: Environment
  /** Gives the gateway the admin secret, default true; without it there are template redirects only. */
  withSecret?: boolean
  /** Starts the gateway's admin side too, on loopback and without a token; default false. */
  admin?: boolean
  /** Log of the gateway, default none. */
  logger?: Logger
  /** Default: a fresh demo catalog. */
  catalog?: Catalog
  /** YAML file of the gateway, as CONFIG_FILE. */
  configFile?: string
  /** How the embedded Kaltura learns and places addresses. The salt is also the gateway's, unless `env` says another. */
  kaltura?: Pick<KalturaOptions, 'remoteAddrSalt' | 'remoteAddress' | 'country'>
  /** Told what became of each reading of the configuration file after the start. */
  onReload?: (result: ReloadResult) => void
  /** The clock of gateway and embedded Kaltura, Unix ms. */
  now?: () => number
  /** ms that viewers wait for a catalog or a target in place of the configured times: for tests on slow machines. */
  patience?: number
}

/** A running demo. URLs are bases without a trailing slash. */
export interface Demo {
  gatewayUrl: string
  kalturaUrl: string
  cdnUrl: string
  pageUrl: string
  /** Null unless the options ask for it. */
  adminUrl: string | null
  /** Reads the rules of the configuration file again; null when there is no file. They follow the file by themselves too. */
  reload: ((cause: string) => ReloadResult) | null
  /** The embedded Kaltura's database; may be changed while it runs. */
  catalog: Catalog
  /** The embedded Kaltura's counters and fault switches. */
  state: KalturaState
  /** Stops everything; requests under way are cut off after a moment. */
  close(): Promise<void>
}

/** A part could not listen on its port. */
export class PortError extends Error {
  readonly part: DemoPart
  readonly port: number
  readonly host: string
  /** `EADDRINUSE`, `EACCES`, ... */
  readonly code: string

  constructor(part: DemoPart, host: string, port: number, cause: NodeJS.ErrnoException) {
    super(`the demo's ${part} cannot listen on port ${port}: ${cause.code ?? cause.message}`, { cause })
    this.name = 'PortError'
    this.part = part
    this.port = port
    this.host = host
    this.code = cause.code ?? ''
  }
}

/** Where an admin side without a token listens, wherever the rest does. */
const LOOPBACK = '127.0.0.1'

/** ms that requests under way may take once the demo stops; then their connections are cut. */
const GRACE = 300

/**
 * Starts the embedded Kaltura with its CDN, the gateway before it, and the page, all of this process. The gateway is
 * configured by variables, as an operator would do it.
 *
 * @throws ConfigError for variables that are not usable; PortError when a port cannot be had. Nothing is left running then.
 */
export async function startDemo(options: DemoOptions = {}): Promise<Demo> {
  const { host = '127.0.0.1', ports = {}, catalog = demoCatalog(options.now ? { now: options.now } : {}) } = options
  const state = createState()
  const running: FastifyInstance[] = []
  let unwatch = (): void => undefined
  const close = async (): Promise<void> => {
    unwatch()
    await Promise.all(running.splice(0).map(stop))
  }
  const listen = async (part: DemoPart, app: FastifyInstance, at = host): Promise<string> => {
    running.push(app)
    const port = ports[part] ?? 0
    try {
      await app.listen({ host: at, port, listenTextResolver: (address) => `${part} of the demo listens on ${address}` })
    } catch (error) {
      throw new PortError(part, at, port, error as NodeJS.ErrnoException)
    }
    return urlOf(app, at)
  }
  try {
    const cdnUrl = await listen('cdn', buildCdn({ lookup: (entry, flavor) => mediumOf(catalog, entry, flavor) }))
    const clock = options.now === undefined ? {} : { now: options.now }
    const kaltura = buildKaltura({
      catalog,
      cdnBaseUrl: cdnUrl,
      cdnScheme: 'base',
      state,
      ...clock,
      ...options.kaltura
    })
    const kalturaUrl = await listen('kaltura', kaltura)
    const env = environment(options, catalog, kalturaUrl, cdnUrl)
    const { patience } = options
    const times = patience === undefined ? {} : { catalogPatience: patience, targetPatience: patience }
    const config = { ...loadConfig(env), ...times }
    const logger = options.logger ?? pino({ level: 'silent' })
    const metrics = new Metrics()
    const rules = new LiveRules(config)
    const reloader = env.CONFIG_FILE?.trim()
      ? new RuleReloader(config, { env, live: rules, log: logger, count: (result) => metrics.countReload(result) })
      : null
    const reload =
      reloader === null
        ? null
        : (cause: string) => {
            const result = reloader.reload(cause)
            options.onReload?.(result)
            return result
          }
    if (reloader !== null) unwatch = watchFileText(reloader.path, () => reload!('file'))
    const purger = new MemoryPurger()
    const gateway = await buildApp(config, { logger, metrics, rules, purger, ...clock })
    const gatewayUrl = await listen('gateway', gateway)
    let adminUrl: string | null = null
    if (options.admin === true) {
      const admin = { host: LOOPBACK, port: 0, token: null }
      const explain = explainer(gateway, config, options.now)
      const entries = consoleEntries(pageData(catalog, DEMO_PARTNER, { gatewayUrl, kalturaUrl, cdnUrl }))
      const parts = {
        metrics,
        explain,
        entries,
        gatewayUrl: () => gatewayUrl,
        tiers: [purger],
        reload: reload ?? undefined
      }
      const app = buildAdmin({ ...config, admin }, { ...parts, logger, ...clock })
      adminUrl = await listen('admin', app, LOOPBACK)
    }
    const servers = { gatewayUrl, kalturaUrl, cdnUrl }
    const page = buildPageServer({ ...servers, state, data: pageData(catalog, DEMO_PARTNER, servers) })
    const pageUrl = await listen('page', page)
    return { ...servers, pageUrl, adminUrl, reload, catalog, state, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The variables of the gateway as a README would give them. */
function environment(options: DemoOptions, catalog: Catalog, kalturaUrl: string, cdnUrl: string): Environment {
  const partner = catalog.partners.get(DEMO_PARTNER)
  if (partner === undefined) throw new ConfigError([`The demo's catalog has no partner ${DEMO_PARTNER}.`])
  return {
    KALTURA_SERVICE_URL: kalturaUrl,
    // Said again, since a file may name another base for viewers.
    KALTURA_CDN_URL: kalturaUrl,
    KALTURA_PARTNER_ID: String(DEMO_PARTNER),
    ...(options.withSecret === false ? {} : { KALTURA_ADMIN_SECRET: partner.adminSecret }),
    KALTURA_SHARE_PUBLIC: 'true',
    ALLOWED_HOSTS: new URL(cdnUrl).host,
    RATE_LIMIT: '1000000',
    ...(options.kaltura?.remoteAddrSalt === undefined
      ? {}
      : { KALTURA_REMOTE_ADDR_SALT: options.kaltura.remoteAddrSalt }),
    ...(options.configFile === undefined ? {} : { CONFIG_FILE: options.configFile }),
    ...options.env
  }
}

function mediumOf(catalog: Catalog, entryId: string, flavorId: string): MediaKey | undefined {
  const flavor = catalog.flavors.get(flavorId)
  const key = flavor?.entryId === entryId ? flavor.mediaKey : null
  return typeof key === 'string' && isMediaKey(key) ? key : undefined
}

function urlOf(app: FastifyInstance, host: string): string {
  const address = app.server.address()
  if (address === null || typeof address === 'string') throw new Error('a part of the demo listens nowhere')
  const named = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${named.includes(':') ? `[${named}]` : named}:${address.port}`
}

/** A player may hold a connection for as long as it likes, and a browser opens some that it never uses. */
async function stop(app: FastifyInstance): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), GRACE)
  try {
    await app.close()
  } finally {
    clearTimeout(cut)
  }
}
