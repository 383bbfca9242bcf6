import type { LinkLimits } from '../answer/limit-life.js'
import type { TraceRow } from '../flavors/trace.js'
import type { Catalog } from '../kaltura/catalog-client.js'
import type { ManifestKind } from '../playmanifest/formats.js'
import type { ParameterName } from '../playmanifest/parameters.js'
import type { PlayManifestRequest } from '../playmanifest/parse.js'
import type { Circumstances } from '../rules/conditions.js'
import type { Plan, Trial } from '../rules/decide.js'
import type { Rule } from '../rules/schema.js'
import type { ShadowOutcome, ShadowRules } from '../rules/shadow.js'
import type { IdentifiedDevice } from '../viewer/identify-device.js'
import type { ViewerKs } from '../viewer/viewer-ks.js'
import type { Answer, Decision } from './decision.js'
import type { AnswerFacts } from './sharing-answer.js'

/** One part of the way of a request, in its order. */
export type Step =
  | 'parse'
  | 'signature'
  | 'name'
  | 'viewer'
  | 'rules'
  | 'catalog'
  | 'flavors'
  | 'target'
  | 'for-the-viewer'
  | 'render'

/** A parameter that the URL does not have. */
export interface AddedParameter {
  name: ParameterName
  value: string
  /** `preset`: of the one that the URL names; `rule`: of the one that the rule applies; else what a reference id was found by. */
  from: 'preset' | 'rule' | 'alias' | 'referenceId'
}

/** What upstream said in the answer that a target was made from, whenever that was. */
export interface UpstreamSaid {
  status: number
  cacheControl: string | null
  /** s that it had spent in caches on the way. */
  age: number
  facts: AnswerFacts
}

/** One thing that a life may not be longer than; `ms` is Infinity where it sets no bound. */
export interface Bound {
  by: string
  ms: number
}

/** How a value for a shared cache came about; beside the value and forgotten with it, for explain alone. */
export interface LoadReport {
  /** Unix ms. */
  at: number
  /** Null: upstream was not asked, since the facts about the entry already spoke against sharing. */
  upstream: UpstreamSaid | null
  bounds: readonly Bound[]
}

/** A manifest that is the same for everybody, as upstream wrote it (null: not kept) and as it is answered. */
export interface ManifestEdit {
  kind: ManifestKind
  before: string | null
  after: string
}

/**
 * What a decision leaves when somebody wants it explained, beside its own fields: whole values instead of words. Only such a
 * decision has one; every other passes by with one look at a null. It holds what nobody may be shown as it is (the KS in
 * a request, what only the gateway's credential sees): `src/explain` masks.
 */
export class Recorder {
  /** Null: nobody decided anything, the URL could not be read. */
  decision: Decision | null = null
  /** As it goes on: without a signature of ours. */
  request: PlayManifestRequest | null = null
  /** As it was resolved: with the parameters of presets, and the entry of a name. */
  resolved: PlayManifestRequest | null = null
  /** What it was resolved with beside its own, in the order in which it came. */
  readonly added: AddedParameter[] = []
  limits: LinkLimits | null = null
  identified: IdentifiedDevice | null = null
  /** What the rules looked at. */
  circumstances: Omit<Circumstances, 'partner'> | null = null
  scheme: 'http' | 'https' | null = null
  /** Null: not known. */
  address: string | null = null
  ks: Pick<ViewerKs, 'state' | 'place'> | null = null
  /** The rules that decided, which a reload may have replaced since. */
  rules: readonly Rule[] = []
  readonly trials: Trial[] = []
  plan: Plan | null = null
  /** Why the request goes to Kaltura as it came, whatever the rules say; null: it does not. */
  untouched: string | null = null
  /** What the shadow rules would have decided; null: there are none, or they have no say. */
  shadow: (ShadowOutcome & ShadowRules & { trials: readonly Trial[] }) | null = null
  catalog: { value: Catalog; remaining: number } | null = null
  /** The rule's own choice; null when no rule chose. */
  flavors: readonly TraceRow[] | null = null
  target: LoadReport | null = null
  /** Flavors that are taken out of a playlist that is served here, if upstream has them in it. */
  cut: readonly string[] = []
  /** Null for every answer but a manifest that was proven public. */
  manifest: ManifestEdit | null = null
  /** What bounds the life of the answer, beside what bounds that of the target. */
  readonly bounds: Bound[] = []
  answer: Answer | null = null
  readonly steps: { step: Step; ms: number }[] = []
  #last = performance.now()

  parsed(request: PlayManifestRequest, decision: Decision): void {
    this.request = request
    this.decision = decision
    this.done('parse')
  }

  /** A step is over. */
  done(step: Step): void {
    const now = performance.now()
    this.steps.push({ step, ms: now - this.#last })
    this.#last = now
  }

  bound(bounds: Readonly<Record<string, number>>): void {
    for (const [by, ms] of Object.entries(bounds)) this.bounds.push({ by, ms })
  }
}
