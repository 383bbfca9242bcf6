import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isExplained } from '../answer/explained.js'
import { problem } from '../answer/problem.js'
import { type Rendered, renderProblem } from '../answer/render.js'
import { send } from '../answer/send.js'
import { CORS_HEADERS } from './cors.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether it is among those that wait for their answer. */
    inFlight: boolean
  }
}

/** Seconds: by then those that waited for a slow Kaltura have been redirected. */
const RETRY_AFTER = '2'

/** Part of the bound from which on nobody is made to wait who can be sent to Kaltura instead. */
const CROWDED = 1 / 2

/** More header lines than any browser or chain of proxies sends. */
const MAX_HEADERS = 200

export interface Overload {
  /** Requests that wait for their answer now. */
  inFlight(): number
  /**
   * Whether so many wait that nobody else should: what is not known is redirected at once, so that those who wait for a
   * slow Kaltura never take the places of hits.
   */
  crowded(): boolean
  /** The answer to who can neither wait nor be redirected. */
  refusal: Rendered
}

/**
 * Refuses at once what would only wait: past the bound of requests in flight everybody is told to come back, rather than
 * served ever later. A request is in flight from when it was read until its answer is made: neither a slow sender nor a
 * slow reader takes a place (those are bounded as connections). A hit is made in one go and never in flight for others.
 *
 * Also refuses requests with more headers than anybody needs. Node would leave out those past its bound (2,000, if the
 * server says nothing else), and one that is left out may be the proxy's word about who the client is.
 */
export function registerOverload(app: FastifyInstance, maxInFlight: number): Overload {
  let inFlight = 0
  const release = (request: FastifyRequest): void => {
    if (!request.inFlight) return
    request.inFlight = false
    inFlight--
  }
  const refusal = renderProblem(problem('OVERLOADED', 'Too many requests wait here already. Try again in a moment.'), {
    ...CORS_HEADERS,
    'retry-after': RETRY_AFTER
  })
  const tooManyHeaders = renderProblem(
    problem('HEADERS_TOO_LARGE', `The request has more than ${MAX_HEADERS} headers.`),
    CORS_HEADERS
  )
  app.decorateRequest('inFlight', false)
  app.addHook('onRequest', (request, reply, done) => {
    if (request.raw.rawHeaders.length > MAX_HEADERS * 2) return void send(reply, tooManyHeaders)
    if (inFlight >= maxInFlight && request.routeOptions.config.exempt !== true && !isExplained(request))
      return void send(reply, refusal)
    done()
  })
  app.addHook('preHandler', (request, reply, done) => {
    if (isExplained(request)) return done()
    request.inFlight = true
    inFlight++
    // A viewer who leaves gives his place back; what was begun for him goes on for others.
    reply.raw.once('close', () => release(request))
    done()
  })
  app.addHook('onSend', (request, _reply, payload, done) => {
    release(request)
    done(null, payload)
  })
  return { inFlight: () => inFlight, crowded: () => inFlight > maxInFlight * CROWDED, refusal }
}
