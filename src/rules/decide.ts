import type { EffectiveParameters, ParameterName } from '../playmanifest/parameters.js'
import type { Device } from '../viewer/device.js'
import type { Delivery, Rule } from './schema.js'

/** Facts about a request that a rule may read; what was read becomes `Vary` and part of cache keys. */
export type Fact = 'device' | 'scheme'

/** What a rule wants of the flavors, when it narrows Kaltura's own choice. */
export interface Narrowing {
  levels: readonly (readonly string[])[]
  excludeAudioOnly: boolean
  single: 'largest' | 'smallest' | null
  /** kbps. */
  maxBitrate: number | null
}

/** What is to be answered, before anything is asked. */
export interface Plan {
  /** Name of the rule that matched; null when none did. */
  rule: string | null
  /** Format that goes upstream. */
  format: string
  /** Scheme of the media URLs. */
  protocol: string
  /** Parameters that the request lacks or that are the gateway's own wording, in Kaltura's terms. */
  set: Readonly<Partial<Record<ParameterName, string>>>
  narrowing: Narrowing | null
  delivery: Delivery
  /** Facts that the rules read on the way to this plan, matched or not. */
  reads: readonly Fact[]
}

/** Conditions of a rule in the order in which they are looked at. */
export const CONDITIONS = ['format', 'partner', 'device', 'androidBelow', 'androidFrom'] as const
export type Condition = (typeof CONDITIONS)[number]

/** A rule that was looked at, and the condition that failed first; null: it matched. */
export interface Trial {
  rule: Rule
  failed: Condition | null
}

export interface DecideInput {
  parameters: EffectiveParameters
  device: Device
  /** Scheme in which the viewer asked. */
  scheme: 'http' | 'https'
  partner: { id: number; delivery: Delivery; upgradeInsecure: boolean }
  /** Filled, when given, with the rules that were looked at, in order. */
  trials?: Trial[] | undefined
}

/** Kaltura's help page: a request without a format is progressive. Kaltura itself answers an F4M: a deliberate difference. */
export const DEFAULT_FORMAT = 'url'
/** The gateway's own: the rules choose the format. */
export const AUTO_FORMAT = 'auto'

/** Parameters by which a request chooses flavors itself; a rule never overrides them. */
const EXPLICIT: readonly ParameterName[] = ['flavorIds', 'flavorId', 'flavorParamIds', 'flavorParamId', 'tags']

/**
 * Applies ordered rules: the first that matches decides. Explicit flavors, tags and formats of the request are never
 * overridden, and every format and device that no rule names keeps Kaltura's own choice.
 */
export function decide(rules: readonly Rule[], input: DecideInput): Plan {
  const { parameters, partner } = input
  const asked = typeof parameters.format === 'string' ? parameters.format : undefined
  const wanted = parameters.format === undefined ? DEFAULT_FORMAT : (asked ?? '')
  const { rule, reads } = match(rules, wanted, input)
  const protocol = chooseProtocol(input)
  const format = wanted === AUTO_FORMAT ? (rule?.then.format ?? DEFAULT_FORMAT) : wanted
  const explicit = EXPLICIT.some((name) => parameters[name] !== undefined)
  const set: Partial<Record<ParameterName, string>> = {}
  if (parameters.format === undefined || asked === AUTO_FORMAT) set.format = format
  if (protocol.set) set.protocol = protocol.value
  return {
    rule: rule?.name ?? null,
    format,
    protocol: protocol.value,
    set,
    narrowing: rule?.then.tags === undefined || explicit ? null : narrowingOf(rule),
    delivery: rule?.then.delivery ?? partner.delivery,
    reads: protocol.readsScheme ? [...reads, 'scheme'] : reads
  }
}

function narrowingOf(rule: Rule): Narrowing {
  return {
    levels: rule.then.tags ?? [],
    excludeAudioOnly: rule.then.excludeAudioOnly ?? false,
    single: rule.then.single ?? null,
    maxBitrate: rule.then.maxBitrate ?? null
  }
}

/**
 * Without a `protocol` Kaltura writes http whatever the viewer uses (recording xfp_https_noprotocol), which an https page
 * cannot play: there the viewer's own scheme is written in.
 */
function chooseProtocol({ parameters, scheme, partner }: DecideInput): {
  value: string
  set: boolean
  readsScheme: boolean
} {
  const asked = parameters.protocol
  if (asked === undefined || asked === false || asked === '' || asked === 'null') {
    return { value: scheme, set: scheme === 'https', readsScheme: true }
  }
  if (asked === 'http' && partner.upgradeInsecure) return { value: 'https', set: true, readsScheme: false }
  return { value: asked, set: false, readsScheme: false }
}

/**
 * The first rule that matches, and the facts that were looked at until then. A rule whose other conditions already fail
 * reads nothing: an answer for `mpegdash` does not vary by device when no rule speaks of that format.
 */
function match(rules: readonly Rule[], format: string, input: DecideInput): { rule: Rule | null; reads: Fact[] } {
  const reads = new Set<Fact>()
  for (const rule of rules) {
    const failed = failedCondition(rule.when, format, input, reads)
    input.trials?.push({ rule, failed })
    if (failed === null) return { rule, reads: [...reads] }
  }
  return { rule: null, reads: [...reads] }
}

/** The first condition that does not hold, or null. Notes the facts that were looked at. */
function failedCondition(
  when: Rule['when'],
  format: string,
  { partner, device }: DecideInput,
  reads: Set<Fact>
): Condition | null {
  if (when.format !== undefined && !(list(when.format) as readonly string[]).includes(format)) return 'format'
  if (when.partner !== undefined && !list(when.partner).includes(partner.id)) return 'partner'
  const byVersion = when.androidBelow !== undefined || when.androidFrom !== undefined
  if (when.device === undefined && !byVersion) return null
  reads.add('device')
  if (when.device !== undefined && !list(when.device).includes(device.class)) return 'device'
  if (!byVersion) return null
  if (device.class !== 'android') return when.androidBelow !== undefined ? 'androidBelow' : 'androidFrom'
  // An unknown version is a modern one (reference device-rules.md section 3).
  const version = device.osVersion?.major ?? Number.POSITIVE_INFINITY
  if (when.androidBelow !== undefined && version >= when.androidBelow) return 'androidBelow'
  return when.androidFrom === undefined || version >= when.androidFrom ? null : 'androidFrom'
}

function list<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T]
}
