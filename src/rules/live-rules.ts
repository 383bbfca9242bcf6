import { isDeepStrictEqual } from 'node:util'
import type { Preset } from '../playmanifest/presets.js'
import type { Rule } from './schema.js'
import type { ShadowRules } from './shadow.js'

export interface Ruling {
  rules: readonly Rule[]
  presets: ReadonlyMap<string, Preset>
  /** Null: there are none. */
  shadow: ShadowRules | null
  /** By id; of each its own names of entries. */
  partners: ReadonlyMap<number, { aliases: Aliases }>
}

/** The entry that a partner's own name stands for; undefined: it is none of his. */
export function aliasOf({ partners }: Ruling, partnerId: number, name: string): string | undefined {
  return partners.get(partnerId)?.aliases.get(name)
}

/** Name to entry id. */
export type Aliases = ReadonlyMap<string, string>

/** The rules, presets, shadow rules and aliases in force: what a running gateway takes from a changed file. */
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

  /** Whether another configuration would be answered by alike. */
  isSameAs({ rules, presets, shadow, partners }: Ruling): boolean {
    const now = this.#ruling
    return (
      isDeepStrictEqual({ rules, presets, shadow }, { rules: now.rules, presets: now.presets, shadow: now.shadow }) &&
      isDeepStrictEqual(aliasesOf(partners), aliasesOf(now.partners))
    )
  }

  /** Takes the place of what was in force, for all requests that begin from now on. */
  replace({ rules, presets, shadow, partners }: Ruling): void {
    this.#ruling = { rules, presets, shadow, partners }
  }
}

function aliasesOf(partners: Ruling['partners']): ReadonlyMap<number, Aliases> {
  return new Map(Array.from(partners, ([id, { aliases }]) => [id, aliases] as const).filter(([, { size }]) => size > 0))
}
