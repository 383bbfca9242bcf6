import type { Preset } from '../playmanifest/presets.js'
import type { Delivery, Rule } from '../rules/schema.js'
import { SHIPPED_RULES } from '../rules/shipped.js'
import type { PartnerConfig } from './config.js'
import { type FileConfig, readConfigFile } from './file.js'
import { readPresets } from './presets.js'

/** The partners' options that decide about a request; the rest is for those who ask Kaltura. */
export type RuledPartner = Pick<
  PartnerConfig,
  'id' | 'delivery' | 'upgradeInsecure' | 'signedLinks' | 'ksUriRestrict' | 'presetsOnly' | 'aliases'
>

/** What a configuration file decides about requests, without its secrets and without Kaltura. */
export interface RuleSet {
  /** The file; null: what ships. */
  file: string | null
  rules: readonly Rule[]
  presets: ReadonlyMap<string, Preset>
  /** A partner as the file has it; null when it names partners and not this one. */
  partner(id: number): RuledPartner | null
}

/** What decides when there is no file. */
export const SHIPPED_RULE_SET: RuleSet = ruleSet(null, {})

/**
 * Reads what a configuration file decides. Neither the environment nor a secret file is read, so that the same file means
 * the same everywhere. A file without partners, which the environment then names, holds for every partner.
 * @throws ConfigError with file and line
 */
export function readRuleSet(path: string, text: string): RuleSet {
  return ruleSet(path, readConfigFile(path, text))
}

function ruleSet(file: string | null, { rules, presets, partners = [], delivery = 'mirror' }: FileConfig): RuleSet {
  const named = new Map(partners.map((partner) => [partner.id, partner]))
  return {
    file,
    rules: rules ?? SHIPPED_RULES,
    presets: readPresets(presets),
    partner(id) {
      const partner = named.get(id)
      if (partner === undefined && named.size > 0) return null
      return ruled(id, partner ?? {}, delivery)
    }
  }
}

function ruled(
  id: number,
  partner: Partial<NonNullable<FileConfig['partners']>[number]>,
  delivery: Delivery
): RuledPartner {
  return {
    id,
    delivery: partner.delivery ?? delivery,
    upgradeInsecure: partner.upgradeInsecure ?? false,
    signedLinks: partner.signedLinks ?? 'optional',
    ksUriRestrict: partner.ksUriRestrict ?? 'possible',
    presetsOnly: partner.presetsOnly ?? false,
    aliases: new Map(Object.entries(partner.aliases ?? {}))
  }
}
