import rateLimit, { type FastifyRateLimitStore, type FastifyRateLimitStoreCtor } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isExplained } from '../answer/explained.js'
import { problem } from '../answer/problem.js'
import { type Rendered, renderProblem } from '../answer/render.js'
import { send } from '../answer/send.js'
import { clientKey } from '../limits/client-key.js'
import type { DearKind, Limits } from '../limits/limits.js'
import type { TrustedProxies } from '../viewer/trusted-proxies.js'
import { CORS_HEADERS } from './cors.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Never limited: what supervisors ask for. */
    exempt?: boolean
  }
  interface FastifyRequest {
    /** Who it counts for; undefined until that was asked, since who has left has no address any more. */
    clientKey: string | null | undefined
  }
}

export interface RateLimitOptions {
  limits: Limits
  proxies: TrustedProxies
  /** Whether a partner is served; others have no budget of their own. */
  isServed: (partner: number) => boolean
}

/** Marks the refusal of @fastify/rate-limit, so that the error handler can tell it from a fault. */
export class TooManyRequests extends Error {
  readonly statusCode = 429
  /** ms after which the client is served again. */
  readonly wait: number

  constructor(wait: number) {
    super('Too many requests')
    this.wait = wait
  }
}

/**
 * Applies the limits to requests. Every request is counted for its client when it comes, by @fastify/rate-limit over our
 * own counters (a sliding minute, in which the fleet's counts meet), then for its partner; an error is counted when it
 * goes, and past the budget a 429 goes in its place.
 */
export class RateLimit {
  readonly #options: RateLimitOptions
  readonly #admitted = new WeakMap<FastifyRequest, Promise<boolean>>()
  #warned = false

  constructor(options: RateLimitOptions) {
    this.#options = options
  }

  async register(app: FastifyInstance): Promise<void> {
    app.decorateRequest('clientKey')
    app.addHook('onRequest', (request, reply, done) => {
      // Preflights are answered before any route is taken.
      const refused = request.method === 'OPTIONS' ? this.refuse(request) : this.#watchForwarding(request)
      if (refused === null) return done()
      send(reply, refused)
    })
    await this.#limitClients(app)
    // After the client's own: one that is over its budget does not use up its partner's.
    app.addHook('preParsing', (request, reply, payload, done) => {
      const { pid } = (request.params ?? {}) as { pid?: string }
      const wait = isExempt(request) ? 0 : this.#options.limits.takePartner(this.#served(Number(pid)))
      if (wait === 0) return done(null, payload)
      send(reply, tooMany(wait))
    })
    app.addHook('onSend', (request, reply, payload, done) => {
      if (!isError(reply.statusCode, reply.getHeader('x-kaltura')) || isExempt(request)) return done(null, payload)
      this.#charge(request, reply.statusCode, payload).then(
        (wait) => done(null, wait === 0 ? payload : replace(reply, tooMany(wait))),
        // A fault in counting is no reason to keep the answer back, let alone to end the process.
        (error: Error) => {
          request.log.error({ err: { type: error.name, stack: error.stack } }, 'an error was not counted')
          done(null, payload)
        }
      )
    })
  }

  /** On every route, and by `app.rateLimit()` on what no route takes. */
  async #limitClients(app: FastifyInstance): Promise<void> {
    const { limits } = this.#options
    if (limits.perClient === 0) return
    const headers = { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false }
    await app.register(rateLimit, {
      max: limits.perClient,
      store: storeOver(limits),
      keyGenerator: (request) => this.#client(request) ?? NOBODY,
      allowList: (request, key) => key === NOBODY || isExempt(request),
      addHeaders: headers,
      addHeadersOnExceeding: headers,
      errorResponseBuilder: (_request, { ttl }) => new TooManyRequests(ttl)
    })
  }

  /** Counts a request that came. @returns what to answer instead of serving it; null: serve it */
  refuse(request: FastifyRequest): Rendered | null {
    if (isExempt(request)) return null
    this.#watchForwarding(request)
    const wait = this.#options.limits.takeRequest(this.#client(request), this.#partner(request))
    return wait === 0 ? null : tooMany(wait)
  }

  /** Counts an answer that no hook sees. @returns what to send */
  async weigh(request: FastifyRequest, rendered: Rendered): Promise<Rendered> {
    if (!isError(rendered.status, rendered.headers['x-kaltura'])) return rendered
    const wait = await this.#charge(request, rendered.status, rendered.body)
    return wait === 0 ? rendered : tooMany(wait)
  }

  /** @returns whether the client may have Kaltura asked; one request is counted once, however often it asks */
  admission(request: FastifyRequest): () => Promise<boolean> {
    return () => {
      const before = this.#admitted.get(request)
      if (before !== undefined) return before
      const asked = this.countMiss(request).then((wait) => wait === 0)
      this.#admitted.set(request, asked)
      return asked
    }
  }

  /** Counts a request for which Kaltura has to be asked. @returns ms to wait; 0: it may be */
  countMiss(request: FastifyRequest): Promise<number> {
    return this.#take('misses', request)
  }

  /** Counts a call that is passed to Kaltura's API, for its partners as well. @returns what to answer instead; null: pass it */
  async refuseCall(request: FastifyRequest, partners: Iterable<number>): Promise<Rendered | null> {
    const waits = [...partners]
      .filter((id) => this.#options.isServed(id))
      .map((id) => this.#options.limits.takeRequest(null, id))
    const wait = Math.max(0, ...waits) || (await this.countMiss(request))
    return wait === 0 ? null : tooMany(wait)
  }

  /** Counts a wrong or missing signature. @returns ms to wait; 0: within the budget */
  countBadSignature(request: FastifyRequest): Promise<number> {
    return this.#take('signatures', request)
  }

  /** Errors, and the signatures among them: a 403 whose problem says so. */
  async #charge(request: FastifyRequest, status: number, body: unknown): Promise<number> {
    const unsigned = status === 403 && typeof body === 'string' && /"code":"(?:SIGNATURE|GRANT)_/.test(body)
    const wait = unsigned ? await this.countBadSignature(request) : 0
    return wait > 0 ? wait : this.#take('errors', request)
  }

  #take(kind: DearKind, request: FastifyRequest): Promise<number> {
    if (isExempt(request)) return Promise.resolve(0)
    return this.#options.limits.takeDear(kind, this.#client(request))
  }

  #client(request: FastifyRequest): string | null {
    const { socket, headers } = request.raw
    request.clientKey ??= clientKey(socket.remoteAddress, headers['x-forwarded-for'], this.#options.proxies)
    return request.clientKey
  }

  /** As the router read it; for a path that it could not decode, as it stands there. */
  #partner({ params, raw }: FastifyRequest): number | null {
    const { pid } = (params ?? {}) as { pid?: string }
    return this.#served(Number(pid ?? /^\/(?:s\/)?p\/(\d{1,10})\//.exec(raw.url ?? '')?.[1]))
  }

  #served(partner: number): number | null {
    return this.#options.isServed(partner) ? partner : null
  }

  /** Behind a proxy that is not named all viewers are one client, and soon one that asks too much. */
  #watchForwarding(request: FastifyRequest): null {
    if (this.#warned || isExplained(request)) return null
    const { raw, log } = request
    const { headers, socket } = raw
    if (headers['x-forwarded-for'] === undefined && headers.forwarded === undefined) return null
    if (this.#options.proxies.has(socket.remoteAddress)) return null
    this.#warned = true
    log.warn(
      { peer: socket.remoteAddress },
      'A peer that is not in TRUST_PROXY sends forwarding headers, which count for nothing. If it is your proxy, name it: ' +
        'all viewers behind it are limited as one client. Said once.'
    )
    return null
  }
}

