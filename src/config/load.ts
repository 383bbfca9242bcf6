import { readFileSync } from 'node:fs'
import { AllowedHosts, readHostPattern } from '../kaltura/hosts.js'
import type { Delivery } from '../rules/schema.js'
import { SHIPPED_RULES } from '../rules/shipped.js'
import { type CacheConfig, type Config, ConfigError, type PartnerConfig } from './config.js'
import type { FileConfig } from './file.js'
import { checkPassthrough, readActions } from './passthrough.js'
import { type Environment, Reader } from './reader.js'
import {
  readBaseUrl,
  readBoolean,
  readBytes,
  readDuration,
  readInteger,
  readList,
  readOneOf,
  readProxy,
  readSeconds
} from './values.js'

const DELIVERIES: readonly Delivery[] = ['mirror', 'redirect', 'proxy']
const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
/** Part of the contract, not of this version: said at the start, since a silent no-op would be worse. */
const LATER = ['REDIS_URL', 'ADMIN_TOKEN', 'ADMIN_PORT', 'SIGNING_KEYS']

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
  const delivery = reader.value('DELIVERY', (text) => readOneOf(text, DELIVERIES), file.delivery ?? 'mirror')
  const partners = readPartners(reader, file, delivery)
  const patterns = reader.value('ALLOWED_HOSTS', readHostList, file.hosts?.allowed ?? [])
  const cache = readCache(reader, file)
  const config: Config = {
    host: reader.text('HOST') ?? '127.0.0.1',
    port: reader.value('PORT', (text) => readInteger(text, 0, 65_535), 3000),
    serviceUrl,
    cdnUrl,
    partners,
    hosts: new AllowedHosts(
      [serviceUrl, cdnUrl].filter((url) => url !== ''),
      patterns
    ),
    publicUrl: reader.value<string | null>('PUBLIC_URL', readBaseUrl, null),
    cache,
    upstreamTimeout: reader.value('UPSTREAM_TIMEOUT_MS', (text) => readInteger(text, 1, 60_000), 3000),
    catalogPatience: file.patience?.catalog ?? 250,
    targetPatience: file.patience?.target ?? 1000,
    rateLimit: reader.value('RATE_LIMIT', (text) => readInteger(text, 0, 10_000_000), 3000),
    trustProxy: reader.value('TRUST_PROXY', (text) => readList(text).map(readProxy), []),
    rules: file.rules ?? SHIPPED_RULES,
    logLevel: reader.value('LOG_LEVEL', (text) => readOneOf(text, LEVELS), 'info'),
    warnings: []
  }
  checkCircle(config, reader)
  reader.problems.push(...checkPassthrough(partners.values()))
  if (reader.problems.length > 0) throw new ConfigError(reader.problems)
  return { ...config, warnings: collectWarnings(config, reader) }
}

function readHostList(text: string): string[] {
  const list = readList(text)
  for (const item of list) readHostPattern(item)
  return list
}

function readPartners(reader: Reader, file: FileConfig, delivery: Delivery): Map<number, PartnerConfig> {
  const partners = new Map<number, PartnerConfig>()
  for (const partner of file.partners ?? []) {
    const fromFile =
      partner.adminSecretFile === undefined
        ? undefined
        : reader.secretFile(partner.adminSecretFile, `partner ${partner.id}: adminSecretFile`)
    partners.set(partner.id, {
      id: partner.id,
      adminSecrets: fromFile === undefined ? [] : readList(fromFile),
      appToken: readFileToken(reader, partner),
      sharePublic: partner.sharePublic ?? false,
      ksUriRestrict: partner.ksUriRestrict ?? 'possible',
      upgradeInsecure: partner.upgradeInsecure ?? false,
      otherPartnersEntries: partner.otherPartnersEntries ?? 'refuse',
      apiPassthrough: readActions(partner.apiPassthrough),
      forwardedFor: partner.forwardedFor ?? 'ignored',
      delivery: partner.delivery ?? delivery
    })
  }
  const id = reader.value<number | null>('KALTURA_PARTNER_ID', (text) => readInteger(text, 1, 2_147_483_647), null)
  const secret = reader.secret('KALTURA_ADMIN_SECRET')
  const tokenId = reader.text('KALTURA_APP_TOKEN_ID')
  const token = reader.secret('KALTURA_APP_TOKEN')
  if ((tokenId === undefined) !== (token === undefined)) {
    reader.problems.push('KALTURA_APP_TOKEN_ID and KALTURA_APP_TOKEN belong together; right would be both or neither.')
  }
  const sharePublic = reader.value<boolean | null>('KALTURA_SHARE_PUBLIC', readBoolean, null)
  if (id === null) {
    if (partners.size === 0 && reader.text('KALTURA_PARTNER_ID') === undefined) {
      reader.problems.push('KALTURA_PARTNER_ID is not set; right would be the id of the account to serve, such as 101.')
    }
    return partners
  }
  const known = partners.get(id)
  partners.set(id, {
    id,
    adminSecrets: secret === undefined ? (known?.adminSecrets ?? []) : readList(secret),
    appToken: tokenId !== undefined && token !== undefined ? { id: tokenId, token } : (known?.appToken ?? null),
    sharePublic: sharePublic ?? known?.sharePublic ?? false,
    ksUriRestrict: known?.ksUriRestrict ?? 'possible',
    upgradeInsecure: known?.upgradeInsecure ?? false,
    otherPartnersEntries: known?.otherPartnersEntries ?? 'refuse',
    apiPassthrough: known?.apiPassthrough ?? [],
    forwardedFor: known?.forwardedFor ?? 'ignored',
    delivery: known?.delivery ?? delivery
  })
  return partners
}

function readFileToken(
  reader: Reader,
  partner: NonNullable<FileConfig['partners']>[number]
): PartnerConfig['appToken'] {
  if (partner.appTokenId === undefined || partner.appTokenFile === undefined) return null
  const token = reader.secretFile(partner.appTokenFile, `partner ${partner.id}: appTokenFile`)
  return token === undefined ? null : { id: partner.appTokenId, token }
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
  for (const [name, base] of [
    ['KALTURA_SERVICE_URL', config.serviceUrl],
    ['KALTURA_CDN_URL', config.cdnUrl]
  ] as const) {
    if (base !== '' && new URL(base).host === own) {
      reader.problems.push(
        `PUBLIC_URL names ${own}, which is also the host of ${name}; right would be the gateway's own host.`
      )
    }
  }
}

const PRIVATE_HOST = /^(?:localhost|127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|\[(?:::1|f[cd]|fe8))/

function collectWarnings(config: Config, reader: Reader): string[] {
  const warnings: string[] = []
  const cdn = new URL(config.cdnUrl)
  if (cdn.protocol === 'http:') {
    warnings.push(`Viewers are redirected to ${config.cdnUrl} over http; set KALTURA_CDN_URL to an https base.`)
  }
  if (PRIVATE_HOST.test(cdn.hostname)) {
    warnings.push(
      `Viewers are redirected to the private address ${cdn.hostname}; set KALTURA_CDN_URL to a public base.`
    )
  }
  for (const partner of config.partners.values()) {
    const credential = partner.adminSecrets.length > 0 || partner.appToken !== null
    if (partner.sharePublic && !credential) {
      warnings.push(
        `Partner ${partner.id}: sharing is stated, but without a credential nothing can be proven public; every answer is a redirect.`
      )
    }
  }
  for (const name of LATER) {
    if (reader.text(name) !== undefined || reader.text(`${name}_FILE`) !== undefined) {
      warnings.push(`${name} is set, but this version does not use it yet.`)
    }
  }
  return warnings
}
