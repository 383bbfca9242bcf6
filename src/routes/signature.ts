import type { FastifyRequest } from 'fastify'
import type { LinkLimits } from '../answer/limit-life.js'
import { type Problem, type ProblemCode, problem } from '../answer/problem.js'
import type { Config, PartnerConfig } from '../config/config.js'
import type { PlayManifestRequest } from '../playmanifest/parse.js'
import { withoutParameters } from '../playmanifest/without.js'
import type { Decision } from '../resolve/decision.js'
import { type SignatureFault, type Verdict, verifyRequest } from '../signing/verify.js'
import { identifyDevice } from '../viewer/identify-device.js'
import type { TrustedProxies } from '../viewer/trusted-proxies.js'
import { viewerAddress } from '../viewer/viewer-address.js'

export interface SignatureOptions {
  config: Pick<Config, 'signingKeys' | 'grantKeys'>
  proxies: TrustedProxies
  now: () => number
}

export type SignatureCheck =
  /** The request as it goes on: nothing behind this ever sees the signature. */
  { ok: true; request: PlayManifestRequest; limits: LinkLimits } | { ok: false; problem: Problem }

const PROBLEMS: Readonly<Record<SignatureFault, ProblemCode>> = {
  missing: 'SIGNATURE_MISSING',
  unclear: 'SIGNATURE_UNCLEAR',
  wrong: 'SIGNATURE_WRONG',
  expired: 'SIGNATURE_EXPIRED',
  bound: 'SIGNATURE_BOUND'
}

const SIGNATURE = new Set(['signature'])
const NO_LIMITS: LinkLimits = { expires: null, bound: false }
/** Kaltura's token over a URL. Anything else it would not look at, or refuse. */
const KT = /^[0-9a-f]{40}$/i

/** Checks a request's signature as its partner wants it, and takes it out. */
export function checkSignature(
  request: FastifyRequest,
  parsed: PlayManifestRequest,
  partner: Pick<PartnerConfig, 'signedLinks'>,
  decision: Decision,
  options: SignatureOptions
): SignatureCheck {
  const { effective } = parsed
  const isGiven = effective.signature !== undefined
  const passed = (limits: LinkLimits): SignatureCheck => ({
    ok: true,
    request: withoutParameters(parsed, SIGNATURE),
    limits
  })
  if (partner.signedLinks === 'off') {
    if (isGiven) decision.signature = 'off'
    return passed(NO_LIMITS)
  }
  if (!isGiven) {
    if (partner.signedLinks === 'optional') return passed(NO_LIMITS)
    // Kaltura checks its own token, over the URL as it is; it takes one with GET only.
    if (isRead(request) && typeof effective.kt === 'string' && KT.test(effective.kt)) {
      decision.signature = 'kaltura'
      return passed(NO_LIMITS)
    }
  }
  const verdict = judge('link', request, parsed, decision, options)
  if (!verdict.ok) return { ok: false, problem: faultProblem(verdict) }
  const { expires, device, address } = verdict.token
  return passed({ expires, bound: device !== null || address !== null })
}

/** Verifies a link or a grant, with all of a request that a URL's signature cannot cover refused; notes the outcome. */
export function judge(
  kind: 'link' | 'grant',
  request: FastifyRequest,
  parsed: PlayManifestRequest,
  decision: Decision,
  { config, proxies, now }: SignatureOptions
): Verdict {
  const keys = kind === 'grant' ? config.grantKeys : config.signingKeys
  const user = {
    device: () => {
      const trusted = proxies.has(request.socket.remoteAddress)
      const { headers } = request
      return identifyDevice({ headers, ...(trusted ? { cdnHeaders: headers } : {}) }).device.class
    },
    address: () =>
      viewerAddress({ ip: request.ip, peer: request.socket.remoteAddress, headers: request.headers }, proxies) ?? ''
  }
  const verdict = withUnsigned(request, verifyRequest(kind, parsed, keys, now(), user))
  decision.signature = verdict.ok ? 'valid' : verdict.fault
  decision.signatureKey = verdict.ok ? verdict.token.keyId : verdict.keyId
  return verdict
}

export function faultProblem({ fault, detail }: Extract<Verdict, { ok: false }>): Problem {
  return problem(PROBLEMS[fault], detail)
}

/** A body and a session in a header say as much as a URL does, and no signature covers them. */
function withUnsigned(request: FastifyRequest, verdict: Verdict): Verdict {
  if (!verdict.ok) return verdict
  const { keyId } = verdict.token
  const unclear = (detail: string): Verdict => ({ ok: false, fault: 'unclear', detail, keyId })
  if (!isRead(request)) return unclear('A signed link is for GET and HEAD.')
  const { headers } = request
  if (headers['x-kaltura-ks'] !== undefined)
    return unclear('A KS in a header is not signed; it has to stand in the URL.')
  const length = headers['content-length']
  if (headers['transfer-encoding'] !== undefined || (length !== undefined && Number(length) !== 0)) {
    return unclear('A signed link takes no body.')
  }
  return verdict
}

function isRead({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD'
}
