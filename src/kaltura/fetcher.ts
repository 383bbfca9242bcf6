import { isIP } from 'node:net'
import { Agent, request } from 'undici'
import { UpstreamFailure } from './errors.js'
import type { AllowedHosts } from './hosts.js'
import { isPrivateAddress } from './private-address.js'
import { type Lookup, publicLookup } from './public-lookup.js'
import { readAnswer } from './read-answer.js'
import { type LoadLimits, UpstreamLoad } from './upstream-load.js'
import { VIA } from './via.js'

export interface FetchOptions {
  method?: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: string
  /** Ends the fetch; its reason is not looked at. */
  signal: AbortSignal
  /** Bytes of body, after decompression. */
  maxBytes?: number
  /** How the body's bytes become text: UTF-8 unless said otherwise; `latin1` keeps each byte as it is. */
  encoding?: 'utf8' | 'latin1'
}

/** One answer of an upstream, its body read whole. */
export interface FetchResult {
  status: number
  headers: Readonly<Record<string, string | string[] | undefined>>
  body: string
  url: string
}

const MAX_BYTES = 5 * 1024 * 1024
/** Bytes of all headers of one answer. */
const MAX_HEADERS = 16 * 1024
const LIMITS: LoadLimits = { connections: 128, queue: 256, total: 1024, bytes: 96 * 1024 * 1024 }
const USER_AGENT = 'playmanifest-gateway'

/**
 * The one way out: everything that the gateway fetches goes through here. Hosts are checked against the allow list,
 * addresses at connect time (a name may resolve to anything), redirects are never followed by itself.
 */
export class Fetcher {
  readonly #hosts: AllowedHosts
  readonly #trusting: Agent
  readonly #checking: Agent
  /** What is under way. */
  readonly load: UpstreamLoad

  /** @param lookup how names become addresses; the operating system's unless a test says otherwise */
  constructor(hosts: AllowedHosts, limits: Partial<LoadLimits> = {}, lookup?: Lookup) {
    this.#hosts = hosts
    const all = { ...LIMITS, ...limits }
    this.load = new UpstreamLoad(all)
    const options = {
      connections: all.connections,
      pipelining: 1,
      allowH2: false,
      maxHeaderSize: MAX_HEADERS,
      keepAliveTimeout: 10_000,
      // What upstream says about its own patience must not keep sockets for longer.
      keepAliveMaxTimeout: 10_000,
      // The signal of each request is its deadline, which the trickle of an answer does not move.
      headersTimeout: 0,
      bodyTimeout: 0
    }
    this.#trusting = new Agent({ ...options, connect: { timeout: 2_000 } })
    this.#checking = new Agent({ ...options, connect: { timeout: 2_000, lookup: publicLookup(lookup) } })
  }

  /**
   * Fetches one URL, one hop.
   * @throws UpstreamFailure: host or address not allowed, no connection, too large, aborted, too much under way
   */
  async fetch(target: string, options: FetchOptions): Promise<FetchResult> {
    const url = parse(target)
    const match = this.#hosts.match(url)
    if (match === null) throw new UpstreamFailure('host-not-allowed', `The host ${url.host} is not allowed.`)
    const bare = url.hostname.replace(/^\[|\]$/g, '')
    // Naming a host itself is the operator's word that its address is meant; a pattern is not.
    if (match !== 'exact' && isIP(bare) !== 0 && isPrivateAddress(bare)) {
      throw new UpstreamFailure('private-address', `The host ${url.host} is a private address.`)
    }
    this.load.enter(url.origin)
    try {
      const answer = await request(url, {
        method: options.method ?? 'GET',
        headers: { 'user-agent': USER_AGENT, accept: '*/*', via: `1.1 ${VIA}`, ...options.headers },
        body: options.body ?? null,
        signal: options.signal,
        dispatcher: match === 'exact' ? this.#trusting : this.#checking
      })
      const maxBytes = options.maxBytes ?? MAX_BYTES
      const bytes = await readAnswer(answer.body, answer.headers['content-encoding'], maxBytes, this.load)
      const body = bytes.toString(options.encoding ?? 'utf8')
      return { status: answer.statusCode, headers: answer.headers, body, url: url.href }
    } catch (error) {
      throw asFailure(error, options.signal)
    } finally {
      this.load.leave(url.origin)
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#trusting.destroy(), this.#checking.destroy()])
  }
}

function parse(target: string): URL {
  try {
    return new URL(target)
  } catch (error) {
    throw new UpstreamFailure('host-not-allowed', 'The address is no URL.', { cause: error })
  }
}

function asFailure(error: unknown, signal: AbortSignal): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error
  if (signal.aborted) return new UpstreamFailure('timeout', 'Upstream did not answer in time.')
  const cause = error as { code?: string; cause?: unknown }
  if (cause.cause instanceof UpstreamFailure) return cause.cause
  if (typeof cause.code === 'string' && cause.code.startsWith('Z_')) {
    return new UpstreamFailure('body', 'The answer could not be decompressed.')
  }
  if (cause.code === 'UND_ERR_HEADERS_OVERFLOW') {
    return new UpstreamFailure('too-large', `The headers are larger than ${MAX_HEADERS} bytes.`)
  }
  return new UpstreamFailure('connect', `Upstream could not be reached (${cause.code ?? 'unknown reason'}).`)
}
