import type { EffectiveParameters } from '../playmanifest/parameters.js'
import type { Device, OsVersion } from '../viewer/device.js'
import { type EntryWords, isInCategory } from './entry-words.js'
import type { Rule } from './schema.js'
import { shareOf } from './share.js'
import { timeOfDay } from './time-of-day.js'

/**
 * What a rule may look at besides the URL. What was looked at bounds who may share the answer: `device`, `scheme`,
 * `user-agent`, `country` and headers become `Vary`; `time` ends its life, and so does what was read about the `entry`; with `share`
 * it is for one viewer.
 */
export type Fact = 'device' | 'scheme' | 'user-agent' | 'country' | `header:${string}` | 'time' | 'entry' | 'share'

type When = Rule['when']

/** What conditions are judged by. */
export interface Circumstances {
  parameters: EffectiveParameters
  device: Device
  partner: { id: number }
  /** As the viewer sent it; absent: none. */
  userAgent?: string | undefined
  /** As a CDN says; absent: unknown, and no rule on countries matches. */
  country?: string | null | undefined
  /** A header of a trusted proxy, by its name in lower case; null: it is not there. Absent: nobody is trusted. */
  header?: ((name: string) => string | null) | undefined
  /** Absent: nobody has asked; null: not known. Either way no rule on tags or categories matches. */
  entry?: EntryWords | null | undefined
  /** Unix ms; absent: no rule on the time of day matches. */
  now?: number | undefined
  /** What a viewer's session is told by; absent: no rule on a share of them matches. */
  session?: (() => string) | undefined
}

/** Facts read so far, and until when what they said stays true. */
export interface Readings {
  facts: Set<Fact>
  /** Unix ms; null: no end. */
  until: number | null
}

/** Conditions of a rule in the order in which they are looked at. */
export const CONDITIONS = [
  'format',
  'partner',
  'entry',
  'clientTag',
  'parameters',
  'time',
  'device',
  'form',
  'player',
  'os',
  'osFrom',
  'osBelow',
  'androidFrom',
  'androidBelow',
  'country',
  'header',
  'userAgent',
  'entryTags',
  'category',
  'percent'
] as const satisfies readonly (keyof When)[]
export type Condition = (typeof CONDITIONS)[number]

/**
 * The first condition of a rule that does not hold; null when all of them do. What the URL says is looked at first, then
 * what leaves an answer shareable by many, then what Kaltura may have to be asked for, the session last; a condition behind one that fails is not read.
 *
 * @param format effective `format`, after the default for a missing one
 */
export function failedCondition(
  rule: Rule,
  format: string,
  given: Circumstances,
  readings: Readings
): Condition | null {
  const { when } = rule
  const inUrl = failedInUrl(when, format, given)
  if (inUrl !== null) return inUrl
  if (when.time !== undefined) {
    readings.facts.add('time')
    if (given.now === undefined) return 'time'
    const time = timeOfDay(when.time, given.now)
    readings.until = Math.min(readings.until ?? Number.POSITIVE_INFINITY, time.until)
    if (!time.holds) return 'time'
  }
  if (DEVICE_CONDITIONS.some((name) => when[name] !== undefined)) {
    readings.facts.add('device')
    const ofDevice = failedByDevice(when, given.device)
    if (ofDevice !== null) return ofDevice
  }
  if (when.country !== undefined) {
    readings.facts.add('country')
    if (!includes(when.country, given.country ?? '')) return 'country'
  }
  for (const [spelled, wanted] of Object.entries(when.header ?? {})) {
    const name = spelled.toLowerCase()
    readings.facts.add(`header:${name}`)
    const value = given.header?.(name) ?? null
    const fits = typeof wanted === 'boolean' ? wanted === (value !== null) : value !== null && includes(wanted, value)
    if (!fits) return 'header'
  }
  if (when.userAgent !== undefined) {
    readings.facts.add('user-agent')
    if (!list(when.userAgent).some((text) => given.userAgent?.includes(text))) return 'userAgent'
  }
  if (when.entryTags !== undefined || when.category !== undefined) {
    readings.facts.add('entry')
    const { entryTags, category } = when
    const entry = given.entry ?? null
    if (entryTags !== undefined && !list(entryTags).some((tag) => entry?.tags.includes(tag))) return 'entryTags'
    if (category !== undefined && (entry === null || !isInCategory(entry, list(category)))) return 'category'
  }
  if (when.percent !== undefined) {
    readings.facts.add('share')
    if (given.session === undefined || shareOf(rule.name, given.session()) >= when.percent) return 'percent'
  }
  return null
}

