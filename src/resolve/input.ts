import type { PartnerConfig } from '../config/config.js'
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
}
