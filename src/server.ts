import closeWithGrace from 'close-with-grace'
import type { FastifyInstance } from 'fastify'
import { type Logger, pino } from 'pino'
import { buildAdmin } from './admin/admin.js'
import { buildApp } from './app.js'
import { MemoryPurger } from './cache/purge.js'
import { type Config, ConfigError } from './config/config.js'
import type { Environment } from './config/load.js'
import { type ReloadResult, RuleReloader } from './config/reload.js'
import { watchFileText } from './config/watch-file.js'
import { gatewayUrlOf } from './console/gateway-url.js'
import { explainer } from './explain/explain.js'
import { Metrics } from './plugins/metrics.js'
import { LiveRules } from './rules/live-rules.js'

/** ms in which requests under way may end after a signal. */
const GRACE = 10_000

export interface RunningServer {
  app: FastifyInstance
  /** Base URL it listens on. */
  url: string
  /** Base URL of the admin side; null when there is none. */
  adminUrl: string | null
  /** Reads the rules of the configuration file again; null when there is no file. */
  reload: ((cause: string) => ReloadResult) | null
  /** Stops both; requests under way are answered. */
  close(): Promise<void>
}

/**
 * Builds the gateway and its admin side and listens; says what the configuration warns of.
 *
 * @param env what the configuration was made from: with it the rules of the file it names follow the file
 * @throws ConfigError when an address cannot be had; nothing is left running then
 */
export async function startServer(config: Config, logger?: Logger, env: Environment = {}): Promise<RunningServer> {
  const log = logger ?? pino({ level: config.logLevel })
  const metrics = new Metrics()
  const rules = new LiveRules(config)
  const reloader = env.CONFIG_FILE?.trim()
    ? new RuleReloader(config, { env, live: rules, log, count: (result) => metrics.countReload(result) })
    : null
  const reload = reloader === null ? undefined : (cause: string) => reloader.reload(cause)
  const purger = new MemoryPurger()
  const app = await buildApp(config, { logger: log, metrics, rules, purger })
  const explain = explainer(app, config)
  const gatewayUrl = () => {
    const address = app.server.address()
    if (address === null || typeof address === 'string') return config.publicUrl
    return gatewayUrlOf({ ...config, port: address.port })
  }
  const parts = { metrics, reload, explain, tiers: [purger], gatewayUrl, logger: log }
  const admin = config.admin === null ? null : buildAdmin({ ...config, admin: config.admin }, parts)
  const unwatch = reloader === null ? () => undefined : watchFileText(reloader.path, () => reloader.reload('file'))
  const close = async (): Promise<void> => {
    unwatch()
    await Promise.all([app.close(), admin?.close()])
  }
  for (const warning of config.warnings) log.warn(warning)
  try {
    // The gateway last: it takes no request before everything is there.
    const adminUrl = admin && (await listen(admin, config.admin!, 'admin side listening', ADMIN_ADDRESS))
    if (admin !== null) metrics.watchProcess()
    const url = await listen(app, config, 'listening', ADDRESS)
    return { app, url, adminUrl, reload: reload ?? null, close }
  } catch (error) {
    await close()
    throw error
  }
}

type Address = Pick<Config, 'host' | 'port'>

const ADDRESS = ({ host, port }: Address) => `HOST and PORT are ${host} and ${port}`
const ADMIN_ADDRESS = ({ host, port }: Address) =>
  `ADMIN_PORT is ${port} (on ${host}; ADMIN_PORT=off does without the admin side)`

/** @throws ConfigError naming the variables when the address cannot be had */
async function listen(
  app: FastifyInstance,
  { host, port }: Address,
  words: string,
  name: (address: Address) => string
): Promise<string> {
  try {
    return await app.listen({ host, port, listenTextResolver: (address) => `${words} on ${address}` })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = LISTEN_ERRORS[code ?? ''] ?? `the system refuses it (${code})`
    throw new ConfigError([`${name({ host, port })}, but ${why}.`])
  }
}

const LISTEN_ERRORS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there; right would be a free port',
  EACCES: 'this user may not listen there; right would be a port above 1023',
  EADDRNOTAVAIL: 'this machine has no such address; right would be one of its own, or 0.0.0.0 for all',
  ENOTFOUND: 'the name is not known; right would be an address of this machine, or 0.0.0.0 for all'
}

/** Signals by which a person, npm or a supervisor ends the server. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const
/** ms for which a repeated signal counts as the same one. */
const SAME_SIGNAL = 1_000

/**
 * Ends everything on SIGINT and SIGTERM, with status 0: no new connections, requests under way are answered, then the
 * rest. Under npm one Ctrl-C arrives twice, from the terminal and from npm, so a repetition at once changes nothing; one
 * that comes later ends the process as it stands. SIGHUP reads the rules again; without a file to read them from it ends
 * everything too.
 */
export function stopOnSignals(log: Logger, stop: () => Promise<void>, reload: RunningServer['reload'] = null): void {
  const closing = closeWithGrace(
    {
      delay: GRACE,
      skip: reload === null ? [...SIGNALS] : [...SIGNALS, 'SIGHUP'],
      logger: { error: (text: unknown) => log.error(String(text)) }
    },
    async ({ err }) => {
      if (err) log.fatal({ err: { type: err.name, stack: err.stack } }, 'stopping after a fault')
      await stop()
    }
  )
  if (reload !== null) process.on('SIGHUP', () => void reload('SIGHUP'))
  let stopping = false
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping) return
    stopping = true
    log.info(`stopping on ${signal}`)
    setTimeout(() => {
      for (const name of SIGNALS) process.off(name, onSignal)
    }, SAME_SIGNAL).unref()
    closing.close()
  }
  for (const name of SIGNALS) process.on(name, onSignal)
}
