import { lookup as dnsLookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import type { Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { Agent, request } from 'undici'
import { UpstreamFailure } from './errors.js'
import type { AllowedHosts } from './hosts.js'
import { isPrivateAddress } from './private-address.js'
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
const USER_AGENT = 'playmanifest-gateway'

/**
 * The one way out: everything that the gateway fetches goes through here. Hosts are checked against the allow list,
 * addresses at connect time (a name may resolve to anything), redirects are never followed by itself.
 */
export class Fetcher {
  readonly #hosts: AllowedHosts
  readonly #trusting: Agent
  readonly #checking: Agent

  constructor(hosts: AllowedHosts, { connections = 128 }: { connections?: number } = {}) {
    this.#hosts = hosts
    const options = { connections, pipelining: 1, keepAliveTimeout: 10_000, headersTimeout: 0, bodyTimeout: 0 }
    this.#trusting = new Agent({ ...options, connect: { timeout: 2_000 } })
    this.#checking = new Agent({ ...options, connect: { timeout: 2_000, lookup: publicLookup } })
  }

  /**
   * Fetches one URL, one hop.
   * @throws UpstreamFailure: host or address not allowed, no connection, too large, aborted
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
    try {
      const answer = await request(url, {
        method: options.method ?? 'GET',
        headers: { 'user-agent': USER_AGENT, accept: '*/*', via: `1.1 ${VIA}`, ...options.headers },
        body: options.body ?? null,
        signal: options.signal,
        dispatcher: match === 'exact' ? this.#trusting : this.#checking
      })
      const bytes = await readBody(answer.body, answer.headers['content-encoding'], options.maxBytes ?? MAX_BYTES)
      const body = bytes.toString(options.encoding ?? 'utf8')
      return { status: answer.statusCode, headers: answer.headers, body, url: url.href }
    } catch (error) {
      throw asFailure(error, options.signal)
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

const publicLookup: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      callback(error, '', 0)
      return
    }
    const list = addresses.filter(({ address }) => !isPrivateAddress(address))
    const first = list[0]
    if (first === undefined) {
      callback(new UpstreamFailure('private-address', `${hostname} has no public address.`), '', 0)
    } else if (options.all) callback(null, list)
    else callback(null, first.address, first.family)
  })
}

type Body = NodeJS.ReadableStream & { destroy(error?: Error): void }

async function readBody(body: Body, encoding: string | string[] | undefined, maxBytes: number): Promise<Buffer> {
  // A body may break when nobody reads it any more; what matters is told once, by the loop below.
  let decoder: Transform | null = null
  body.on('error', (error) => decoder?.destroy(error))
  decoder = decoderFor(encoding, body)
  const stream = decoder === null ? body : body.pipe(decoder)
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > maxBytes) throw new UpstreamFailure('too-large', `The answer is larger than ${maxBytes} bytes.`)
      chunks.push(chunk)
    }
  } finally {
    body.destroy()
  }
  return Buffer.concat(chunks)
}

function decoderFor(encoding: string | string[] | undefined, body: Body): Transform | null {
  if (encoding === undefined || encoding === 'identity' || encoding === '') return null
  if (encoding === 'gzip') return createGunzip()
  if (encoding === 'deflate') return createInflate()
  if (encoding === 'br') return createBrotliDecompress()
  body.destroy()
  throw new UpstreamFailure('body', 'The answer has a content encoding that is not known.')
}

function asFailure(error: unknown, signal: AbortSignal): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error
  if (signal.aborted) return new UpstreamFailure('timeout', 'Upstream did not answer in time.')
  const cause = error as { code?: string; cause?: unknown }
  if (cause.cause instanceof UpstreamFailure) return cause.cause
  if (typeof cause.code === 'string' && cause.code.startsWith('Z_')) {
    return new UpstreamFailure('body', 'The answer could not be decompressed.')
  }
  return new UpstreamFailure('connect', `Upstream could not be reached (${cause.code ?? 'unknown reason'}).`)
}
