import type { FastifyRequest } from 'fastify'
import type { Lookup } from '../cache/stale-cache.js'
import type { Catalog } from '../kaltura/catalog-client.js'
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
export function notePlan(record: Recorder, plan: Plan, looked: Lookup<Catalog> | null, now: number): void {
  record.plan = plan
  if (plan.entryUnknown) record.bound({ 'tags or categories that rules look at and nobody knows': 0 })
  if (looked?.found === true) record.bound({ 'tags or categories that rules look at': looked.remaining })
  if (plan.longest !== null) record.bound({ 'caching of the rule': plan.longest })
  if (plan.until !== null) record.bound({ 'a time of day that rules look at': plan.until - now })
  record.done('rules')
}
