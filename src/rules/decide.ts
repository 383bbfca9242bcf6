import { requestTagLevels } from '../flavors/tag-levels.js'
import type { ManifestPolicy } from '../manifest/policy.js'
import type { EffectiveParameters, ParameterName } from '../playmanifest/parameters.js'
import { notGiven, type Preset } from '../playmanifest/presets.js'
import { type Circumstances, type Condition, type Fact, failedCondition, type Readings } from './conditions.js'
import type { FlavorFilters } from './flavor-filters.js'
import type { Delivery, Rule } from './schema.js'

export type { Fact } from './conditions.js'

/** What a rule wants of the flavors, when it narrows Kaltura's own choice. */
export interface Narrowing {
  levels: readonly (readonly string[])[]
  /** Whether the levels are Kaltura's own for the format, since the rule names no tags. */
  ownLevels: boolean
  /** Null: none. */
  filters: FlavorFilters | null
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
  /** Parameters of the rule's preset that the URL does not say itself: the request goes on as if it had come with them. */
  adds: Preset
  narrowing: Narrowing | null
  /** What is made of a manifest that is served here; null: nothing. */
  manifest: ManifestPolicy | null
  delivery: Delivery
  /** Name of the base to which redirects to Kaltura go; null: the default one. */
  cdnUrl: string | null
  /** Hosts whose delivery URLs are handed out, as `host`, `host:port`, `*.example.com`; null: all that are allowed. */
  deliveryHosts: readonly string[] | null
  /** Facts that the rules read on the way to this plan, matched or not. */
  reads: readonly Fact[]
  /** Unix ms at which the answer has to be made anew; null: no such end. */
  until: number | null
  /** ms that it may be kept by caches, stale or not; null: no bound of the rule's. */
  longest: number | null
  /** Whether rules looked at tags or categories that are not known: it could be another plan a moment later. */
  entryUnknown: boolean
  /** Whether it depends on what no cache can tell apart. */
  private: boolean
}

/** A rule that was looked at, and the condition that failed first; null: it matched. */
export interface Trial {
  rule: Rule
  failed: Condition | null
}

export interface DecideInput extends Circumstances {
  /** What rules may name; absent: none. */
  presets?: ReadonlyMap<string, Preset> | undefined
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
export const EXPLICIT: readonly ParameterName[] = ['flavorIds', 'flavorId', 'flavorParamIds', 'flavorParamId', 'tags']

/**
 * Applies ordered rules: the first that matches decides. Explicit flavors, tags and formats of the request are never
 * overridden, and every format and device that no rule names keeps Kaltura's own choice.
 */
export function decide(rules: readonly Rule[], input: DecideInput): Plan {
  const { partner } = input
  const { rule, readings } = match(rules, formatWanted(input.parameters), input)
  const preset = input.presets?.get(rule?.then.preset ?? '') ?? {}
  const adds = notGiven(preset, input.parameters)
  const parameters = { ...input.parameters, ...adds }
  const wanted = formatWanted(parameters)
  const protocol = chooseProtocol({ ...input, parameters })
  const format = wanted === AUTO_FORMAT ? (rule?.then.format ?? preset.format ?? DEFAULT_FORMAT) : wanted
  const explicit = isExplicit(parameters)
  const set: Partial<Record<ParameterName, string>> = {}
  if (parameters.format === undefined || wanted === AUTO_FORMAT) set.format = format
  if (protocol.set) set.protocol = protocol.value
  return {
    rule: rule?.name ?? null,
    format,
    protocol: protocol.value,
    set,
    adds,
    narrowing: rule === null || explicit ? null : narrowingOf(rule, format),
    manifest: policyOf(rule, isExplicit(input.parameters)),
    delivery: rule?.then.delivery ?? partner.delivery,
    cdnUrl: rule?.then.cdnUrl ?? null,
    deliveryHosts: rule?.then.deliveryHosts ?? null,
    reads: protocol.readsScheme ? [...readings.facts, 'scheme'] : [...readings.facts],
    until: readings.until,
    longest: rule?.then.caching ?? null,
    entryUnknown: readings.facts.has('entry') && (input.entry ?? null) === null,
    private: readings.facts.has('share')
  }
}

/** Its members stand in keys, in this order. */
const UNTOUCHED: ManifestPolicy = { maxHeight: null, maxBitrate: null, cutAudioOnly: false, order: null }

/** @param chosen whether the URL itself chooses the flavors: then none of them is left out, and their order alone may change */
function policyOf(rule: Rule | null, chosen: boolean): ManifestPolicy | null {
  const policy = rule?.then.manifest
  if (policy === undefined || (chosen && policy.order === undefined)) return null
  return { ...UNTOUCHED, ...(chosen ? { order: policy.order! } : policy) }
}

function isExplicit(parameters: EffectiveParameters): boolean {
  return EXPLICIT.some((name) => parameters[name] !== undefined)
}

/** The format that a request asks for. */
function formatWanted({ format }: EffectiveParameters): string {
  if (format === undefined) return DEFAULT_FORMAT
  return typeof format === 'string' ? format : ''
}

function narrowingOf(rule: Rule, format: string): Narrowing | null {
  const { tags, filters } = rule.then
  if (tags === undefined && filters === undefined) return null
  return {
    levels: tags ?? requestTagLevels(format, {}),
    ownLevels: tags === undefined,
    filters: filters ?? null,
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
 * The first rule that matches, and what was looked at until then. A rule whose other conditions already fail reads nothing:
 * an answer for `mpegdash` does not vary by device when no rule speaks of that format.
 */
function match(rules: readonly Rule[], format: string, input: DecideInput): { rule: Rule | null; readings: Readings } {
  const readings: Readings = { facts: new Set(), until: null }
  for (const rule of rules) {
    const failed = failedCondition(rule, format, input, readings)
    input.trials?.push({ rule, failed })
    if (failed === null) return { rule, readings }
  }
  return { rule: null, readings }
}
