import type { FlavorAsset } from './flavor-asset.js'

/** The step of the selection that had the last word on a flavor. */
export type SelectionStep =
  | 'parameters'
  | 'status'
  | 'format'
  | 'access'
  | 'explicit'
  | 'tags'
  | 'alternative-audio'
  | 'stored-manifest'
  | 'bitrate'
  | 'single'
  | 'redundancy'
  | 'short-entry'
  /** Steps of a rule of the gateway. */
  | 'audio-only'
  | 'container'
  | 'codec'
  | 'height'

export interface TraceRow {
  flavorId: string
  kept: boolean
  step: SelectionStep
  /** One clause for people, such as `tag ipadnew (level 2 of 3)`. */
  reason: string
}

/**
 * Collects why each flavor was kept or dropped. Dropped flavors stand first, in the order of the steps; the kept ones
 * follow in the order of the answer, with what brought them in.
 */
export class Trace {
  readonly rows: TraceRow[] = []
  readonly #entrances = new Map<FlavorAsset, Pick<TraceRow, 'step' | 'reason'>>()

  drop(flavors: Iterable<FlavorAsset>, step: SelectionStep, reason: string): void {
    for (const flavor of flavors) this.rows.push({ flavorId: flavor.id, kept: false, step, reason })
  }

  /** Notes what brought a flavor in; written down only if the flavor stays to the end. */
  enter(flavor: FlavorAsset, step: SelectionStep, reason: string): void {
    this.#entrances.set(flavor, { step, reason })
  }

  /** Adds to the reason of flavors that were let in. */
  annotate(flavors: Iterable<FlavorAsset>, note: string): void {
    for (const flavor of flavors) {
      const entrance = this.#entrances.get(flavor)
      if (entrance) entrance.reason += `; ${note}`
    }
  }

  keep(flavors: Iterable<FlavorAsset>): void {
    for (const flavor of flavors) {
      const entrance = this.#entrances.get(flavor)
      if (entrance) this.rows.push({ flavorId: flavor.id, kept: true, ...entrance })
    }
  }
}
