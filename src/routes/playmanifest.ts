import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { recorderOf } from '../answer/explained.js'
import { type LinkLimits, limitLife, limitsOfRules } from '../answer/limit-life.js'
import { problem } from '../answer/problem.js'
import { methodNotAllowed, type Rendered, redirect, render, renderProblem } from '../answer/render.js'
import { targetOf } from '../answer/request-target.js'
import { send } from '../answer/send.js'
import type { Config, PartnerConfig } from '../config/config.js'
import type { Circles } from '../kaltura/circles.js'
import type { GrantClient } from '../kaltura/grant-client.js'
import type { Locations } from '../kaltura/locations.js'
import { type PlayManifestRequest, parsePlayManifestUrl } from '../playmanifest/parse.js'
import { type Answer, type Decision, newDecision } from '../resolve/decision.js'
import { endingWith, wordsOf } from '../resolve/entry-facts.js'
import type { ResolveInput } from '../resolve/input.js'
import type { References } from '../resolve/references.js'
import type { Resolver } from '../resolve/resolver.js'
import { untouchableReason } from '../resolve/untouchable.js'
import type { Viewer, ViewerClient } from '../resolve/viewer-client.js'
import type { DecideInput } from '../rules/decide.js'
import type { LiveRules, Ruling } from '../rules/live-rules.js'
import { ksFingerprint } from '../viewer/ks.js'
import type { TrustedProxies } from '../viewer/trusted-proxies.js'
import { sureViewerAddress } from '../viewer/viewer-address.js'
import { readViewerKs } from '../viewer/viewer-ks.js'
import { checkRequest } from './check-request.js'
import { earlyError } from './early-error.js'
import { noteAdded, noteName, notePlan, noteViewer } from './explained.js'
import { factsOfRequest } from './facts.js'
import { answerGrant } from './grant.js'
import { headerKs } from './header-ks.js'
import { clientOf, type LoopCheck, loopCheck, redirectsComeBack } from './loop.js'
import { planRequest } from './plan.js'
import { applyPreset } from './preset.js'
import { nameEntry } from './reference.js'
import type { ShadowWatch } from './shadow.js'
import { checkSignature } from './signature.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Why the answer is what it is; null for everything that is not playManifest. */
    decision: Decision | null
  }
}

export interface PlayManifestRoutesOptions {
  config: Config
  rules: LiveRules
  resolver: Resolver
  references: References
  grants: GrantClient
  viewers: ViewerClient
  locations: Locations
  proxies: TrustedProxies
  circles: Circles
  /** How requests of our own are marked. */
  via: string
  now: () => number
  /** Asks the shadow rules, where there are some. Default: nobody does. */
  shadow?: ShadowWatch
  /** What the limits say to a request for which Kaltura has to be asked. Default: all may. */
  admission?: (request: FastifyRequest) => () => Promise<boolean>
  /** Whether so many requests wait that no other should. Default: never. */
  crowded?: () => boolean
}

/** For one request: the rules as they were when it began. */
type Options = Omit<PlayManifestRoutesOptions, 'rules'> & { rules: Ruling }

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
  let latest: Options = { ...options, rules: options.rules.now }
  // Made anew with each reload, not with each request.
  const held = (): Options => {
    const { now } = options.rules
    if (latest.rules !== now) latest = { ...options, rules: now }
    return latest
  }
  const get = async (request: FastifyRequest): Promise<Rendered> => comesBack(request) ?? answerGet(request, held())
  const post = async (request: FastifyRequest): Promise<Rendered> => comesBack(request) ?? answerPost(request, held())
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
async function admit(request: FastifyRequest, options: Options): Promise<Admitted | Rendered> {
  const parsed = parsePlayManifestUrl(targetOf(request))
  if (!parsed.ok) return renderProblem(problem(parsed.code, parsed.detail))
  const partner = options.config.partners.get(parsed.request.partnerId)
  const record = recorderOf(request)
  const decision = newDecision(parsed.request, record)
  record?.parsed(parsed.request, decision)
  request.decision = decision
  if (partner === undefined) {
    decision.answer = 'error'
    return render({ kind: 'error', code: 14, life: request.method === 'POST' ? 0 : NOT_SERVED }, decision)
  }
  if (parsed.request.effective.grant !== undefined) {
    return answerGrant(request, parsed.request, partner, decision, options)
  }
  const signed = checkSignature(request, parsed.request, partner, decision, options)
  record?.done('signature')
  if (!signed.ok) return renderProblem(signed.problem)
  const preset = applyPreset(signed.request, partner, options.rules.presets, request.method)
  if (!preset.ok) return renderProblem(preset.problem)
  if (record !== null) noteAdded(record, signed.request, preset.request, 'preset')
  const refused = checkRequest(preset.request)
  if (refused !== null) return renderProblem(refused)
  const { limits } = signed
  if (record !== null) record.limits = limits
  if (preset.request.effective.referenceId === undefined) return { parsed: preset.request, partner, decision, limits }
  const named = await nameEntry(request, preset.request, partner, decision, options)
  if ('status' in named) return limitLife(named, limits, options.now())
  if (record !== null) noteName(record, preset.request, named.request, decision)
  const ending = endingBy(limits, named.until)
  if (record !== null) record.limits = ending
  return { parsed: named.request, partner, decision, limits: ending }
}

