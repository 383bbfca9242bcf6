import type { EffectiveParameters } from '../playmanifest/parameters.js'
import type { Device, OsVersion } from '../viewer/device.js'
import type { Rule } from './schema.js'
import { shareOf } from './share.js'
import { timeOfDay } from './time-of-day.js'

/**
 * What a rule may look at besides the URL. What was looked at bounds who may share the answer: `device`, `scheme`,
 * `user-agent` and `country` become `Vary`; `time` ends its life; with `share` it is for one viewer.
 */
export type Fact = 'device' | 'scheme' | 'user-agent' | 'country' | 'time' | 'share'

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

/**
 * Whether all conditions of a rule hold. What the URL says is looked at first, then what leaves an answer shareable by
 * many, the session last; a condition behind one that fails is not read.
 *
 * @param format effective `format`, after the default for a missing one
 */
export function holds(rule: Rule, format: string, given: Circumstances, readings: Readings): boolean {
  const { when } = rule
  if (!matchesUrl(when, format, given)) return false
  if (when.time !== undefined) {
    readings.facts.add('time')
    if (given.now === undefined) return false
    const time = timeOfDay(when.time, given.now)
    readings.until = Math.min(readings.until ?? Number.POSITIVE_INFINITY, time.until)
    if (!time.holds) return false
  }
  if (DEVICE_CONDITIONS.some((name) => when[name] !== undefined)) {
    readings.facts.add('device')
    if (!matchesDevice(when, given.device)) return false
  }
  if (when.country !== undefined) {
    readings.facts.add('country')
    if (!includes(when.country, given.country ?? '')) return false
  }
  if (when.userAgent !== undefined) {
    readings.facts.add('user-agent')
    if (!list(when.userAgent).some((text) => given.userAgent?.includes(text))) return false
  }
  if (when.percent !== undefined) {
    readings.facts.add('share')
    if (given.session === undefined || shareOf(rule.name, given.session()) >= when.percent) return false
  }
  return true
}

/** The facts that some request may make a rule set read. */
export function factsOf(rules: readonly Rule[]): Fact[] {
  const facts = new Set<Fact>()
  for (const { when } of rules) {
    if (DEVICE_CONDITIONS.some((name) => when[name] !== undefined)) facts.add('device')
    if (when.userAgent !== undefined) facts.add('user-agent')
    if (when.country !== undefined) facts.add('country')
    if (when.time !== undefined) facts.add('time')
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

function matchesUrl(when: When, format: string, { parameters, partner }: Circumstances): boolean {
  if (when.format !== undefined && !includes(when.format, format)) return false
  if (when.partner !== undefined && !includes(when.partner, partner.id)) return false
  if (when.entry !== undefined && !includes(when.entry, parameters.entryId || '')) return false
  if (when.clientTag !== undefined) {
    const tag = parameters.clientTag
    if (typeof tag !== 'string' || !list(when.clientTag).some((begin) => tag.startsWith(begin))) return false
  }
  return Object.entries(when.parameters ?? {}).every(([name, wanted]) => {
    const value = parameters[name as keyof EffectiveParameters]
    if (typeof wanted === 'boolean') return wanted === (value !== undefined)
    return typeof value === 'string' && includes(wanted, value)
  })
}

function matchesDevice(when: When, device: Device): boolean {
  if (when.device !== undefined && !includes(when.device, device.class)) return false
  if (when.form !== undefined && (device.form === undefined || !includes(when.form, device.form))) return false
  if (when.player !== undefined && (device.player === undefined || !includes(when.player, device.player))) return false
  if (when.os !== undefined && (device.os === undefined || !includes(when.os, device.os))) return false
  if (!inVersions(device.osVersion, when.osFrom, when.osBelow)) return false
  if (when.androidBelow === undefined && when.androidFrom === undefined) return true
  return device.class === 'android' && inVersions(device.osVersion, when.androidFrom, when.androidBelow)
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
