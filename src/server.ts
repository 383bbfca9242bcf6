import closeWithGrace from 'close-with-grace'
import type { FastifyInstance } from 'fastify'
import { type Logger, pino } from 'pino'
import { buildApp } from './app.js'
import type { Config } from './config/config.js'

/** ms in which requests under way may end after a signal. */
const GRACE = 10_000

export interface RunningServer {
  app: FastifyInstance
  /** Base URL it listens on. */
  url: string
}

/** Builds the gateway and listens; says what the configuration warns of. @throws when the address cannot be had */
export async function startServer(config: Config, logger?: Logger): Promise<RunningServer> {
  const log = logger ?? pino({ level: config.logLevel })
  const app = await buildApp(config, { logger: log })
  for (const warning of config.warnings) log.warn(warning)
  const url = await app.listen({
    host: config.host,
    port: config.port,
    listenTextResolver: (address) => `listening on ${address}`
  })
  return { app, url }
}

/** Ends everything on SIGINT and SIGTERM: no new connections, requests under way are answered, then the rest. */
export function stopOnSignals(log: Logger, stop: () => Promise<void>): void {
  closeWithGrace(
    { delay: GRACE, logger: { error: (text: unknown) => log.error(String(text)) } },
    async ({ err, signal }) => {
      if (err) log.fatal({ err: { type: err.name, stack: err.stack } }, 'stopping after a fault')
      else log.info(`stopping on ${signal}`)
      await stop()
    }
  )
}
