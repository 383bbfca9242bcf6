import type { CacheState } from '../cache/stale-cache.js'
import type { ManifestKind } from '../playmanifest/formats.js'

/**
 * What goes out, before it becomes a status and headers.
 * - `template`: a Location at Kaltura's own playManifest, where Kaltura decides for the viewer;
 * - `target`, `manifest`, `document`: proven public, the same for everybody;
 * - `error`: one of Kaltura's numbers.
 */
export type Answer =
  | { kind: 'template'; location: string; life: TemplateLife }
  | { kind: 'target'; location: string; remaining: number; state: CacheState }
  | { kind: 'manifest'; manifest: ManifestKind; body: string; etag: string; remaining: number; state: CacheState }
  | {
      kind: 'document'
      contentType: string
      disposition: string | null
      body: string
      etag: string
      remaining: number
      state: CacheState
    }
  /** `life`: ms it may be kept; 0: not at all. */
  | { kind: 'error'; code: number; detail?: string; app?: string; life: number }

/** `private`: a viewer's own parameters are in it; `failed`: made because upstream was not there; else ms it may be kept. */
export type TemplateLife = 'private' | 'failed' | number

/** Why an answer is what it is: filled in along the way of a request, printed by the log and by explain. */
export interface Decision {
  partnerId: number
  entryId: string | null
  format: string
  protocol: string
  device: string
  deviceSource: string
  rule: string | null
  /** Flavor ids that the rule chose, when it narrowed. */
  flavorIds: readonly string[] | null
  /** How the catalog came about; null when it was not needed. */
  catalog: CacheState | 'pending' | 'failed' | null
  target: CacheState | 'pending' | 'failed' | null
  /** `public`, or why not. */
  sharing: readonly string[]
  /** What upstream failed with, in our words. */
  failure: string | null
  /** Lower-case names of headers that the answer depends on. */
  vary: readonly string[]
  /** What was answered; `post`: sent on to Kaltura as it came; null: a problem of ours. */
  answer: Answer['kind'] | 'post' | null
  /** What became of the viewer's KS: never the KS itself. */
  ks: 'none' | 'valid' | 'expired' | 'unverified' | 'foreign'
}