/** Key of those who cannot be told apart: never limited. */
const NOBODY = ''

/** Our counters as @fastify/rate-limit wants them: it answers 429 above `max`, with the time that is left. */
function storeOver(limits: Limits): FastifyRateLimitStoreCtor {
  return class Store implements FastifyRateLimitStore {
    incr(key: string, done: (error: Error | null, result?: { current: number; ttl: number }) => void): void {
      const wait = limits.takeClient(key)
      done(null, { current: wait === 0 ? 0 : limits.perClient + 1, ttl: wait })
    }

    child(): FastifyRateLimitStore {
      return this
    }
  }
}

/** 429 with the time after which a request is served again, in whole seconds. CORS by hand: it comes before the hook. */
export function tooMany(wait: number): Rendered {
  const seconds = String(Math.max(1, Math.ceil(wait / 1000)))
  return renderProblem(problem('TOO_MANY_REQUESTS', `This client may ask again in ${seconds} s.`), {
    ...CORS_HEADERS,
    'retry-after': seconds
  })
}

/** What supervisors ask for, and operators who want an answer explained. */
function isExempt(request: FastifyRequest): boolean {
  return request.routeOptions?.config?.exempt === true || isExplained(request)
}

/** What this gateway says of itself (too many, overloaded) is no error of the client's. One format has errors with 200. */
function isError(status: number, kaltura: unknown): boolean {
  return status === 429 || status === 503 ? false : status >= 400 || kaltura !== undefined
}

/** Puts another answer in the place of one that was about to go; what belongs to every answer stays. */
function replace(reply: FastifyReply, { status, headers, body }: Rendered): string {
  for (const name of Object.keys(reply.getHeaders())) {
    if (!/^(?:access-control-|timing-allow-origin$|connection$)/.test(name)) reply.removeHeader(name)
  }
  reply.code(status).headers(headers)
  return body
}
