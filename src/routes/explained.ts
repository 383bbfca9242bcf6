import type { FastifyRequest } from 'fastify'
import type { Recorder } from '../resolve/recorder.js'
import type { Plan } from '../rules/decide.js'
import type { TrustedProxies } from '../viewer/trusted-proxies.js'
import { viewerAddress } from '../viewer/viewer-address.js'
import type { ViewerKs } from '../viewer/viewer-ks.js'
import type { RequestFacts } from './facts.js'

/** Leaves who asked, for a request that is explained. */
export function noteViewer(
  record: Recorder,
  { ip, socket, headers }: FastifyRequest,
  { facts, ks }: { facts: RequestFacts; ks: ViewerKs },
  proxies: TrustedProxies
): void {
  record.identified = facts.identified
  record.circumstances = facts.circumstances
  record.scheme = facts.circumstances.scheme
  record.ks = { state: ks.state, place: ks.place } as Recorder['ks']
  record.address = viewerAddress({ ip, peer: socket.remoteAddress, headers }, proxies)
  record.done('viewer')
}

/** Leaves what the rules said, and how long that holds. `now`: Unix ms. */
export function notePlan(record: Recorder, plan: Plan, now: number): void {
  record.plan = plan
  if (plan.longest !== null) record.bound({ 'caching of the rule': plan.longest })
  if (plan.until !== null) record.bound({ 'a time of day that rules look at': plan.until - now })
  record.done('rules')
}
