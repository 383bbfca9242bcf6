import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { answerApi, isApiPath } from './api-endpoint.js'
import type { KalturaOptions } from './options.js'
import { answerPlayManifest, isPlayManifestPath } from './playmanifest/endpoint.js'
import { BadRemoteAddress, die } from './remote-address.js'
import { createState, type Fault, type KalturaState, record } from './state.js'
import { WEB_SERVER_TYPE, webServerPage } from './web-server.js'

/** The stand-in with its knobs and counters. */
export type KalturaApp = FastifyInstance & { readonly state: KalturaState }

/**
 * Builds a stand-in for a Kaltura server, not yet listening: API v3 and playManifest over a catalog in memory. It is
 * good for developing and testing a client of a real server; it is no media server (that is the demo's CDN).
 */
export function buildKaltura(options: KalturaOptions): KalturaApp {
  const state = options.state ?? createState()
  // All requests take one route: paths here follow Kaltura's reading, not the router's, and none is invalid to it.
  const app = fastify({ rewriteUrl: () => '/', forceCloseConnections: true, bodyLimit: 4 * 1024 * 1024, logger: false })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.all('/', async (request, reply) => {
    const url = request.originalUrl
    if (isApiPath(url)) return serve(state, 'api', request, reply, () => answerApi(options, request, reply))
    if (isPlayManifestPath(url)) {
      return serve(state, 'playManifest', request, reply, () => answerPlayManifest(options, request, reply))
    }
    return reply.code(404).type(WEB_SERVER_TYPE).send(webServerPage(404))
  })
  return app.decorate('state', state) as unknown as KalturaApp
}

async function serve(
  state: KalturaState,
  endpoint: 'api' | 'playManifest',
  request: FastifyRequest,
  reply: FastifyReply,
  answer: () => readonly string[]
): Promise<FastifyReply> {
  const { method, originalUrl: url, headers } = request
  const call = { endpoint, method, url, headers, actions: [] as readonly string[], at: Date.now() }
  record(state, call)
  const { delayMs, fail } = state[endpoint]
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs))
  if (fail !== null) return misbehave(fail, request, reply)
  try {
    call.actions = answer()
  } catch (error) {
    if (!(error instanceof BadRemoteAddress)) throw error
    die(reply, error)
  }
  return reply
}

function misbehave(fail: Exclude<Fault, null>, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (fail === 'reset') {
    request.raw.socket.resetAndDestroy()
    return reply.hijack()
  }
  // A hung request ends with its socket: the client gives up or the server closes.
  if (fail === 'hang') return reply.hijack()
  if (fail === 'garbage') return reply.code(200).type('text/html; charset=UTF-8').send('<html>\u0000not an answer')
  return reply.code(fail).type('text/html; charset=UTF-8').send('<html><body>Service Unavailable</body></html>')
}