/** What a name stands for is known for a while only, and so is the answer. */
function endingBy(limits: LinkLimits, until: number | null): LinkLimits {
  if (until === null) return limits
  const expires = Math.min(limits.expires ?? Number.POSITIVE_INFINITY, until / 1000)
  return { ...limits, expires }
}

async function answerGet(request: FastifyRequest, options: Options): Promise<Rendered> {
  const admitted = await admit(request, options)
  if ('status' in admitted) return admitted
  const { decision, limits } = admitted
  const { config, circles } = options
  const answer = await answerRequest(request, admitted, options)
  if (answer.kind === 'template') {
    const circle = circles.of(answer.base)
    if (circle.proven) return redirectsComeBack(circle)
    if (decision.record === null) circle.issued(clientOf(request), answer.location)
  }
  if (decision.record !== null) decision.record.answer = answer
  decision.answer = answer.kind
  const { staleWhileRevalidate, staleIfError } = config.cache
  const ifNoneMatch = request.headers['if-none-match']
  const rendered = render(answer, decision, { ifNoneMatch, staleWhileRevalidate, staleIfError })
  const now = options.now()
  const limited = [limits, ...limitsOfRules(decision.bounds, now)].reduce(
    (sent, each) => limitLife(sent, each, now),
    rendered
  )
  decision.record?.done('render')
  return limited
}

/** Parsed and harmless: identify, decide, resolve. */
async function answerRequest(
  request: FastifyRequest,
  { parsed, partner, decision }: Admitted,
  { config, rules: ruling, resolver, viewers, proxies, now, admission, crowded, shadow: watch }: Options
): Promise<Answer> {
  const { effective, places } = parsed
  const began = now()
  const ks = readViewerKs(effective, places.ks, headerKs(request), partner, Math.floor(now() / 1000))
  decision.ks = ks.state
  decision.session = ks.state === 'none' ? null : ksFingerprint(ks.text, SESSION_KEY)
  const early = earlyError(effective, ks.state, now())
  if (early !== null) return { kind: 'error', code: early.code, life: early.lasting ? config.cache.negative : 0 }
  const { record } = decision
  const facts = factsOfRequest(request, effective, proxies, began)
  const { identified, circumstances } = facts
  const { scheme } = circumstances
  if (record !== null) noteViewer(record, request, { facts, ks }, proxies)
  const { rules, presets, shadow } = ruling
  const given: DecideInput = { ...circumstances, partner, presets, trials: record?.trials }
  const untouched = untouchableReason(parsed, partner, ks)
  const untouchable = untouched !== null
  const asking = { request: parsed, partner, ks, scheme, decision, untouched, admit: admission?.(request), crowded }
  const { plan, request: planned, looked } = await planRequest(rules, given, asking, resolver, untouchable)
  if (record !== null) notePlan(record, rules, plan, looked, began)
  decision.format = plan.format
  decision.protocol = plan.protocol
  decision.device = identified.device.class
  decision.deviceSource = identified.source
  decision.vary = facts.varyOf(plan)
  decision.bounds = { until: plan.until, longest: plan.entryUnknown ? 0 : plan.longest, private: plan.private }
  const input: ResolveInput = { ...asking, request: planned, plan }
  const resolved = await resolver.resolve(input)
  const answer = looked === null ? resolved : endingWith(resolved, looked)
  if (input.catalog !== undefined) given.entry = wordsOf(input.catalog)
  if (record !== null) {
    Object.assign(record, { circumstances: given, resolved: planned, untouched })
    noteAdded(record, parsed, planned, 'rule')
  }
  // Who is sent on byte for byte is not decided about.
  if (shadow !== null && !untouchable) watch?.watch(shadow, request, decision, plan, given)
  if (!partner.viewerProxy) return answer
  const own = await viewers.answer(answer, input, viewerOf(request, proxies, scheme, began))
  record?.done('for-the-viewer')
  return own
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

/** POST goes to Kaltura itself, method and body kept, asked no rule: path and query as they came. A body is never signed. */
async function answerPost(request: FastifyRequest, options: Options): Promise<Rendered> {
  const admitted = await admit(request, options)
  if ('status' in admitted) return admitted
  const { locations, circles } = options
  const circle = circles.of(locations.base(null))
  const { rawPath, rawQuery } = admitted.parsed
  const location = locations.atKaltura(rawPath + (rawQuery === '' ? '' : `?${rawQuery}`))
  if (circle.proven) return redirectsComeBack(circle)
  admitted.decision.answer = 'post'
  if (admitted.decision.record === null) circle.issued(clientOf(request), location)
  return redirect(location, { 'cache-control': 'no-store' }, 307)
}
