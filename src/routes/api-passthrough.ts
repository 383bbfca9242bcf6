import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Problem, problem } from '../answer/problem.js'
import { type Rendered, renderProblem } from '../answer/render.js'
import type { Config } from '../config/config.js'
import type { ApiPassthrough, PassedAnswer } from '../kaltura/api-passthrough.js'
import type { Forwarded } from '../kaltura/viewer-headers.js'
import { ownPlayManifestUrls } from '../playmanifest/public-urls.js'
import { tokenState } from '../resolve/token-expiry.js'
import { UnclearApiRequest } from '../rules/api-parameters.js'
import { refuseApiCalls } from '../rules/api-permission.js'
import type { TrustedProxies } from '../viewer/trusted-proxies.js'
import { viewerAddress } from '../viewer/viewer-address.js'
import { type ApiRequest, readApiRequest } from './api-request.js'

export interface ApiPassthroughOptions {
  config: Pick<Config, 'partners' | 'serviceUrl' | 'cdnUrl' | 'cdnUrls' | 'publicUrl' | 'remoteAddrSalt'>
  passthrough: ApiPassthrough
  proxies: TrustedProxies
  /** How a request is marked that this gateway has passed on before. */
  via: string
  /** Counts a call for its client and its partners; what to answer when it is one too many. Default: none is. */
  limit?: (request: FastifyRequest, partners: ReadonlySet<number>) => Promise<Rendered | null>
}

/** Bytes; a player's multirequest has about 2,000, the KS in it four times. */
const MAX_BODY = 64 * 1024

/** Upstream's answers are data: whatever they say they are, no browser is to run them as a page of this origin. */
const ANSWER_HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'"
}

/**
 * API v3 for players that are pointed at the gateway: an allow list of actions, for partners whose operator has turned it
 * on. Everything is answered `no-store`; nothing of it is cached here.
 */
export async function apiPassthroughRoutes(app: FastifyInstance, options: ApiPassthroughOptions): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BODY }, (_request, body, done) =>
      done(null, body)
    )
    for (const url of ['/api_v3', '/api_v3/*']) {
      scope.route({
        method: ['GET', 'POST'],
        url,
        exposeHeadRoute: false,
        bodyLimit: MAX_BODY,
        handler: (request, reply) => answer(request, reply, options)
      })
      scope.route({
        method: ['HEAD', 'PUT', 'PATCH', 'DELETE'],
        url,
        handler: async (_request, reply) =>
          send(
            reply,
            renderProblem(problem('METHOD_NOT_ALLOWED', 'The API takes GET, POST and OPTIONS.'), {
              allow: 'GET, POST, OPTIONS'
            })
          )
      })
    }
  })
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  options: ApiPassthroughOptions
): Promise<FastifyReply> {
  if (String(request.headers.via ?? '').includes(options.via)) {
    const detail =
      'The host that API calls are passed to leads back here. KALTURA_SERVICE_URL has to name Kaltura itself.'
    return refuse(reply, problem('LOOP', detail))
  }
  let asked: ApiRequest
  try {
    asked = readApiRequest(request)
  } catch (error) {
    if (error instanceof UnclearApiRequest) return refuse(reply, problem('API_UNCLEAR', error.message))
    throw error
  }
  const refused = judge(asked, options)
  if (refused !== null) return refuse(reply, refused)
  const limited = (await options.limit?.(request, asked.calls.partners)) ?? null
  if (limited !== null) return send(reply, limited)
  const told = isTold(asked, options)
  const forwarded = told ? viewerOf(request, options.proxies) : null
  if (told && forwarded === null && !isHarmless(asked, options)) {
    return refuse(reply, problem('API_UNCLEAR', 'The proxy before the gateway does not say who asks.'))
  }
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  const answer = await options.passthrough.pass(
    {
      method: request.method === 'POST' ? 'POST' : 'GET',
      target: asked.target,
      headers: request.headers,
      body: asked.body,
      forwarded
    },
    gone.signal
  )
  if (answer === 'timeout') {
    return refuse(reply, problem('API_TIMEOUT', 'Kaltura did not answer in time. The request can be sent again.'))
  }
  if (answer === 'failed' || isOver(answer)) {
    return refuse(reply, problem('API_FAILED', 'Kaltura could not be reached, or its answer cannot be passed on.'))
  }
  return send(reply, rendered(answer, options.config))
}

function judge({ calls }: ApiRequest, { config }: ApiPassthroughOptions): Problem | null {
  const refused = refuseApiCalls(calls, config.partners)
  switch (refused?.kind) {
    case undefined:
      return null
    case 'not-served':
      return problem('API_NOT_SERVED', 'API calls of this partner are not passed through here.')
    case 'no-partner':
      return problem('API_UNCLEAR', 'Nothing says which partner it is for: partnerId, widgetId or ks.')
    case 'action':
      return problem('API_ACTION_REFUSED', 'An action in the request is not on the list of what is passed through.')
  }
}

/** A Location whose token has ended leads nowhere. */
function isOver({ headers }: PassedAnswer): boolean {
  return headers.location !== undefined && tokenState(headers.location, Date.now() / 1000).expired
}

/** Whether Kaltura believes us the viewer's address, for one of the partners at least. */
function isTold({ calls }: ApiRequest, { config }: ApiPassthroughOptions): boolean {
  if (config.remoteAddrSalt !== null) return true
  return [...calls.partners].some((id) => config.partners.get(id)?.forwardedFor === 'trusted')
}

/** Whether nothing that Kaltura judges by addresses is at stake, as the operator states for each of the partners. */
function isHarmless({ calls }: ApiRequest, { config }: ApiPassthroughOptions): boolean {
  return [...calls.partners].every((id) => config.partners.get(id)?.sharePublic === true)
}

function viewerOf(request: FastifyRequest, proxies: TrustedProxies): Forwarded | null {
  const { ip, socket, headers } = request
  const address = viewerAddress({ ip, peer: socket.remoteAddress, headers }, proxies)
  return address === null ? null : { address, scheme: schemeOf(request) }
}

function schemeOf({ protocol }: FastifyRequest): 'http' | 'https' {
  return protocol?.toLowerCase() === 'https' ? 'https' : 'http'
}

function rendered({ status, headers, body }: PassedAnswer, config: ApiPassthroughOptions['config']): Rendered {
  const isJson = /^application\/json\b/i.test(headers['content-type'] ?? '')
  if (!isJson || config.publicUrl === null) return { status, headers, body }
  const bases = [config.serviceUrl, config.cdnUrl, ...config.cdnUrls.values()]
  return { status, headers, body: ownPlayManifestUrls(body, bases, config.publicUrl) }
}

function refuse(reply: FastifyReply, given: Problem): FastifyReply {
  const { body, ...rest } = renderProblem(given)
  return send(reply, { ...rest, body: Buffer.from(body).toString('latin1') })
}

/** Each character of the body is a byte. */
function send(reply: FastifyReply, { status, headers, body }: Rendered): FastifyReply {
  reply.code(status).headers({ ...headers, ...ANSWER_HEADERS })
  return body === '' ? reply.send() : reply.send(Buffer.from(body, 'latin1'))
}
