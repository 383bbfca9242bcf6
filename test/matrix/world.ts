import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { buildApp } from '../../src/app.js'
import type { Config, PartnerConfig } from '../../src/config/config.js'
import { loadConfig } from '../../src/config/load.js'
import { buildCdn } from '../../src/demo/cdn/build-cdn.js'
import { buildKaltura, type Catalog, createState, type KalturaState } from '../../src/demo/kaltura/index.js'
import { headerOf, type RequestFacts } from '../../src/demo/kaltura/options.js'
import { computePlayManifest } from '../../src/demo/kaltura/playmanifest/endpoint.js'
import { isMediaKey } from '../../src/demo/media-files.js'
import type { Delivery } from '../../src/rules/schema.js'
import { KEY_ENV } from '../helpers/signing.js'
import { type EntryKind, matrixEntries, PARTNERS, START } from './entries.js'
import { countryOf, matrixViewers, type Viewer } from './viewers.js'

/** What came back from a server, not followed. */
export interface Reply {
  status: number
  headers: Record<string, string>
  body: string
}

/** A request as a server gets it; `address` is that of the socket. */
export interface Asked {
  path: string
  headers: Record<string, string>
  address: string
}

/** An embedded Kaltura with every kind of entry, its CDN, and gateways before it. */
export interface World {
  kinds: EntryKind[]
  viewers: Viewer[]
  catalog: Catalog
  state: KalturaState
  kalturaUrl: string
  cdnUrl: string
  /** Unix ms; starts at START and stands still until it is moved. */
  clock: { now: number }
  /** A gateway that has not been asked anything yet; `partner`: what each partner has besides. */
  gateway(delivery: Delivery, partner?: Partial<PartnerConfig>): Promise<FastifyInstance>
  /** What the embedded Kaltura's playManifest answers to a viewer; throws where the server answers 500. */
  askKaltura(asked: Asked): Reply
  /** Its API. */
  askApi(asked: Asked): Promise<Reply>
  close(): Promise<void>
}

export interface WorldOptions {
  /** `request`: delivery URLs have the scheme that was asked for; `base`: all of them play from the embedded CDN. */
  cdnScheme: 'request' | 'base'
  /** Kaltura marks all its answers as ones that may be kept: the gateway has to know better by itself. */
  forcesCaching?: boolean
  /**
   * How Kaltura learns from the gateway whom it asks for: by the signed header, or by `X-Forwarded-For`, which it then
   * believes of everybody. What viewers who forge such headers would get there is what they get without.
   */
  addresses?: 'signed' | 'forwarded'
}

/** Kaltura and CDN listen on free ports, since the gateway asks them over the wire; viewers are injected. */
export async function makeWorld({ cdnScheme, forcesCaching = false, addresses }: WorldOptions): Promise<World> {
  const clock = { now: START }
  const salt = addresses === 'signed' ? 'the salt of this installation' : undefined
  const now = () => clock.now
  const { kinds, catalog } = matrixEntries(now, !forcesCaching)
  const state = createState()
  const cdn = buildCdn({
    lookup: (entryId, flavorId) => {
      const flavor = catalog.flavors.get(flavorId)
      const key = flavor?.entryId === entryId ? flavor.mediaKey : null
      return typeof key === 'string' && isMediaKey(key) ? key : undefined
    }
  })
  const cdnUrl = await cdn.listen({ host: '127.0.0.1', port: 0 })
  const options = {
    catalog,
    cdnBaseUrl: cdnUrl,
    cdnScheme,
    forcesCaching,
    state,
    now,
    country: countryOf,
    ...(salt === undefined ? {} : { remoteAddrSalt: salt }),
    ...(addresses === 'forwarded' ? { remoteAddress: forwardedAddress } : {}),
    // What Kaltura draws anew for each answer is the same here, so that answers can be compared.
    randomId: () => '4711'
  }
  const kaltura = buildKaltura(options)
  const kalturaUrl = await kaltura.listen({ host: '127.0.0.1', port: 0 })
  const config = matrixConfig(catalog, kalturaUrl, cdnUrl, salt)
  const gateways: FastifyInstance[] = []
  const logger = pino({ level: 'silent' })
  return {
    kinds,
    viewers: matrixViewers(catalog),
    catalog,
    state,
    kalturaUrl,
    cdnUrl,
    clock,
    gateway: async (delivery, partner = {}) => {
      const app = await buildApp(withPartner(config, { ...partner, delivery }), { logger, now })
      gateways.push(app)
      return app
    },
    askKaltura: ({ path, headers, address }) =>
      computePlayManifest(options, {
        method: 'GET',
        url: path,
        headers: {
          ...(addresses === undefined ? headers : withoutAddresses(headers)),
          host: new URL(kalturaUrl).host
        },
        ip: address,
        body: ''
      }),
    askApi: (asked) => inject(kaltura, asked),
    close: async () => {
      await Promise.all(gateways.map((app) => app.close()))
      await Promise.all([kaltura.close(), cdn.close()])
    }
  }
}

