import type { Config, PartnerConfig } from '../config/config.js'
import { type Environment, loadConfig } from '../config/load.js'
import { KalturaApi } from '../kaltura/api.js'
import { Breaker } from '../kaltura/breaker.js'
import { UpstreamFailure } from '../kaltura/errors.js'
import { Fetcher } from '../kaltura/fetcher.js'
import { ApiRefusal, InspectClient } from '../kaltura/inspect-client.js'
import { OwnSessions } from '../kaltura/session.js'
import { CommandError, type CommandIo } from './command.js'

/** ms for a person who waits; a viewer's deadline is shorter. */
const PATIENCE = 15_000

export interface KalturaOptions {
  /** The configuration file, in place of CONFIG_FILE. */
  config?: string | undefined
  /** The partner, where there are several. */
  partner?: string | undefined
}

/** The options that every command that asks Kaltura takes. */
export const KALTURA_OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  config: { type: 'string' },
  partner: { type: 'string' }
} as const

/**
 * Asks the configured Kaltura as the gateway would, with its credential.
 * @throws CommandError saying what Kaltura refuses and what to do; ConfigError as `serve` would
 */
export async function askKaltura<T>(
  { config: file, partner: wanted }: KalturaOptions,
  env: Environment,
  io: CommandIo,
  ask: (client: InspectClient, partner: PartnerConfig, config: Config, signal: AbortSignal) => Promise<T>
): Promise<T> {
  const config = loadConfig(file === undefined ? env : { ...env, CONFIG_FILE: file }, io.read)
  const partner = choosePartner(config, wanted)
  const fetcher = new Fetcher(config.hosts)
  const api = new KalturaApi(fetcher, config.serviceUrl, new Breaker())
  const sessions = new OwnSessions(api, Date.now, (text) => io.err(`${text}\n`))
  try {
    const signal = AbortSignal.timeout(Math.max(PATIENCE, config.upstreamTimeout))
    return await ask(new InspectClient(api, sessions), partner, config, signal)
  } catch (error) {
    throw inWords(error, config, partner)
  } finally {
    await fetcher.close()
  }
}

function choosePartner({ partners }: Config, wanted: string | undefined): PartnerConfig {
  const ids = [...partners.keys()].join(', ')
  if (wanted === undefined) {
    if (partners.size === 1) return [...partners.values()][0]!
    throw new CommandError(`There are several partners; right would be --partner with one of ${ids}.`)
  }
  const partner = partners.get(Number(wanted))
  if (partner === undefined) throw new CommandError(`--partner is "${wanted}"; right would be one of ${ids}.`)
  return partner
}

/** Nothing of Kaltura's own text goes into it: that may quote a session. */
function inWords(error: unknown, { serviceUrl }: Config, { id, adminSecrets, appToken }: PartnerConfig): unknown {
  if (error instanceof UpstreamFailure) {
    return new CommandError(`Kaltura at ${serviceUrl} could not be asked: ${error.message}`)
  }
  if (!(error instanceof ApiRefusal)) return error
  const hasCredential = adminSecrets.length > 0 || appToken !== null
  const remedy: Readonly<Record<string, string>> = {
    INVALID_KS: `It does not take the session of partner ${id}; check its admin secret and its id.`,
    ENTRY_ID_NOT_FOUND: `There is no such entry of partner ${id}, or this session may not see it.`,
    INVALID_WIDGET_ID: `It does not know partner ${id}.`,
    SERVICE_FORBIDDEN: hasCredential
      ? `The credential of partner ${id} may not ask this.`
      : `This needs a credential of partner ${id}, such as KALTURA_ADMIN_SECRET_FILE.`,
    SERVICE_FORBIDDEN_CONTENT_BLOCKED: `Partner ${id} is blocked or does not exist there.`
  }
  return new CommandError([error.message, remedy[error.code]].filter((part) => part !== undefined).join(' '))
}
