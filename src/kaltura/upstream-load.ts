import { UpstreamFailure } from './errors.js'

export interface LoadLimits {
  /** Sockets to one origin; also how many requests are under way with it. */
  connections: number
  /** Requests that wait for one of these sockets. */
  queue: number
  /** Requests under way or waiting, with all origins: a pattern may allow any number of them. */
  total: number
  /** Bytes of bodies that are being read, after decompression, altogether. */
  bytes: number
}

/**
 * Counts what one fetcher has under way. Past a limit a request fails at once as `busy`: waiting longer would help nobody, and
 * a viewer who is sent to Kaltura meanwhile loses nothing.
 */
export class UpstreamLoad {
  readonly #limits: LoadLimits
  readonly #perOrigin = new Map<string, number>()
  #total = 0
  #bytes = 0

  constructor(limits: LoadLimits) {
    this.#limits = limits
  }

  get requests(): number {
    return this.#total
  }

  get bytes(): number {
    return this.#bytes
  }

  /** A request to an origin begins; `leave` once for each. @throws UpstreamFailure `busy` */
  enter(origin: string): void {
    const here = this.#perOrigin.get(origin) ?? 0
    if (here >= this.#limits.connections + this.#limits.queue || this.#total >= this.#limits.total) {
      throw new UpstreamFailure('busy', 'Too many requests to upstream are waiting already.')
    }
    this.#perOrigin.set(origin, here + 1)
    this.#total++
  }

  leave(origin: string): void {
    const here = this.#perOrigin.get(origin) ?? 0
    if (here > 1) this.#perOrigin.set(origin, here - 1)
    else this.#perOrigin.delete(origin)
    this.#total--
  }

  /** Bytes of a body are held; `release` what was held. @throws UpstreamFailure `busy`, the bytes then count as held too */
  hold(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes > this.#limits.bytes)
      throw new UpstreamFailure('busy', 'Too much of upstream is being read already.')
  }

  release(bytes: number): void {
    this.#bytes -= bytes
  }
}