/** Asks a server without a socket between; the server sees the address as that of the peer. */
export async function inject(app: FastifyInstance, { path, headers, address }: Asked): Promise<Reply> {
  const answer = await app.inject({ method: 'GET', url: path, headers, remoteAddress: address })
  const given = Object.entries(answer.headers).map(([name, value]) => [name, String(value)])
  return { status: answer.statusCode, headers: Object.fromEntries(given), body: answer.body }
}

/** The configuration as an operator gives it, for more partners than variables can name. */
function matrixConfig(catalog: Catalog, kalturaUrl: string, cdnUrl: string, salt: string | undefined): Config {
  const base = loadConfig({
    KALTURA_SERVICE_URL: kalturaUrl,
    KALTURA_PARTNER_ID: String(PARTNERS.main),
    KALTURA_ADMIN_SECRET: catalog.partners.get(PARTNERS.main)!.adminSecret,
    KALTURA_SHARE_PUBLIC: 'true',
    ALLOWED_HOSTS: `${new URL(cdnUrl).host},live.example`,
    RATE_LIMIT: '0',
    TRUST_PROXY: 'loopback',
    ...KEY_ENV,
    ...(salt === undefined ? {} : { KALTURA_REMOTE_ADDR_SALT: salt })
  })
  const main = base.partners.get(PARTNERS.main)!
  const partner = (id: number, over: Partial<PartnerConfig> = {}): [number, PartnerConfig] => {
    return [id, { ...main, id, signedLinks: 'off', adminSecrets: [catalog.partners.get(id)!.adminSecret], ...over }]
  }
  return {
    ...base,
    // No answer is a redirect for want of time only: a slow machine would make the test say less, not fail.
    catalogPatience: 20_000,
    targetPatience: 20_000,
    upstreamTimeout: 20_000,
    partners: new Map([
      partner(PARTNERS.main),
      partner(PARTNERS.tokens),
      partner(PARTNERS.staticTokens),
      partner(PARTNERS.notStated, { sharePublic: false }),
      partner(PARTNERS.blocked),
      partner(PARTNERS.words),
      partner(PARTNERS.noCredential, { adminSecrets: [] })
    ])
  }
}

function withPartner(config: Config, over: Partial<PartnerConfig>): Config {
  return {
    ...config,
    partners: new Map([...config.partners].map(([id, partner]) => [id, { ...partner, ...over }]))
  }
}

function forwardedAddress({ headers, ip }: RequestFacts): string {
  return headerOf({ headers }, 'x-forwarded-for').split(',')[0] || ip
}

/** Without what a viewer may say of his own address. */
function withoutAddresses(headers: Record<string, string>): Record<string, string> {
  const { 'x-forwarded-for': _chain, 'x-kaltura-remote-addr': _claim, ...rest } = headers
  return rest
}
