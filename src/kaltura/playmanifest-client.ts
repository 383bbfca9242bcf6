import type { Breaker } from './breaker.js'
import { isBusy, isOutage, UpstreamFailure } from './errors.js'
import type { Fetcher, FetchResult } from './fetcher.js'

/** Redirects of the web server itself (to https, to another data centre), which say nothing about the request. */
const MOVED: ReadonlySet<number> = new Set([301, 307, 308])
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
const MAX_HOPS = 4

/** Asks Kaltura's playManifest, and origins behind it, for what may be shared: no header of a viewer goes along. */
export class PlayManifestClient {
  readonly #fetcher: Fetcher
  readonly #serviceUrl: string
  readonly #breaker: Breaker

  constructor(fetcher: Fetcher, serviceUrl: string, breaker: Breaker) {
    this.#fetcher = fetcher
    this.#serviceUrl = serviceUrl
    this.#breaker = breaker
  }

  /**
   * Kaltura's own answer, a 302 not followed.
   * @param path path and query, beginning with a slash
   * @param signal the deadline of the whole resolution
   * @throws UpstreamFailure on transport errors, timeouts, 5xx, and a 4xx that is not Kaltura's
   */
  async ask(path: string, signal: AbortSignal): Promise<FetchResult> {
    return throughBreaker(this.#breaker, () => this.#hops(this.#serviceUrl + path, MOVED, signal))
  }

  /** A manifest at its origin, redirects followed by hand. @throws UpstreamFailure unless it ends in a 200 */
  async manifest(url: string, signal: AbortSignal): Promise<FetchResult> {
    const answer = await this.#hops(url, REDIRECTS, signal)
    if (answer.status !== 200) throw new UpstreamFailure('status', `The origin answered with status ${answer.status}.`)
    return answer
  }

  async #hops(first: string, follow: ReadonlySet<number>, signal: AbortSignal): Promise<FetchResult> {
    let url = first
    for (let hop = 0; hop <= MAX_HOPS; hop++) {
      const answer = await this.#fetcher.fetch(url, { signal })
      const location = locationOf(answer)
      if (!follow.has(answer.status) || location === '') return answer
      url = nextHop(location, answer.url)
    }
    throw new UpstreamFailure('too-many-redirects', `Upstream redirected more than ${MAX_HOPS} times.`)
  }
}

/**
 * Asks playManifest unless it is known to fail, and tells the breaker how that went.
 * @throws UpstreamFailure on transport errors, timeouts, 5xx, and a 4xx that is not Kaltura's
 */
export async function throughBreaker(breaker: Breaker, ask: () => Promise<FetchResult>): Promise<FetchResult> {
  if (!breaker.allow()) throw new UpstreamFailure('breaker-open', 'playManifest fails; it is not asked right now.')
  try {
    const answer = await ask()
    if (answer.status >= 502 && answer.status <= 504) {
      throw new UpstreamFailure('unavailable', `playManifest answered with status ${answer.status}.`)
    }
    // A 4xx without Kaltura's header comes from something in between and says nothing about the entry.
    if (answer.status >= 500 || (answer.status >= 400 && answer.headers['x-kaltura'] === undefined)) {
      throw new UpstreamFailure('status', `playManifest answered with status ${answer.status}.`)
    }
    breaker.succeeded()
    return answer
  } catch (error) {
    // Strangers choose what is asked, so one odd answer must not close the way for everybody.
    if (isBusy(error)) breaker.withdrawn()
    else if (isOutage(error)) breaker.failed()
    else breaker.succeeded()
    throw error
  }
}

/**
 * The Location of an answer; empty without one. Bytes above 127 arrive one character each and are escaped one by one.
 * @throws UpstreamFailure when there are several
 */
export function locationOf(answer: FetchResult): string {
  const { location } = answer.headers
  if (Array.isArray(location)) throw new UpstreamFailure('body', 'Upstream gave more than one Location.')
  return (location ?? '')
    .trim()
    .replace(/[\u0080-\u00ff]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

/**
 * Where a redirect leads that is followed here. From https never to http: what came that way could have been made by anybody.
 * @throws UpstreamFailure for text that is no URL, and for such a step down
 */
export function nextHop(location: string, base: string): string {
  const next = resolveUrl(location, base)
  if (base.startsWith('https:') && !next.startsWith('https:')) {
    throw new UpstreamFailure('downgrade', 'Upstream redirects from https to http.')
  }
  return next
}

/** A Location against the URL that gave it. @throws UpstreamFailure for text that is no URL */
export function resolveUrl(location: string, base: string): string {
  try {
    return new URL(location, base).href
  } catch {
    throw new UpstreamFailure('body', 'Upstream gave a Location that is no URL.')
  }
}
