import type { Rule } from '../rules/schema.js'
import { type Config, ConfigError, type RateLimits } from './config.js'
import { type Environment, loadConfig } from './load.js'

type Duration = string | number

/** A key that signs or verifies links. */
export interface KeyOptions {
  id: string
  /** Base64, or the bytes themselves; at least 16 bytes. */
  key: string | Uint8Array
}

/** One account that is served; names and meaning as in the YAML file (docs/configuration.md). */
export interface PartnerOptions {
  id: number
  /** Several while rotating: the first one signs. */
  adminSecret?: string | readonly string[]
  appTokenId?: string
  appToken?: string
  sharePublic?: boolean
  ksUriRestrict?: 'possible' | 'never'
  upgradeInsecure?: boolean
  otherPartnersEntries?: 'refuse' | 'redirect'
  apiPassthrough?: 'off' | 'player' | readonly string[]
  forwardedFor?: 'ignored' | 'trusted'
  delivery?: 'mirror' | 'redirect' | 'proxy'
  signedLinks?: 'off' | 'optional' | 'required'
  grants?: boolean
  viewerProxy?: boolean
  aliases?: Readonly<Record<string, string>>
}

/** What the gateway is told as a library: as in docs/configuration.md. Durations as `250ms`, `60s`, `1h`; a number is seconds. */
export interface PlayManifestOptions {
  serviceUrl: string
  cdnUrl?: string
  cdnUrls?: Readonly<Record<string, string>>
  partners: readonly PartnerOptions[]
  hosts?: { allowed?: readonly string[] }
  delivery?: 'mirror' | 'redirect' | 'proxy'
  rateLimits?: Partial<RateLimits>
  maxInFlight?: number
  patience?: { catalog?: Duration; target?: Duration }
  cache?: {
    maxBytes?: string | number
    catalog?: Duration
    template?: Duration
    target?: Duration
    negative?: Duration
    staleWhileRevalidate?: Duration
    staleIfError?: Duration
    templateStaleIfError?: Duration
  }
  rules?: readonly Rule[]
  trustedHeaders?: readonly string[]
  shadow?: { percent?: number; rules: readonly Rule[] }
  /** `PUBLIC_URL`. */
  publicUrl?: string
  /** `CACHE_TTL`: seconds. */
  cacheTtl?: number
  /** `UPSTREAM_TIMEOUT_MS`. */
  upstreamTimeoutMs?: number
  /** `TRUST_PROXY`: what counts here, whatever the server itself trusts. */
  trustProxy?: readonly string[]
  /** `REDIS_URL`. */
  redisUrl?: string | readonly string[]
  /** `SIGNING_KEYS`. */
  signingKeys?: readonly KeyOptions[]
  /** `GRANT_KEYS`. */
  grantKeys?: readonly KeyOptions[]
  /** `KALTURA_REMOTE_ADDR_SALT`. */
  remoteAddrSalt?: string
}

/** What the environment calls the options that the YAML file does not have, and those that it names in messages. */
const VARIABLES = {
  publicUrl: 'PUBLIC_URL',
  cacheTtl: 'CACHE_TTL',
  upstreamTimeoutMs: 'UPSTREAM_TIMEOUT_MS',
  trustProxy: 'TRUST_PROXY',
  redisUrl: 'REDIS_URL',
  signingKeys: 'SIGNING_KEYS',
  grantKeys: 'GRANT_KEYS',
  remoteAddrSalt: 'KALTURA_REMOTE_ADDR_SALT'
} as const
const NAMED = {
  ...VARIABLES,
  serviceUrl: 'KALTURA_SERVICE_URL',
  cdnUrl: 'KALTURA_CDN_URL',
  partners: 'KALTURA_PARTNER_ID',
  'hosts.allowed': 'ALLOWED_HOSTS'
}

const FILE = 'options'

/**
 * The configuration from options alone: no environment and no file is read. They are checked as the YAML file and the
 * variables are, by the same code.
 *
 * @throws ConfigError with every problem found, by the names of the options
 */
export function configFromOptions(options: PlayManifestOptions): Config {
  const secrets = new Map<string, string>()
  const {
    publicUrl,
    cacheTtl,
    upstreamTimeoutMs,
    trustProxy,
    redisUrl,
    signingKeys,
    grantKeys,
    remoteAddrSalt,
    ...rest
  } = options
  const given: Record<keyof typeof VARIABLES, unknown> = {
    publicUrl,
    cacheTtl,
    upstreamTimeoutMs,
    trustProxy: trustProxy?.join(','),
    redisUrl: typeof redisUrl === 'object' ? redisUrl.join(',') : redisUrl,
    signingKeys: signingKeys?.map(keyText).join(','),
    grantKeys: grantKeys?.map(keyText).join(','),
    remoteAddrSalt
  }
  const env: Record<string, string> = { CONFIG_FILE: FILE }
  for (const [name, value] of Object.entries(given) as [keyof typeof VARIABLES, unknown][]) {
    if (value !== undefined && value !== null) env[VARIABLES[name]] = String(value)
  }
  const partners = Array.isArray(rest.partners)
    ? rest.partners.map((partner, at) => withSecretFiles(partner, at, secrets))
    : rest.partners
  // JSON is YAML; what is undefined is left out of it.
  secrets.set(FILE, JSON.stringify({ ...rest, partners }))
  const read = (path: string): string => secrets.get(path) ?? ''
  try {
    const config = loadConfig(env satisfies Environment, read)
    return { ...config, warnings: config.warnings.map(inOptionNames) }
  } catch (error) {
    throw error instanceof ConfigError ? new ConfigError(error.problems.map(inOptionNames)) : error
  }
}

/** A secret goes where a file's content would: never into a text that a message repeats. */
function withSecretFiles(partner: PartnerOptions, at: number, secrets: Map<string, string>): unknown {
  const { adminSecret, appToken, ...rest } = partner
  const put = (name: string, value: string | readonly string[] | undefined): string | undefined => {
    if (value === undefined) return undefined
    const path = `partners/${at}/${name}`
    secrets.set(path, typeof value === 'string' ? value : value.join(','))
    return path
  }
  return { ...rest, adminSecretFile: put('adminSecret', adminSecret), appTokenFile: put('appToken', appToken) }
}

function keyText({ id, key }: KeyOptions): string {
  return `${id}:${typeof key === 'string' ? key : Buffer.from(key).toString('base64')}`
}

function inOptionNames(text: string): string {
  let named = text.replace(new RegExp(`^${FILE}:\\d+: `), '')
  for (const [option, variable] of Object.entries(NAMED)) named = named.replaceAll(variable, option)
  return named
}
