import type { Preset } from '../playmanifest/presets.js'
import { checkRules, type RuleFault } from '../rules/check.js'
import type { RawRule, Rule } from '../rules/schema.js'
import { readDuration } from './values.js'

/** Reads a value of the file; what is wrong with it is told at its JSON pointer, and undefined comes back. */
export type ReadValue = <T>(pointer: string, value: unknown, parse: (value: never) => T) => T | undefined

/**
 * The rules of a file that the schema was content with: durations read, and checked for what a schema cannot say.
 *
 * @param at JSON pointer of the list
 * @param presets what the rules may name
 * @param told takes what is wrong, and what works and is probably not meant
 */
export function readRules(
  raw: readonly RawRule[],
  at: string,
  read: ReadValue,
  presets: ReadonlyMap<string, Preset>,
  told: Readonly<Record<RuleFault['level'], (pointer: string, text: string) => void>>
): Rule[] {
  const rules = raw.map((rule, index): Rule => {
    const { caching, ...then } = rule.then
    const longest = read(`${at}/${index}/then/caching`, caching, readDuration)
    return { ...rule, then: { ...then, ...(longest === undefined ? {} : { caching: longest }) } }
  })
  for (const { level, pointer, text } of checkRules(rules, presets)) told[level](at + pointer, text)
  return rules
}
