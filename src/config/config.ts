import type { AllowedHosts } from '../kaltura/hosts.js'
import type { Preset } from '../playmanifest/presets.js'
import type { Delivery, Rule } from '../rules/schema.js'
import type { ShadowRules } from '../rules/shadow.js'

/** One account that is served. */
export interface PartnerConfig {
  id: number
  /** First one signs the gateway's own sessions; any one may have signed a viewer's. Empty: no credential. */
  adminSecrets: readonly string[]
  appToken: { id: string; token: string } | null
  /** The operator's statement of rule 2: nothing that the API does not show limits who may play. */
  sharePublic: boolean
  /** Whether a KS that cannot be read may be bound to its URL. */
  ksUriRestrict: 'possible' | 'never'
  /** Answers https to requests that ask for `protocol/http`. */
  upgradeInsecure: boolean
  /** What to do with an entry that belongs to another partner than the path says. */
  otherPartnersEntries: 'refuse' | 'redirect'
  /** Actions of API v3 that are passed through, as `service.action` in lower case. Empty: off. */
  apiPassthrough: readonly string[]
  /** Whether Kaltura takes the viewer's address from the X-Forwarded-For that the gateway writes. */
  forwardedFor: 'ignored' | 'trusted'
  delivery: Delivery
  /** Whether URLs have to carry a signature of ours (docs/signed-links.md); `off`: one that is there is taken out. */
  signedLinks: 'off' | 'optional' | 'required'
  /** Whether a link signed with a grant key may let the gateway act with its own credential. */
  grants: boolean
  /** Whether a URL may name an entry and a preset, and choose nothing by itself. */
  presetsOnly: boolean
  /** Whether what is no one else's is fetched for the viewer with his own KS and address, and answered here. */
  viewerProxy: boolean
  /** The operator's own names of entries, asked before Kaltura's reference ids: name to entry id. */
  aliases: ReadonlyMap<string, string>
}

/** A key that signs; its id stands in what it signed, so that keys can be rotated. */
export interface SigningKey {
  id: string
  key: Buffer
}

/** Requests a minute; 0: no limit. */
export interface RateLimits {
  /** All requests of one client. */
  client: number
  /** All requests for one partner. */
  partner: number
  /** Requests of one client for which Kaltura has to be asked. */
  misses: number
  /** Requests of one client that are answered with an error. */
  errors: number
  /** Requests of one client with a signature that is wrong or missing. */
  signatures: number
}

/** The side for operators, on a port of its own: never on an origin that viewers' answers come from. */
export interface AdminConfig {
  host: string
  port: number
  /** Null: only loopback can reach it. */
  token: string | null
}

/** Lives and bounds of what is kept, ms unless said otherwise. */
export interface CacheConfig {
  maxBytes: number
  catalog: number
  template: number
  target: number
  /** Kaltura's errors about the object. */
  negative: number
  staleWhileRevalidate: number
  /** How long a known target or manifest outlives a failing upstream. */
  staleIfError: number
  /** The same for catalogs, from which templates are made. */
  templateStaleIfError: number
}

export interface Config {
  host: string
  port: number
  /** Bases without a trailing slash. */
  serviceUrl: string
  cdnUrl: string
  /** More of them, by the names under which rules choose one. */
  cdnUrls: ReadonlyMap<string, string>
  partners: ReadonlyMap<number, PartnerConfig>
  hosts: AllowedHosts
  publicUrl: string | null
  cache: CacheConfig
  /** Deadline of one whole resolution, ms. */
  upstreamTimeout: number
  /** How long an answer waits for the catalog before it is made without it, ms. */
  catalogPatience: number
  /** How long an answer waits for a target in all before it is a template, ms. */
  targetPatience: number
  rateLimits: RateLimits
  /** Requests that may wait for their answer at once; what is above is refused with 503. */
  maxInFlight: number
  /** Null: there is none. */
  admin: AdminConfig | null
  /** Nodes of the shared tier; empty: memory only. May hold a password. */
  redisUrls: readonly string[]
  /** First one signs. */
  signingKeys: readonly SigningKey[]
  grantKeys: readonly SigningKey[]
  /** The installation secret by which a self-hosted Kaltura believes us a viewer's address. */
  remoteAddrSalt: string | null
  trustProxy: readonly string[]
  rules: readonly Rule[]
  presets: ReadonlyMap<string, Preset>
  /** Asked beside `rules` and never followed; null: none. */
  shadow: ShadowRules | null
  logLevel: string
  /** Things that are allowed and probably not meant; logged at the start. */
  warnings: readonly string[]
}

/** What is wrong with a configuration, one line each; stops the start. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`The configuration is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}
