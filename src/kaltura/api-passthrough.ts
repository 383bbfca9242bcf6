import { UpstreamFailure } from './errors.js'
import { Fetcher, type FetchResult } from './fetcher.js'
import type { AllowedHosts } from './hosts.js'
import type { Locations } from './locations.js'
import { addressHeaders, type Forwarded, type Headers, pick, viewerHeaders } from './viewer-headers.js'

/** One request of a viewer, already judged. */
export interface PassedRequest {
  method: 'GET' | 'POST'
  /** Path and query as they came, from `/api_v3` on. */
  target: string
  /** The viewer's headers; a few of them are passed on. */
  headers: Headers
  body: { contentType: string; text: string } | null
  /** The viewer as Kaltura is to see him, where it believes us. */
  forwarded: Forwarded | null
}

export interface PassedAnswer {
  status: number
  headers: Record<string, string>
  /** Byte for byte as it came; each character is a byte. */
  body: string
}

/** Why there is no answer. */
export type PassFailure = 'timeout' | 'failed'

/** What of Kaltura's answer the viewer gets. */
const ANSWER_HEADERS = ['content-type', 'x-kaltura', 'retry-after'] as const
const MAX_ANSWER = 2 * 1024 * 1024
/** Fewer than there are altogether for the gateway's own questions. */
const CONNECTIONS = 64

interface PassthroughConfig {
  hosts: AllowedHosts
  serviceUrl: string
  upstreamTimeout: number
  remoteAddrSalt: string | null
}

/**
 * Passes API v3 requests on to Kaltura. It has connections of its own, so that many viewers with slow calls take none
 * from the gateway's own questions.
 */
export class ApiPassthrough {
  readonly #fetcher: Fetcher
  readonly #locations: Locations
  readonly #serviceUrl: string
  readonly #timeout: number
  readonly #salt: string | null
  readonly #now: () => number

  /**
   * @param upstreamTimeout ms for one whole exchange
   * @param remoteAddrSalt signs the viewer's address, where there is one to be told
   * @param now Unix ms
   */
  constructor(
    { hosts, serviceUrl, upstreamTimeout, remoteAddrSalt }: PassthroughConfig,
    locations: Locations,
    now: () => number = Date.now
  ) {
    this.#fetcher = new Fetcher(hosts, { connections: CONNECTIONS })
    this.#locations = locations
    this.#serviceUrl = serviceUrl
    this.#timeout = upstreamTimeout
    this.#salt = remoteAddrSalt
    this.#now = now
  }

  /**
   * One exchange; statuses are passed on, whatever they are. Never throws for what upstream does.
   * @param gone fires when the viewer no longer waits
   */
  async pass(request: PassedRequest, gone: AbortSignal): Promise<PassedAnswer | PassFailure> {
    const deadline = AbortSignal.timeout(this.#timeout)
    try {
      const answer = await this.#fetcher.fetch(this.#serviceUrl + request.target, {
        method: request.method,
        headers: this.#headers(request),
        ...(request.body === null ? {} : { body: request.body.text }),
        signal: AbortSignal.any([deadline, gone]),
        maxBytes: MAX_ANSWER,
        encoding: 'latin1'
      })
      return this.#checked(answer)
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error
      return error.kind === 'timeout' ? 'timeout' : 'failed'
    }
  }

  #headers({ headers, body, forwarded }: PassedRequest): Record<string, string> {
    return {
      ...viewerHeaders(headers, forwarded === null ? {} : addressHeaders(forwarded, this.#salt, this.#now())),
      ...(body === null ? {} : { 'content-type': body.contentType })
    }
  }

  /** A redirect may lead to hosts that are allowed, like every Location of ours. */
  #checked({ status, headers, body, url }: FetchResult): PassedAnswer | PassFailure {
    const passed = pick(headers, ANSWER_HEADERS)
    const { location } = headers
    if (location === undefined) return { status, headers: passed, body }
    if (typeof location !== 'string' || !URL.canParse(location, url)) return 'failed'
    const target = this.#locations.delivery(new URL(location, url).href)
    return target === null ? 'failed' : { status, headers: { ...passed, location: target }, body }
  }

  close(): Promise<void> {
    return this.#fetcher.close()
  }
}
