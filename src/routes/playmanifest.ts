import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type LinkLimits, limitLife } from '../answer/limit-life.js'
import { problem } from '../answer/problem.js'
import { methodNotAllowed, type Rendered, redirect, render, renderProblem } from '../answer/render.js'
import { targetOf } from '../answer/request-target.js'
import { send } from '../answer/send.js'
import type { Config, PartnerConfig } from '../config/config.js'
import { checkBitrates } from '../flavors/bitrate-window.js'
import { isTruthy, parseNumeric } from '../flavors/php-number.js'
import type { Circle } from '../kaltura/circle.js'
import type { GrantClient } from '../kaltura/grant-client.js'
import type { Locations } from '../kaltura/locations.js'
import { type PlayManifestRequest, parsePlayManifestUrl } from '../playmanifest/parse.js'
import { type Answer, type Decision, newDecision } from '../resolve/decision.js'
import type { ResolveInput } from '../resolve/input.js'
import type { References } from '../resolve/references.js'
import type { Resolver } from '../resolve/resolver.js'
import type { Viewer, ViewerClient } from '../resolve/viewer-client.js'
import { decide } from '../rules/decide.js'
import { deviceFromHint } from '../viewer/device-hint.js'
import { identifyDevice } from '../viewer/identify-device.js'
import { ksFingerprint } from '../viewer/ks.js'
import type { TrustedProxies } from '../viewer/trusted-proxies.js'
import { sureViewerAddress } from '../viewer/viewer-address.js'
import { readViewerKs } from '../viewer/viewer-ks.js'
import { checkRequest } from './check-request.js'
import { answerGrant } from './grant.js'
import { headerKs } from './header-ks.js'
import { clientOf, type LoopCheck, loopCheck, redirectsComeBack } from './loop.js'
import { nameEntry } from './reference.js'
import { checkSignature } from './signature.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Why the answer is what it is; null for everything that is not playManifest. */
    decision: Decision | null
  }
}

export interface PlayManifestRoutesOptions {
  config: Config
  resolver: Resolver
  references: References
  grants: GrantClient
  viewers: ViewerClient
  locations: Locations
  proxies: TrustedProxies
  circle: Circle
  /** How requests of our own are marked. */
  via: string
  now: () => number
  /** What the limits say to a request for which Kaltura has to be asked. Default: all may. */
  admission?: (request: FastifyRequest) => () => Promise<boolean>
  /** Whether so many requests wait that no other should. Default: never. */
  crowded?: () => boolean
}

const SHAPES = ['/p/:pid/sp/:sp', '/p/:pid', '/s/p/:pid/sp/:sp', '/s/p/:pid'].flatMap((prefix) => [
  `${prefix}/playManifest`,
  `${prefix}/playManifest/*`
])

/** Names sessions in this process's log; with it gone nobody can tell which session it was. */
const SESSION_KEY = randomBytes(32)

/** ms that "not served here" may be kept: a configuration may change any moment. */
const NOT_SERVED = 10_000

/**
 * The playManifest URLs: GET and HEAD are answered, POST is sent on to Kaltura as it came.
 *
 * @returns answers a request whose path the router could not decode, such as bytes that are no UTF-8: Kaltura reads them,
 *   so they are redirected byte for byte; null when it is no playManifest URL, or broken
 */
export function playManifestRoutes(
  app: FastifyInstance,
  options: PlayManifestRoutesOptions
): (request: FastifyRequest) => Promise<Rendered | null> {
  const comesBack: LoopCheck = loopCheck(options)
  app.decorateRequest('decision', null)
  // A body is Kaltura's to read: the client sends it again behind the 307. It is answered before anybody looks at it.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  const get = async (request: FastifyRequest): Promise<Rendered> => comesBack(request) ?? answerGet(request, options)
  const post = async (request: FastifyRequest): Promise<Rendered> => comesBack(request) ?? answerPost(request, options)
  const none = async () => methodNotAllowed()
  const others = app.supportedMethods.filter((name) => !['GET', 'HEAD', 'POST', 'OPTIONS'].includes(name))
  for (const url of SHAPES) {
    app.route({
      method: ['GET', 'HEAD'],
      url,
      exposeHeadRoute: false,
      handler: async (request, reply) => send(reply, await get(request))
    })
    for (const [method, answer] of [
      ['POST', post],
      [others, none]
    ] as const) {
      app.route({
        method: method as string[],
        url,
        // Behind the limits, before the body and its type are looked at.
        preParsing: async (request, reply) => send(reply, await answer(request)),
        handler: async () => undefined
      })
    }
  }
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return null
    const parsed = parsePlayManifestUrl(targetOf(request))
    return parsed.ok && parsed.request.opaque ? get(request) : null
  }
}

interface Admitted {
  /** As it goes on: without a signature of ours. */
  parsed: PlayManifestRequest
  partner: PartnerConfig
  decision: Decision
  limits: LinkLimits
}

