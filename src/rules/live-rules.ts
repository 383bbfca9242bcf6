import type { Rule } from './schema.js'

/** The rules in force. Each request reads them once, so that a reload never falls in between. */
export class LiveRules {
  #rules: readonly Rule[]

  constructor(rules: readonly Rule[]) {
    this.#rules = rules
  }

  get rules(): readonly Rule[] {
    return this.#rules
  }

  /** Takes the place of what was in force, for all requests that begin from now on. */
  replace(rules: readonly Rule[]): void {
    this.#rules = rules
  }
}
