import closeWithGrace from 'close-with-grace'
import type { FastifyInstance } from 'fastify'
import { type Logger, pino } from 'pino'
import { buildAdmin } from './admin/admin.js'
import { buildApp } from './app.js'
import { type Config, ConfigError } from './config/config.js'
import { explainer } from './explain/explain.js'
import { Metrics } from './plugins/metrics.js'

/** ms in which requests under way may end after a signal. */
const GRACE = 10_000

export interface RunningServer {
  app: FastifyInstance
  /** Base URL it listens on. */
  url: string
  /** Base URL of the admin side; null when there is none. */
  adminUrl: string | null
  /** Stops both; requests under way are answered. */
  close(): Promise<void>
}

/**
 * Builds the gateway and its admin side and listens; says what the configuration warns of.
 * @throws ConfigError when an address cannot be had; nothing is left running then
 */
export async function startServer(config: Config, logger?: Logger): Promise<RunningServer> {
  const log = logger ?? pino({ level: config.logLevel })
  const metrics = new Metrics()
  const app = await buildApp(config, { logger: log, metrics })
  const explain = explainer(app, config)
  const admin =
    config.admin === null ? null : buildAdmin({ ...config, admin: config.admin }, { metrics, explain, logger: log })
  const close = async (): Promise<void> => {
    await Promise.all([app.close(), admin?.close()])
  }
  for (const warning of config.warnings) log.warn(warning)
  try {
    // The gateway last: it takes no request before everything is there.
    const adminUrl = admin && (await listen(admin, config.admin!, 'admin side listening', ADMIN_ADDRESS))
    if (admin !== null) metrics.watchProcess()
    const url = await listen(app, config, 'listening', ADDRESS)
    return { app, url, adminUrl, close }
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
 * that comes later ends the process as it stands.
 */
export function stopOnSignals(log: Logger, stop: () => Promise<void>): void {
  const closing = closeWithGrace(
    { delay: GRACE, skip: [...SIGNALS], logger: { error: (text: unknown) => log.error(String(text)) } },
    async ({ err }) => {
      if (err) log.fatal({ err: { type: err.name, stack: err.stack } }, 'stopping after a fault')
      await stop()
    }
  )
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