/** A request that may be answered: readable, of a partner that is served, signed where that is wanted, harmless, its entry named. */
async function admit(request: FastifyRequest, options: PlayManifestRoutesOptions): Promise<Admitted | Rendered> {
  const parsed = parsePlayManifestUrl(targetOf(request))
  if (!parsed.ok) return renderProblem(problem(parsed.code, parsed.detail))
  const partner = options.config.partners.get(parsed.request.partnerId)
  const decision = newDecision(parsed.request)
  request.decision = decision
  if (partner === undefined) {
    decision.answer = 'error'
    return render({ kind: 'error', code: 14, life: request.method === 'POST' ? 0 : NOT_SERVED }, decision)
  }
  if (parsed.request.effective.grant !== undefined) {
    return answerGrant(request, parsed.request, partner, decision, options)
  }
  const signed = checkSignature(request, parsed.request, partner, decision, options)
  if (!signed.ok) return renderProblem(signed.problem)
  const refused = checkRequest(signed.request)
  if (refused !== null) return renderProblem(refused)
  const { limits } = signed
  if (signed.request.effective.referenceId === undefined) return { parsed: signed.request, partner, decision, limits }
  const named = await nameEntry(request, signed.request, partner, decision, options)
  if ('status' in named) return limitLife(named, limits, options.now())
  return { parsed: named.request, partner, decision, limits: endingBy(limits, named.until) }
}

/** What a name stands for is known for a while only, and so is the answer. */
function endingBy(limits: LinkLimits, until: number | null): LinkLimits {
  if (until === null) return limits
  const expires = Math.min(limits.expires ?? Number.POSITIVE_INFINITY, until / 1000)
  return { ...limits, expires }
}

async function answerGet(request: FastifyRequest, options: PlayManifestRoutesOptions): Promise<Rendered> {
  const admitted = await admit(request, options)
  if ('status' in admitted) return admitted
  const { decision, limits } = admitted
  const { config, circle } = options
  const answer = await answerRequest(request, admitted, options)
  if (answer.kind === 'template') {
    if (circle.proven) return redirectsComeBack(circle)
    circle.issued(clientOf(request), answer.location)
  }
  decision.answer = answer.kind
  const { staleWhileRevalidate, staleIfError } = config.cache
  const ifNoneMatch = request.headers['if-none-match']
  return limitLife(render(answer, decision, { ifNoneMatch, staleWhileRevalidate, staleIfError }), limits, options.now())
}

/** Parsed and harmless: identify, decide, resolve. */
async function answerRequest(
  request: FastifyRequest,
  { parsed, partner, decision }: Admitted,
  { config, resolver, viewers, proxies, now, admission, crowded }: PlayManifestRoutesOptions
): Promise<Answer> {
  const { effective, places } = parsed
  const began = now()
  const ks = readViewerKs(effective, places.ks, headerKs(request), partner, Math.floor(now() / 1000))
  decision.ks = ks.state
  decision.session = ks.state === 'none' ? null : ksFingerprint(ks.text, SESSION_KEY)
  const invalid = checkBitrates(effective)
  if (invalid !== null) return { kind: 'error', code: invalid, life: config.cache.negative }
  if (hasExpired(effective.expiry, now())) return { kind: 'error', code: 28, life: 0 }
  if (ks.state === 'expired') return { kind: 'error', code: 31, life: 0 }
  if (!effective.entryId && ks.state === 'none' && effective.kt === undefined && effective.expiry === undefined) {
    return { kind: 'error', code: 1, life: config.cache.negative }
  }
  const hint = typeof effective.device === 'string' ? deviceFromHint(effective.device) : null
  const identified = identifyDevice({
    headers: request.headers,
    ...(proxies.has(request.socket.remoteAddress) ? { cdnHeaders: request.headers } : {}),
    ...(hint === null ? {} : { hint })
  })
  const scheme = request.protocol.toLowerCase() === 'https' ? 'https' : 'http'
  const plan = decide(config.rules, { parameters: effective, device: identified.device, scheme, partner })
  decision.format = plan.format
  decision.protocol = plan.protocol
  decision.device = identified.device.class
  decision.deviceSource = identified.source
  decision.vary = [
    ...(plan.reads.includes('device') ? identified.headersRead : []),
    // Without a `protocol` the scheme is the viewer's, which a proxy tells in a header.
    ...(plan.reads.includes('scheme') && !proxies.empty ? ['x-forwarded-proto'] : [])
  ]
  const input: ResolveInput = {
    request: parsed,
    partner,
    plan,
    ks,
    scheme,
    decision,
    admit: admission?.(request),
    crowded
  }
  const answer = await resolver.resolve(input)
  return partner.viewerProxy ? viewers.answer(answer, input, viewerOf(request, proxies, scheme, began)) : answer
}

function viewerOf(
  { ip, socket, headers }: FastifyRequest,
  proxies: TrustedProxies,
  scheme: 'http' | 'https',
  began: number
): Viewer {
  const address = sureViewerAddress({ ip, peer: socket.remoteAddress, headers }, proxies)
  return { headers, forwarded: address === null ? null : { address, scheme }, began }
}

/** POST goes to Kaltura itself, method and body kept: path and query as they came. A body is never signed. */
async function answerPost(request: FastifyRequest, options: PlayManifestRoutesOptions): Promise<Rendered> {
  const admitted = await admit(request, options)
  if ('status' in admitted) return admitted
  const { locations, circle } = options
  const { rawPath, rawQuery } = admitted.parsed
  const location = locations.atKaltura(rawPath + (rawQuery === '' ? '' : `?${rawQuery}`))
  if (circle.proven) return redirectsComeBack(circle)
  admitted.decision.answer = 'post'
  circle.issued(clientOf(request), location)
  return redirect(location, { 'cache-control': 'no-store' }, 307)
}

/** A signed URL's end in the past, looked at before anything else is (recordings expiry_past, expiry_nan). `now`: Unix ms. */
function hasExpired(expiry: string | false | undefined, now: number): boolean {
  if (!isTruthy(expiry)) return false
  const seconds = parseNumeric(expiry)
  return seconds !== null && seconds <= now / 1000
}
