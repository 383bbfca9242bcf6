import type { Admit, Lookup } from '../cache/stale-cache.js'
import type { PartnerConfig } from '../config/config.js'
import type { Catalog } from '../kaltura/catalog-client.js'
import type { PlayManifestRequest } from '../playmanifest/parse.js'
import type { Plan } from '../rules/decide.js'
import type { ViewerKs } from '../viewer/viewer-ks.js'
import type { Decision } from './decision.js'

/** What a resolution is made from. */
export interface ResolveInput {
  request: PlayManifestRequest
  partner: PartnerConfig
  plan: Plan
  ks: ViewerKs
  /** The viewer's own, whatever the URL says about media. */
  scheme: 'http' | 'https'
  decision: Decision
  /** `untouchableReason` of the request. */
  untouched: string | null
  /** Facts about the entry, once somebody has looked: they are looked up once for each request. */
  catalog?: Lookup<Catalog> | undefined
  /** Unix ms at which the first question began; absent: with the resolution. */
  began?: number | undefined
  /** Whether this viewer may have Kaltura asked; only asked when he would begin that. Without it: always. */
  admit?: Admit | undefined
  /** Whether so many wait already that this viewer should not. Without it: never. */
  crowded?: (() => boolean) | undefined
}
