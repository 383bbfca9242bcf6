import type { FastifyRequest } from 'fastify'
import type { Lookup } from '../cache/stale-cache.js'
import type { Catalog } from '../kaltura/catalog-client.js'
import type { ParameterName } from '../playmanifest/parameters.js'
import type { PlayManifestRequest } from '../playmanifest/parse.js'
import type { Decision } from '../resolve/decision.js'
import type { AddedParameter, Recorder } from '../resolve/recorder.js'
import type { Plan } from '../rules/decide.js'
import type { Rule } from '../rules/schema.js'
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

/** Leaves the parameters that a request has in addition once a preset's were put into it, or the entry of a name. */
export function noteAdded(
  record: Recorder,
  before: PlayManifestRequest,
  after: PlayManifestRequest,
  from: AddedParameter['from']
): void {
  for (const [name, value] of Object.entries(after.effective) as [ParameterName, string | false][]) {
    if (before.effective[name] === undefined && typeof value === 'string') record.added.push({ name, value, from })
  }
}

/** Leaves the entry that a reference id stands for. */
export function noteName(
  record: Recorder,
  before: PlayManifestRequest,
  after: PlayManifestRequest,
  { reference }: Decision
): void {
  noteAdded(record, before, after, reference === 'alias' ? 'alias' : 'referenceId')
  record.done('name')
}

/** Leaves what the rules said, and how long that holds. `now`: Unix ms. */
export function notePlan(
  record: Recorder,
  rules: readonly Rule[],
  plan: Plan,
  looked: Lookup<Catalog> | null,
  now: number
): void {
  record.rules = rules
  record.plan = plan
  if (plan.entryUnknown) record.bound({ 'tags or categories that rules look at and nobody knows': 0 })
  if (looked?.found === true) record.bound({ 'tags or categories that rules look at': looked.remaining })
  if (plan.longest !== null) record.bound({ 'caching of the rule': plan.longest })
  if (plan.until !== null) record.bound({ 'a time of day that rules look at': plan.until - now })
  record.done('rules')
}
