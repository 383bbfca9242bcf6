import type { Preset } from '../playmanifest/presets.js'
import type { Rule } from './schema.js'
import type { ShadowRules } from './shadow.js'

export interface Ruling {
  rules: readonly Rule[]
  presets: ReadonlyMap<string, Preset>
  /** Null: there are none. */
  shadow: ShadowRules | null
}

/** The rules, presets and shadow rules in force. */
export class LiveRules {
  #ruling: Ruling

  constructor(ruling: Ruling) {
    this.#ruling = ruling
  }

  /** All of them as they are now. Each request takes them once, when it begins: a reload never falls in between. */
  get now(): Ruling {
    return this.#ruling
  }

  get rules(): readonly Rule[] {
    return this.#ruling.rules
  }

  get presets(): ReadonlyMap<string, Preset> {
    return this.#ruling.presets
  }

  get shadow(): ShadowRules | null {
    return this.#ruling.shadow
  }

  /** Takes the place of what was in force, for all requests that begin from now on. */
  replace({ rules, presets, shadow }: Ruling): void {
    this.#ruling = { rules, presets, shadow }
  }
}
