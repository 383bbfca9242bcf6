import type { Catalog } from './catalog.js'
import type { KalturaState } from './state.js'

/** Settings of the stand-in for a Kaltura server. */
export interface KalturaOptions {
  catalog: Catalog
  /** Where media are served, with scheme and without a trailing slash: `http://127.0.0.1:4001`. */
  cdnBaseUrl: string
  /** The server's own base in answers; default: `http://` and the Host header of the request. */
  publicUrl?: string
  /**
   * `request` (default): delivery URLs get the scheme of the `protocol` parameter, as at Kaltura. `base`: they always
   * get the scheme of `cdnBaseUrl`, so that links play from a demo CDN that has no TLS.
   */
  cdnScheme?: 'request' | 'base'
  /** The installation's secret for `X-KALTURA-REMOTE-ADDR`; without one that header is believed unsigned. */
  remoteAddrSalt?: string
  /** The viewer's address where that header does not say it; default: that of the socket. */
  remoteAddress?: (request: RequestFacts) => string
  /** Two-letter country of an address; default: unknown, which fulfils no country condition. */
  country?: (ip: string) => string | null
  /** The clock, Unix ms; default Date.now. */
  now?: () => number
  /**
   * Every answer says that it may be kept, and none lists the rules that took part: an account with forced caching headers
   * before Kaltura's own response cache. Default false.
   */
  forcesCaching?: boolean
  /** Secret of playManifest's own URL tokens (`kt`); without one every token is wrong. */
  urlTokenSecret?: string
  /** Random session ids in delivery URLs; default: a random integer. */
  randomId?: () => string
  /** Salt of live packager tokens. */
  livePackagerToken?: string
  /** Knobs and counters; default: fresh ones. */
  state?: KalturaState
}

/** The parts of a request that address and rules may depend on. */
export interface RequestFacts {
  headers: Readonly<Record<string, string | string[] | undefined>>
  /** Address of the socket. */
  ip: string
}

/** A header's value as one string; empty when it is not there. */
export function headerOf(request: Pick<RequestFacts, 'headers'>, name: string): string {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(', ') : (value ?? '')
}
