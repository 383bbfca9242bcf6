import type { FastifyRequest } from 'fastify'
import { type Problem, problem } from '../answer/problem.js'
import { type Rendered, render, renderProblem } from '../answer/render.js'
import type { Config, PartnerConfig } from '../config/config.js'
import type { PlayManifestRequest } from '../playmanifest/parse.js'
import { withEntryId } from '../playmanifest/reference.js'
import { type Decision, failureKind, failureText } from '../resolve/decision.js'
import type { References } from '../resolve/references.js'
import { aliasOf, type Ruling } from '../rules/live-rules.js'
import { readViewerKs } from '../viewer/viewer-ks.js'
import { headerKs } from './header-ks.js'

export interface ReferenceOptions {
  config: Pick<Config, 'cache' | 'upstreamTimeout'>
  rules: Ruling
  references: References
  now: () => number
  admission?: (request: FastifyRequest) => () => Promise<boolean>
  crowded?: () => boolean
}

/** `until`: Unix ms up to which the entry is what the name stands for; null: no end. */
export type Named = { request: PlayManifestRequest; until: number | null }

const BOUND_KS = 'The KS is bound to the address that it is used with, and Kaltura knows no referenceId: use entryId.'
const RETRY_AFTER = '2'

/**
 * Puts the entry's id in the place of a reference id that nothing is wrong with: an alias of the operator's, else what
 * anybody can list at Kaltura. Here nobody can be redirected before it is known, so the asker waits for Kaltura (design,
 * rule 1: 502 and 504 for what cannot be redirected).
 */
export async function nameEntry(
  request: FastifyRequest,
  parsed: PlayManifestRequest,
  partner: PartnerConfig,
  decision: Decision,
  options: ReferenceOptions
): Promise<Named | Rendered> {
  const { effective, places } = parsed
  const { now, config } = options
  const ks = readViewerKs(effective, places.ks, headerKs(request), partner, Math.floor(now() / 1000))
  if (ks.state !== 'none' && ks.verified !== null && ks.mayBindUri) {
    return renderProblem(problem('BAD_REFERENCE', BOUND_KS))
  }
  const referenceId = String(effective.referenceId)
  const alias = aliasOf(options.rules, partner.id, referenceId)
  if (alias !== undefined) {
    decision.reference = 'alias'
    return withEntry(parsed, alias, null, decision)
  }
  const crowded = options.crowded?.() === true
  const admit = options.admission?.(request)
  const found = await options.references.get(partner, referenceId, crowded ? 0 : config.upstreamTimeout, admit)
  decision.reference = found.found ? found.state : found.reason
  if (!found.found) {
    decision.failure = failureText(found)
    const unknown = unanswered(found, crowded)
    return renderProblem(unknown, unknown.status < 500 || unknown.status === 503 ? { 'retry-after': RETRY_AFTER } : {})
  }
  if (found.value !== null) return withEntry(parsed, found.value, now() + found.remaining, decision)
  decision.answer = 'error'
  decision.ks = ks.state
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  return render(
    { kind: 'error', code: 1, life: isRead ? Math.min(found.remaining, config.cache.negative) : 0 },
    decision
  )
}

function withEntry(
  parsed: PlayManifestRequest,
  entryId: string,
  until: number | null,
  decision: Decision
): Named | Rendered {
  const named = withEntryId(parsed, entryId)
  if (!named.ok) return renderProblem(problem(named.code, named.detail))
  decision.entryId = entryId
  return { request: named.request, until }
}

function unanswered(lookup: { reason: string; error?: unknown }, crowded: boolean): Problem {
  const { reason } = lookup
  if (reason === 'refused') return problem('TOO_MANY_REQUESTS', 'Ask again in a minute.')
  const kind = failureKind(lookup)
  if (kind === 'busy' || (reason === 'pending' && crowded)) {
    return problem('OVERLOADED', 'Too many requests wait here already. Try again in a moment.')
  }
  const what = 'Only Kaltura knows which entry has this referenceId'
  return reason === 'pending' || kind === 'timeout'
    ? problem('API_TIMEOUT', `${what}, and it did not answer in time; try again in a moment.`)
    : problem('API_FAILED', `${what}, and it gave no usable answer; try again later.`)
}
