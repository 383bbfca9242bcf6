import { Breaker } from './breaker.js'
import { UpstreamFailure } from './errors.js'
import { Fetcher, type FetchResult } from './fetcher.js'
import type { AllowedHosts } from './hosts.js'
import { locationOf, nextHop, throughBreaker } from './playmanifest-client.js'

/** Redirects of the web server itself, which say nothing about the request. */
const MOVED: ReadonlySet<number> = new Set([301, 307, 308])
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
const MAX_HOPS = 4
/** Fewer than there are for what is shared, and not the same ones: one viewer's slow answers are his own. */
const CONNECTIONS = 64

interface ViewerPlayManifestConfig {
  hosts: AllowedHosts
  serviceUrl: string
  cdnUrl: string
  cdnUrls: ReadonlyMap<string, string>
}

/**
 * Asks Kaltura's playManifest for one viewer, and manifests behind it. What is the viewer's goes to the configured service
 * host alone: no other host gets his headers, on whatever hop.
 */
export class ViewerPlayManifest {
  readonly #fetcher: Fetcher
  readonly #serviceUrl: string
  readonly #own: string
  /** Kaltura as viewers reach it: his to ask, since there he would be taken for the gateway. */
  readonly #his: ReadonlySet<string>
  readonly #breaker: Breaker

  /** @param now Unix ms */
  constructor({ hosts, serviceUrl, cdnUrl, cdnUrls }: ViewerPlayManifestConfig, now: () => number) {
    this.#fetcher = new Fetcher(hosts, { connections: CONNECTIONS })
    this.#serviceUrl = serviceUrl
    this.#own = new URL(serviceUrl).origin
    this.#his = new Set([cdnUrl, ...cdnUrls.values()].map((base) => new URL(base).origin))
    this.#breaker = new Breaker({ now })
  }

  /**
   * Kaltura's own answer for this viewer, a 302 not followed.
   * @param path path and query as the viewer would be sent there
   * @param headers the viewer's: `viewerHeaders`
   * @throws UpstreamFailure as PlayManifestClient.ask does; also when the answer is at another host
   */
  async ask(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<FetchResult> {
    const url = this.#serviceUrl + path
    // Some characters would be asked for in another spelling than they came in.
    if (!new URL(url).href.endsWith(path))
      throw new UpstreamFailure('body', 'The request cannot be asked byte for byte.')
    return throughBreaker(this.#breaker, () => this.#hops(url, MOVED, headers, signal))
  }

  /**
   * A manifest where Kaltura sent the viewer for it.
   * @throws UpstreamFailure unless it ends in a 200, or when it is where only the viewer may ask
   */
  async manifest(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<FetchResult> {
    const answer = await this.#hops(url, REDIRECTS, headers, signal)
    if (answer.status !== 200) throw new UpstreamFailure('status', `The origin answered with status ${answer.status}.`)
    return answer
  }

  async #hops(
    first: string,
    follow: ReadonlySet<number>,
    headers: Record<string, string>,
    signal: AbortSignal
  ): Promise<FetchResult> {
    let url = first
    for (let hop = 0; hop <= MAX_HOPS; hop++) {
      const { origin } = new URL(url)
      if (origin !== this.#own && (follow === MOVED || this.#his.has(origin))) {
        throw new UpstreamFailure('host-not-allowed', 'The answer is at a host that is not told who the viewer is.')
      }
      const answer = await this.#fetcher.fetch(url, { signal, ...(origin === this.#own ? { headers } : {}) })
      const location = locationOf(answer)
      if (!follow.has(answer.status) || location === '') return answer
      url = nextHop(location, answer.url)
    }
    throw new UpstreamFailure('too-many-redirects', `Upstream redirected more than ${MAX_HOPS} times.`)
  }

  close(): Promise<void> {
    return this.#fetcher.close()
  }
}
