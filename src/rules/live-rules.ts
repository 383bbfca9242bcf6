import type { Preset } from '../playmanifest/presets.js'
import type { Rule } from './schema.js'

export interface Ruling {
  rules: readonly Rule[]
  presets: ReadonlyMap<string, Preset>
}

/** The rules and presets in force. Each request reads them once, so that a reload never falls in between. */
export class LiveRules {
  #ruling: Ruling

  constructor(ruling: Ruling) {
    this.#ruling = ruling
  }

  get rules(): readonly Rule[] {
    return this.#ruling.rules
  }

  get presets(): ReadonlyMap<string, Preset> {
    return this.#ruling.presets
  }

  /** Takes the place of what was in force, for all requests that begin from now on. */
  replace({ rules, presets }: Ruling): void {
    this.#ruling = { rules, presets }
  }
}
