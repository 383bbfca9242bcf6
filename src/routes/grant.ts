import type { FastifyRequest } from 'fastify'
import { type Problem, problem } from '../answer/problem.js'
import { type Rendered, redirect, render, renderProblem } from '../answer/render.js'
import type { PartnerConfig } from '../config/config.js'
import type { GrantClient } from '../kaltura/grant-client.js'
import type { PlayManifestRequest } from '../playmanifest/parse.js'
import type { Decision } from '../resolve/decision.js'
import { tokenState } from '../resolve/token-expiry.js'
import { grantFault, grantSubject } from '../signing/grant.js'
import { faultProblem, judge, type SignatureOptions } from './signature.js'

const UNSAFE = 'Kaltura gave an address that must not be handed out; the log says why.'
/** Nobody keeps the answer, and where it leads learns nothing of the link. */
const HEADERS = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }

/**
 * Answers a link that is signed with a grant key: the gateway asks Kaltura with its own credential for the one flavor that
 * the link names, and redirects there. Whatever is wrong with the link, Kaltura is not asked.
 */
export async function answerGrant(
  request: FastifyRequest,
  parsed: PlayManifestRequest,
  partner: PartnerConfig,
  decision: Decision,
  options: SignatureOptions & {
    grants: GrantClient
    /** Whether this client may have Kaltura asked. Default: all may. */
    admission?: (request: FastifyRequest) => () => Promise<boolean>
  }
): Promise<Rendered> {
  const refuse = (given: Problem): Rendered => renderProblem(given, HEADERS)
  if (!partner.grants) return refuse(problem('GRANT_REFUSED', 'This gateway grants nothing for the partner.'))
  const verdict = judge('grant', request, parsed, decision, options)
  if (!verdict.ok) return refuse(faultProblem(verdict))
  const fault = grantFault(verdict.parameters, parsed)
  if (fault !== null) return refuse(problem('GRANT_REFUSED', `This is no grant: ${fault}`))
  if ((await options.admission?.(request)()) === false)
    return refuse(problem('TOO_MANY_REQUESTS', 'Ask again in a minute.'))
  const subject = grantSubject(parsed)
  decision.grant = { flavorId: subject.flavorId, purpose: verdict.token.purpose ?? '' }
  const granted = await options.grants.url(partner, subject)
  if (granted.kind === 'url') {
    if (tokenState(granted.location, options.now() / 1000).expired) {
      decision.failure = 'the URL holds a token whose end has passed'
      return refuse(problem('GRANT_UNSAFE', UNSAFE))
    }
    decision.answer = 'grant'
    return redirect(granted.location, HEADERS)
  }
  if (granted.kind === 'error') {
    decision.answer = 'error'
    const rendered = render({ kind: 'error', code: granted.code, life: 0 }, { ...decision, vary: [], format: '' })
    return { ...rendered, headers: { ...rendered.headers, ...HEADERS } }
  }
  decision.failure = granted.reason
  if (granted.kind === 'timeout')
    return refuse(problem('API_TIMEOUT', 'Kaltura did not answer; try again in a moment.'))
  if (granted.kind === 'failed') return refuse(problem('API_FAILED', 'Kaltura gave no usable answer; try again later.'))
  return refuse(problem('GRANT_UNSAFE', UNSAFE))
}
