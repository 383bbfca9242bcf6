import { readFileSync } from 'node:fs'
import { AllowedHosts, readHostPattern } from '../kaltura/hosts.js'
import type { Delivery } from '../rules/schema.js'
import { SHIPPED_RULES } from '../rules/shipped.js'
import { baseWarnings, deliveryHostWarnings, viewerBases } from './bases.js'
import { type CacheConfig, type Config, ConfigError, type RateLimits } from './config.js'
import type { FileConfig } from './file.js'
import { checkPartners, readPartners } from './partners.js'
import { checkPassthrough } from './passthrough.js'
import { readPresets } from './presets.js'
import { type Environment, Reader } from './reader.js'
import {
  readBaseUrl,
  readBytes,
  readDuration,
  readInteger,
  readKeys,
  readList,
  readOneOf,
  readPortOrOff,
  readProxy,
  readRedisUrls,
  readSeconds
} from './values.js'

const DELIVERIES: readonly Delivery[] = ['mirror', 'redirect', 'proxy']
const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

export type { Environment } from './reader.js'

/** The environment of this process: nothing outside this folder reads it. */
export function processEnvironment(): Environment {
  return process.env
}

/**
 * Makes the configuration from the environment and the YAML file it may name; the environment wins over the file.
 * @throws ConfigError with every problem found: the variable, what was given (secrets excepted), what would be right
 */
export function loadConfig(env: Environment, read = (path: string) => readFileSync(path, 'utf8')): Config {
  const reader = new Reader(env, read)
  const file = reader.file()
  const serviceUrl = reader.value('KALTURA_SERVICE_URL', readBaseUrl, file.serviceUrl ?? '')
  if (serviceUrl === '' && reader.text('KALTURA_SERVICE_URL') === undefined) {
    reader.problems.push(
      'KALTURA_SERVICE_URL is not set; right would be the base of your Kaltura, such as https://www.kaltura.com.'
    )
  }
  const cdnUrl = reader.value('KALTURA_CDN_URL', readBaseUrl, file.cdnUrl ?? serviceUrl)
  const cdnUrls = file.cdnUrls ?? new Map<string, string>()
  const delivery = reader.value('DELIVERY', (text) => readOneOf(text, DELIVERIES), file.delivery ?? 'mirror')
  const signingKeys = reader.secretValue('SIGNING_KEYS', readKeys, [])
  const partners = readPartners(reader, file, { delivery, signedLinks: signingKeys.length > 0 ? 'optional' : 'off' })
  const patterns = reader.value('ALLOWED_HOSTS', readHostList, file.hosts?.allowed ?? [])
  const cache = readCache(reader, file)
  const config: Config = {
    host: reader.text('HOST') ?? '127.0.0.1',
    port: reader.value('PORT', (text) => readInteger(text, 0, 65_535), 3000),
    serviceUrl,
    cdnUrl,
    cdnUrls,
    partners,
    hosts: new AllowedHosts(
      [serviceUrl, cdnUrl, ...cdnUrls.values()].filter((url) => url !== ''),
      patterns
    ),
    publicUrl: reader.value<string | null>('PUBLIC_URL', readBaseUrl, null),
    cache,
    upstreamTimeout: reader.value('UPSTREAM_TIMEOUT_MS', (text) => readInteger(text, 1, 60_000), 3000),
    catalogPatience: file.patience?.catalog ?? 250,
    targetPatience: file.patience?.target ?? 1000,
    rateLimits: readRateLimits(reader, file),
    maxInFlight: file.maxInFlight ?? 2000,
    admin: readAdmin(reader),
    redisUrls: reader.secretValue('REDIS_URL', readRedisUrls, []),
    signingKeys,
    grantKeys: reader.secretValue('GRANT_KEYS', readKeys, []),
    remoteAddrSalt: reader.secret('KALTURA_REMOTE_ADDR_SALT') ?? null,
    trustProxy: reader.value('TRUST_PROXY', (text) => readList(text).map(readProxy), []),
    rules: file.rules ?? SHIPPED_RULES,
    presets: readPresets(file.presets),
    shadow: file.shadow ?? null,
    logLevel: reader.value('LOG_LEVEL', (text) => readOneOf(text, LEVELS), 'info'),
    warnings: []
  }
  checkCircle(config, reader)
  reader.problems.push(...checkPassthrough(partners.values(), config.remoteAddrSalt), ...checkPartners(config))
  if (reader.problems.length > 0) throw new ConfigError(reader.problems)
  return { ...config, warnings: [...(file.warnings ?? []), ...collectWarnings(config, reader)] }
}

