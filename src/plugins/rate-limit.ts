import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import { problem, problemBody } from '../answer/problem.js'

/** Marks the error of the limiter, so that the error handler can tell it from a fault. */
export class TooManyRequests extends Error {
  readonly statusCode = 429
  readonly retryAfter: number

  /** @param retryAfter seconds */
  constructor(retryAfter: number) {
    super('Too many requests')
    this.retryAfter = retryAfter
  }

  body(): string {
    return problemBody(problem('TOO_MANY_REQUESTS', `This client may ask again in ${this.retryAfter} s.`))
  }
}

/**
 * Limits requests a minute by the client's address (behind trusted proxies the forwarded one; IPv6 by /64, which the
 * plugin does by itself). Health checks are exempt.
 */
export async function registerRateLimit(app: FastifyInstance, max: number): Promise<void> {
  if (max === 0) return
  await app.register(rateLimit, {
    max,
    timeWindow: 60_000,
    cache: 50_000,
    addHeadersOnExceeding: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
    errorResponseBuilder: (_request, context) => new TooManyRequests(Math.max(1, Math.ceil(context.ttl / 1000)))
  })
}