/** Whether all conditions of a rule hold. */
export function holds(rule: Rule, format: string, given: Circumstances, readings: Readings): boolean {
  return failedCondition(rule, format, given, readings) === null
}

/** The facts that some request may make a rule set read. */
export function factsOf(rules: readonly Rule[]): Fact[] {
  const facts = new Set<Fact>()
  for (const { when } of rules) {
    if (DEVICE_CONDITIONS.some((name) => when[name] !== undefined)) facts.add('device')
    if (when.userAgent !== undefined) facts.add('user-agent')
    if (when.country !== undefined) facts.add('country')
    for (const name of Object.keys(when.header ?? {})) facts.add(`header:${name.toLowerCase()}`)
    if (when.time !== undefined) facts.add('time')
    if (when.entryTags !== undefined || when.category !== undefined) facts.add('entry')
    if (when.percent !== undefined) facts.add('share')
  }
  return [...facts]
}

const DEVICE_CONDITIONS = [
  'device',
  'form',
  'player',
  'os',
  'osFrom',
  'osBelow',
  'androidFrom',
  'androidBelow'
] as const satisfies readonly (keyof When)[]

function failedInUrl(when: When, format: string, { parameters, partner }: Circumstances): Condition | null {
  if (when.format !== undefined && !includes(when.format, format)) return 'format'
  if (when.partner !== undefined && !includes(when.partner, partner.id)) return 'partner'
  if (when.entry !== undefined && !includes(when.entry, parameters.entryId || '')) return 'entry'
  if (when.clientTag !== undefined) {
    const tag = parameters.clientTag
    if (typeof tag !== 'string' || !list(when.clientTag).some((begin) => tag.startsWith(begin))) return 'clientTag'
  }
  const all = Object.entries(when.parameters ?? {}).every(([name, wanted]) => {
    const value = parameters[name as keyof EffectiveParameters]
    if (typeof wanted === 'boolean') return wanted === (value !== undefined)
    return typeof value === 'string' && includes(wanted, value)
  })
  return all ? null : 'parameters'
}

function failedByDevice(when: When, device: Device): Condition | null {
  const { form, player, os, osVersion } = device
  const isNone = <T>(wanted: T | readonly T[] | undefined, value: T | undefined) =>
    wanted !== undefined && (value === undefined || !includes(wanted, value))
  if (isNone(when.device, device.class)) return 'device'
  if (isNone(when.form, form)) return 'form'
  if (isNone(when.player, player)) return 'player'
  if (isNone(when.os, os)) return 'os'
  if (!inVersions(osVersion, when.osFrom, undefined)) return 'osFrom'
  if (!inVersions(osVersion, undefined, when.osBelow)) return 'osBelow'
  const isAndroid = device.class === 'android'
  if (when.androidFrom !== undefined && !(isAndroid && inVersions(osVersion, when.androidFrom, undefined))) {
    return 'androidFrom'
  }
  const fits = isAndroid && inVersions(osVersion, undefined, when.androidBelow)
  return when.androidBelow === undefined || fits ? null : 'androidBelow'
}

/** An unknown version is a modern one (reference device-rules.md section 3), and so is an unknown minor version. */
function inVersions(
  version: OsVersion | undefined,
  from: string | number | undefined,
  below: string | number | undefined
): boolean {
  const { major = Number.POSITIVE_INFINITY, minor = Number.POSITIVE_INFINITY } = version ?? {}
  const isBefore = (bound: string | number): boolean => {
    const [least, fine] = versionParts(bound)
    return major < least || (major === least && fine !== undefined && minor < fine)
  }
  return (below === undefined || isBefore(below)) && (from === undefined || !isBefore(from))
}

/** Major and minor version of `17` or `17.4`. */
export function versionParts(text: string | number): [major: number, minor: number | undefined] {
  const [major, minor] = String(text).split('.')
  return [Number(major), minor === undefined ? undefined : Number(minor)]
}

export function list<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T]
}

function includes<T>(value: T | readonly T[], item: T): boolean {
  return list(value).includes(item)
}
