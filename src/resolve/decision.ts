import type { CacheState } from '../cache/stale-cache.js'
import { type FailureKind, UpstreamFailure } from '../kaltura/errors.js'
import type { SafeLocation } from '../kaltura/locations.js'
import type { ManifestKind } from '../playmanifest/formats.js'
import type { PlayManifestRequest } from '../playmanifest/parse.js'
import type { Plan } from '../rules/decide.js'
import type { SignatureFault } from '../signing/verify.js'
import type { Recorder } from './recorder.js'
import type { PrivateVerdict, SharingClass } from './sharing-class.js'
import type { ViewerAnswer } from './viewer-answer.js'

/**
 * What goes out, before it becomes a status and headers.
 * - `template`: a Location at Kaltura's own playManifest, where Kaltura decides for the viewer;
 * - `target`, `manifest`, `document`: proven public, the same for everybody;
 * - `viewer`: Kaltura's own for this one viewer;
 * - `error`: one of Kaltura's numbers.
 */
export type Answer =
  /** `base`: the configured base that the Location begins with. */
  | { kind: 'template'; location: SafeLocation; base: string; life: TemplateLife }
  | ({ kind: 'target'; location: SafeLocation } & SharedLife)
  | ({ kind: 'manifest'; manifest: ManifestKind; body: string; etag: string } & SharedLife)
  | ({ kind: 'document'; contentType: string; disposition: string | null; body: string; etag: string } & SharedLife)
  | ViewerAnswer
  /** `life`: ms it may be kept; 0: not at all. */
  | { kind: 'error'; code: number; detail?: string; app?: string; life: number }

/** How long others may keep what is proven public. */
export interface SharedLife {
  /** ms of fresh life left. */
  remaining: number
  /** ms until the schedule of the entry changes, which nothing may outlive, stale or not; Infinity: it does not. */
  ends: number
  state: CacheState
}

/** `private`: a viewer's own parameters are in it; `failed`: made because upstream was not there; else ms it may be kept. */
export type TemplateLife = 'private' | 'failed' | number

/** `off`: there was one, and the partner's are not looked at; `kaltura`: Kaltura's own (`kt`) in place of ours. */
export type SignatureState = 'none' | 'off' | 'kaltura' | 'valid' | SignatureFault

/** Why an answer is what it is: filled in along the way of a request, printed by the log and by explain. */
export interface Decision {
  partnerId: number
  entryId: string | null
  /** How the entry of a reference id was found; null for a request that names its entry. */
  reference: CacheState | 'alias' | 'pending' | 'failed' | 'refused' | null
  format: string
  protocol: string
  device: string
  deviceSource: string
  rule: string | null
  /** Flavor ids that the rule chose, when it narrowed. */
  flavorIds: readonly string[] | null
  /** How the catalog came about; null when it was not needed; `refused`: this viewer has had Kaltura asked too often. */
  catalog: CacheState | 'pending' | 'failed' | 'refused' | null
  target: CacheState | 'pending' | 'failed' | 'refused' | null
  /** Whom the answer may be given to; null for what is no answer about an entry. */
  sharingClass: SharingClass | null
  /** `public`, or why not. */
  sharing: readonly string[]
  /** What was fetched for this one viewer, or why nothing was; null where the partner does not have that. */
  viewer: string | null
  /** What upstream failed with, in our words. */
  failure: string | null
  /** Lower-case names of headers that the answer depends on. */
  vary: readonly string[]
  /** What the rule bounds the answer's life by; null before the rules were asked. */
  bounds: Pick<Plan, 'until' | 'longest' | 'private'> | null
  /** What was answered; `post`: sent on to Kaltura as it came; null: a problem of ours. */
  answer: Answer['kind'] | 'post' | 'grant' | null
  /** What became of the viewer's KS: never the KS itself. */
  ks: 'none' | 'valid' | 'expired' | 'unverified' | 'foreign'
  /** A keyed hash of the viewer's KS, by which the log can follow one session; null without one. */
  session: string | null
  /** What became of a signature of ours: never the signature itself. */
  signature: SignatureState
  /** Id of the key of ours that it names. */
  signatureKey: string | null
  /** What a grant was used for; null for every other request. */
  grant: { flavorId: string; purpose: string } | null
  /** Takes more than words, when the answer is to be explained; null for every viewer. */
  readonly record: Recorder | null
}

/** What is known of a request before anything is decided. */
export function newDecision({ partnerId, effective }: PlayManifestRequest, record: Recorder | null = null): Decision {
  return {
    partnerId,
    entryId: typeof effective.entryId === 'string' ? effective.entryId : null,
    reference: null,
    format: typeof effective.format === 'string' ? effective.format : '',
    protocol: typeof effective.protocol === 'string' ? effective.protocol : '',
    device: 'unknown',
    deviceSource: 'none',
    rule: null,
    flavorIds: null,
    catalog: null,
    target: null,
    sharingClass: null,
    sharing: [],
    viewer: null,
    failure: null,
    vary: [],
    bounds: null,
    answer: null,
    ks: 'none',
    session: null,
    signature: 'none',
    signatureKey: null,
    grant: null,
    record
  }
}

/** Leaves in the decision whom the answer may be given to, and why. */
export function note(
  decision: Decision,
  { class: kind, reasons }: PrivateVerdict | { class: 'public'; reasons: string[] }
): void {
  decision.sharingClass = kind
  decision.sharing = reasons
}

/**
 * What upstream failed with, in our words: its own may quote a KS. Null when nothing failed: who has had Kaltura asked too
 * often is redirected there, and says nothing about upstream.
 */
export function failureText(lookup: { reason: string; error?: unknown }): string | null {
  if (lookup.reason === 'refused') return null
  if (lookup.reason === 'pending') return 'upstream did not answer within the patience of this answer'
  const { error } = lookup
  return error instanceof UpstreamFailure ? `${error.kind}: ${error.message}` : 'an unexpected failure'
}

/** What kind of failure that was; null for one that is not upstream's. */
export function failureKind({ error }: { error?: unknown }): FailureKind | null {
  return error instanceof UpstreamFailure ? error.kind : null
}