function readHostList(text: string): string[] {
  const list = readList(text)
  for (const item of list) readHostPattern(item)
  return list
}

/** Stricter for what is dear or looks like a search for a way in; `RATE_LIMIT=0` turns all of them off. */
function readRateLimits(reader: Reader, file: FileConfig): RateLimits {
  const given = file.rateLimits ?? {}
  const client = reader.value('RATE_LIMIT', (text) => readInteger(text, 0, 10_000_000), given.client ?? 3000)
  if (client === 0) return { client, partner: 0, misses: 0, errors: 0, signatures: 0 }
  const share = (part: number) => Math.max(1, Math.ceil(client * part))
  return {
    client,
    partner: given.partner ?? client * 100,
    misses: given.misses ?? share(1 / 2),
    errors: given.errors ?? share(1 / 5),
    signatures: given.signatures ?? share(1 / 50)
  }
}

/** Without a token nobody but this machine reaches it, whatever HOST says. */
function readAdmin(reader: Reader): Config['admin'] {
  const token = reader.secret('ADMIN_TOKEN') ?? null
  if (token !== null && token.length < 16) {
    reader.problems.push('ADMIN_TOKEN is shorter than 16 characters; right would be a long random text.')
  }
  const port = reader.value('ADMIN_PORT', readPortOrOff, 3001)
  if (port === 'off') return null
  return { host: token === null ? '127.0.0.1' : (reader.text('HOST') ?? '127.0.0.1'), port, token }
}

function readCache(reader: Reader, file: FileConfig): CacheConfig {
  const bound = reader.value('CACHE_TTL', readSeconds, 60_000)
  const life = (value: string | number | undefined, fallback: number) =>
    value === undefined ? fallback : readDuration(value)
  const fresh = (value: string | number | undefined) => Math.min(bound, life(value, bound))
  return {
    maxBytes: file.cache?.maxBytes === undefined ? 256 * 1024 ** 2 : readBytes(file.cache.maxBytes),
    catalog: fresh(file.cache?.catalog),
    template: fresh(file.cache?.template),
    target: fresh(file.cache?.target),
    negative: Math.min(60_000, fresh(file.cache?.negative)),
    staleWhileRevalidate: life(file.cache?.staleWhileRevalidate, 30_000),
    staleIfError: life(file.cache?.staleIfError, 3_600_000),
    templateStaleIfError: life(file.cache?.templateStaleIfError, 86_400_000)
  }
}

/** A gateway that redirects to itself would send every player in a circle. */
function checkCircle(config: Config, reader: Reader): void {
  if (config.publicUrl === null || config.cdnUrl === '') return
  const own = new URL(config.publicUrl).host
  for (const { name, url } of [{ name: 'KALTURA_SERVICE_URL', url: config.serviceUrl }, ...viewerBases(config)]) {
    if (url !== '' && new URL(url).host === own) {
      reader.problems.push(
        `PUBLIC_URL names ${own}, which is also the host of ${name}; right would be the gateway's own host.`
      )
    }
  }
}

function collectWarnings(config: Config, _reader: Reader): string[] {
  const warnings = [...baseWarnings(config), ...deliveryHostWarnings(config)]
  for (const partner of config.partners.values()) {
    const credential = partner.adminSecrets.length > 0 || partner.appToken !== null
    if (partner.sharePublic && !credential) {
      warnings.push(
        `Partner ${partner.id}: sharing is stated, but without a credential nothing can be proven public; every answer is a redirect.`
      )
    }
  }
  return warnings
}
