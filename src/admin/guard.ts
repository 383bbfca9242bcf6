import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { problem } from '../answer/problem.js'
import { renderProblem } from '../answer/render.js'
import { send } from '../answer/send.js'
import { isLoopbackHost, isOwnOrigin } from './origin.js'
import { TokenCheck } from './token.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Says of a request that it needs no token: what it is answered is the same for everybody, and holds nothing. */
    withoutToken?: (request: FastifyRequest) => boolean
  }
}

/**
 * Who may come in, on every address of the admin side.
 * - With a token: who has it. Wrong ones are few a minute for each client.
 * - Without: who comes from this machine, which is where it listens then. A browser on this machine comes from there too,
 *   for whatever page it shows, so the name in `Host` has to be a loopback one (a page's own name may be made to lead
 *   here: DNS rebinding).
 * - In both cases no page of another origin.
 *
 * A browser cannot send a token when it goes to an address. So the page of the console, which holds nothing, and its files
 * need none (`withoutToken`); the page asks for the token and sends it with what it asks then.
 */
export function registerGuard(app: FastifyInstance, token: string | null, now: () => number): void {
  const check = token === null ? null : new TokenCheck(token, now)
  app.addHook('onRequest', async (request, reply) => {
    if (isFromElsewhere(request)) {
      return refuse(reply, 'ADMIN_ORIGIN_REFUSED', 'Pages of another origin may not ask the admin side.')
    }
    if (check === null) {
      if (isLoopbackHost(request.headers.host)) return
      return refuse(
        reply,
        'ADMIN_HOST_REFUSED',
        'Without ADMIN_TOKEN the admin side answers to localhost and loopback addresses only.'
      )
    }
    if (request.routeOptions.config?.withoutToken?.(request) === true) return
    const verdict = check.check(request.headers.authorization, request.socket.remoteAddress ?? '')
    if (verdict === 'right') return
    if (typeof verdict === 'object') {
      reply.header('retry-after', String(verdict.retryAfter))
      return refuse(reply, 'TOO_MANY_REQUESTS', `Too many wrong tokens; ask again in ${verdict.retryAfter} s.`)
    }
    if (verdict === 'wrong') request.log.warn({ client: request.ip }, 'wrong admin token')
    reply.header('www-authenticate', 'Bearer realm="playmanifest-gateway"')
    return refuse(reply, 'ADMIN_TOKEN_NEEDED', 'The header Authorization: Bearer with the ADMIN_TOKEN is needed.')
  })
}

/**
 * Whether a page of another origin asks: `Origin` stands on what scripts send, `Sec-Fetch-Site` also on pictures, frames
 * and scripts. Following a link from elsewhere is no such thing.
 */
function isFromElsewhere({ headers, method }: FastifyRequest): boolean {
  const { origin, host } = headers
  if (origin !== undefined && !isOwnOrigin(origin, host)) return true
  const site = headers['sec-fetch-site']
  if (site === undefined || site === 'same-origin' || site === 'none') return false
  const isLink =
    method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
  return !isLink
}

function refuse(reply: FastifyReply, code: Parameters<typeof problem>[0], detail: string): FastifyReply {
  return send(reply, renderProblem(problem(code, detail)))
}
