import type { FastifyRequest } from 'fastify'
import { isExplained } from '../answer/explained.js'
import { problem } from '../answer/problem.js'
import { type Rendered, renderProblem } from '../answer/render.js'
import { targetOf } from '../answer/request-target.js'
import type { Config } from '../config/config.js'
import type { Circle } from '../kaltura/circle.js'
import type { Circles } from '../kaltura/circles.js'

/** Answers a request that came back, or that asks whether requests come back; null for every other one. */
export type LoopCheck = (request: FastifyRequest) => Rendered | null

export interface LoopCheckOptions {
  config: Pick<Config, 'cdnUrl' | 'cdnUrls'>
  circles: Circles
  /** How requests of our own are marked in `Via`. */
  via: string
}

const CDN_URL =
  'The host that this gateway redirects to leads back to it. KALTURA_CDN_URL and all of cdnUrls have to name Kaltura itself.'
const SERVICE_URL = 'What this gateway asks Kaltura comes back to it. KALTURA_SERVICE_URL has to name Kaltura itself.'

/**
 * Finds, in order: probes (src/kaltura/circle.ts); requests meant for a host that a template may name; requests
 * of our own. Then it tells the circles' memory what arrived. Headers are only compared, never written anywhere.
 */
export function loopCheck({ config, circles, via }: LoopCheckOptions): LoopCheck {
  const isMeantForKaltura = hostCheck([config.cdnUrl, ...config.cdnUrls.values()])
  return (request) => {
    const url = targetOf(request)
    const proof = circles.answerProbe(url)
    if (proof !== null) return probed(proof)
    if (isMeantForKaltura(request)) return renderProblem(problem('LOOP', CDN_URL))
    if (request.headers.via?.includes(via)) return renderProblem(problem('LOOP', SERVICE_URL))
    if (!isExplained(request)) circles.arrived(clientOf(request), url)
    return null
  }
}

/** A viewer who has just left has no address any more. */
export function clientOf(request: FastifyRequest): string {
  return request.ip ?? ''
}

/** Instead of a redirect that would come back. */
export function redirectsComeBack(circle: Circle): Rendered {
  return renderProblem(problem('LOOP', CDN_URL), { 'retry-after': String(circle.retryAfter) })
}

/** No error, since a CDN may put a page or another origin of its own in the place of one. */
function probed(proof: string): Rendered {
  return { status: 204, headers: { 'cache-control': 'no-store', 'x-playmanifest-gateway': proof }, body: '' }
}

function hostCheck(bases: readonly string[]): (request: FastifyRequest) => boolean {
  const hosts = new Set(
    bases.flatMap((base) => {
      const { host, protocol } = new URL(base)
      return [host, `${host}${protocol === 'https:' ? ':443' : ':80'}`]
    })
  )
  const isOwn = (given: string | string[] | undefined): boolean => {
    if (typeof given !== 'string') return false
    const first = (given.split(',', 1)[0] ?? '').trim().toLowerCase()
    return hosts.has(first)
  }
  return ({ headers }) => isOwn(headers.host) || isOwn(headers['x-forwarded-host'])
}
