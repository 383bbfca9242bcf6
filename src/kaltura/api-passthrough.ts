import { UpstreamFailure } from './errors.js'
import { Fetcher, type FetchResult } from './fetcher.js'
import type { AllowedHosts } from './hosts.js'
import { VIA } from './via.js'

type Headers = Readonly<Record<string, string | string[] | undefined>>

/** One request of a viewer, already judged. */
export interface PassedRequest {
  method: 'GET' | 'POST'
  /** Path and query as they came, from `/api_v3` on. */
  target: string
  /** The viewer's headers; a few of them are passed on. */
  headers: Headers
  body: { contentType: string; text: string } | null
  /** The viewer as Kaltura is to see him, where it believes us. */
  forwarded: { address: string; scheme: 'http' | 'https' } | null
}

export interface PassedAnswer {
  status: number
  headers: Record<string, string>
  /** Byte for byte as it came; each character is a byte. */
  body: string
}

/** Why there is no answer. */
export type PassFailure = 'timeout' | 'failed'

/** What of a viewer's request Kaltura may look at. Whatever speaks of addresses, hosts or credentials is not here. */
const REQUEST_HEADERS = ['accept', 'accept-language', 'user-agent', 'referer'] as const
/** What of Kaltura's answer the viewer gets. */
const ANSWER_HEADERS = ['content-type', 'x-kaltura', 'retry-after'] as const
const MAX_ANSWER = 2 * 1024 * 1024
/** Fewer than there are altogether for the gateway's own questions. */
const CONNECTIONS = 64

/**
 * Passes API v3 requests on to Kaltura. It has connections of its own, so that many viewers with slow calls take none
 * from the gateway's own questions.
 */
export class ApiPassthrough {
  readonly #fetcher: Fetcher
  readonly #hosts: AllowedHosts
  readonly #serviceUrl: string
  readonly #timeout: number

  /** @param timeout ms for one whole exchange */
  constructor(hosts: AllowedHosts, serviceUrl: string, timeout: number) {
    this.#fetcher = new Fetcher(hosts, { connections: CONNECTIONS })
    this.#hosts = hosts
    this.#serviceUrl = serviceUrl
    this.#timeout = timeout
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
        headers: requestHeaders(request),
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

  /** A redirect may lead to hosts that are allowed, like every Location of ours. */
  #checked({ status, headers, body, url }: FetchResult): PassedAnswer | PassFailure {
    const passed = pick(headers, ANSWER_HEADERS)
    const { location } = headers
    if (location === undefined) return { status, headers: passed, body }
    const target = typeof location === 'string' && URL.canParse(location, url) ? new URL(location, url) : null
    if (target === null || this.#hosts.match(target) === null) return 'failed'
    return { status, headers: { ...passed, location: target.href }, body }
  }

  close(): Promise<void> {
    return this.#fetcher.close()
  }
}

function requestHeaders({ headers, body, forwarded }: PassedRequest): Record<string, string> {
  return {
    // Without the viewer's there is none: rules on the user agent are about the viewer, not about us.
    'user-agent': '',
    ...pick(headers, REQUEST_HEADERS),
    via: `1.1 ${VIA}`,
    ...(body === null ? {} : { 'content-type': body.contentType }),
    ...(forwarded === null ? {} : { 'x-forwarded-for': forwarded.address, 'x-forwarded-proto': forwarded.scheme })
  }
}

/** The named headers, without those that `Connection` says are for one hop only. */
function pick(headers: Headers, names: readonly string[]): Record<string, string> {
  const oneHop = String(headers.connection ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
  const picked: Record<string, string> = {}
  for (const name of names) {
    const value = headers[name]
    if (typeof value === 'string' && !oneHop.includes(name)) picked[name] = value
  }
  return picked
}
