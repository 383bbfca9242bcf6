import { readHostPattern } from '../kaltura/hosts.js'
import { checkRules, type Nameable, type RuleFault } from '../rules/check.js'
import type { RawRule, Rule } from '../rules/schema.js'
import { readDuration } from './values.js'

/** Reads a value of the file; what is wrong with it is told at its JSON pointer, and undefined comes back. */
export type ReadValue = <T>(pointer: string, value: unknown, parse: (value: never) => T) => T | undefined

/**
 * The rules of a file that the schema was content with: durations read, and checked for what a schema cannot say.
 *
 * @param at JSON pointer of the list
 * @param nameable what the rules may name
 * @param told takes what is wrong, and what works and is probably not meant
 */
export function readRules(
  raw: readonly RawRule[],
  at: string,
  read: ReadValue,
  nameable: Nameable,
  told: Readonly<Record<RuleFault['level'], (pointer: string, text: string) => void>>
): Rule[] {
  const rules = raw.map((rule, index): Rule => {
    const { caching, ...then } = rule.then
    for (const [n, host] of (then.deliveryHosts ?? []).entries()) {
      read(`${at}/${index}/then/deliveryHosts/${n}`, host, readHostPattern)
    }
    const longest = read(`${at}/${index}/then/caching`, caching, readDuration)
    return { ...rule, then: { ...then, ...(longest === undefined ? {} : { caching: longest }) } }
  })
  for (const { level, pointer, text } of checkRules(rules, nameable)) told[level](at + pointer, text)
  return rules
}

/** Headers that say who somebody is, or where he wants to go: no rule is to know them. */
const NOT_A_CDNS =
  /^(?:host|via|forwarded|x-forwarded-.*|x-real-ip|true-client-ip|cookie|.*auth.*|x-kaltura-.*|referer|origin|range|if-.*|.*(?:token|secret|session|signature|password|api-?key).*)$/

/**
 * Reads the name of a header that a CDN writes; in lower case.
 * @throws Error that says what would be right
 */
export function readTrustedHeader(name: string): string {
  const lower = name.toLowerCase()
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(lower)) throw new Error('the name of a header, such as CloudFront-Viewer-City')
  if (NOT_A_CDNS.test(lower))
    throw new Error('a header that a CDN writes and that holds no credential, address or host')
  return lower
}
