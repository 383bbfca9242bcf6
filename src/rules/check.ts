import { checkBitrates } from '../flavors/bitrate-window.js'
import type { Preset } from '../playmanifest/presets.js'
import { list, versionParts } from './conditions.js'
import { AUTO_FORMAT, EXPLICIT } from './decide.js'
import type { Rule } from './schema.js'
import { isTimeZone } from './time-of-day.js'

/** What is wrong with a rule: where, and a sentence that says what would be right. */
export interface RuleFault {
  /** JSON pointer within the list of rules, such as `/0/when/os`. */
  pointer: string
  text: string
  /** `warning`: it works, and is probably not meant. */
  level: 'error' | 'warning'
}

type When = Rule['when']

/** What else of a configuration rules may name. */
export interface Nameable {
  presets: ReadonlyMap<string, Preset>
  /** Lower-case names of headers. */
  headers: readonly string[]
  /** Names of bases of Kaltura's playManifest. */
  cdnUrls: readonly string[]
}

/** A key as it stands in a JSON pointer (RFC 6901). */
export function pointerPart(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** What a schema cannot say: rules that never match, are never reached, or hold what has no effect. */
export function checkRules(
  rules: readonly Rule[],
  { presets = new Map(), headers = [], cdnUrls = [] }: Partial<Nameable> = {}
): RuleFault[] {
  return rules.flatMap((rule, index) => [
    ...[
      ...conditionFaults(rule.when),
      ...wordFaults(rule),
      ...effectFaults(rule),
      ...presetFaults(rule, presets),
      ...headerFaults(rule, headers),
      ...baseFaults(rule, cdnUrls)
    ].map((fault) => ({
      ...fault,
      pointer: `/${index}${fault.pointer}`,
      text: `rule "${rule.name}" ${fault.text}`
    })),
    ...placeFaults(rules, index)
  ])
}

function* conditionFaults(when: When): Generator<RuleFault> {
  const { device, os, androidFrom, androidBelow, osFrom, osBelow, time } = when
  for (const name of ['androidFrom', 'androidBelow'] as const) {
    if (when[name] === undefined) continue
    const pointer = `/when/${name}`
    const others = [device !== undefined && !list(device).includes('android') && 'device', excludesAndroid(os) && 'os']
    const other = others.find((found) => found !== false)
    if (other !== undefined) {
      yield error(
        pointer,
        `never matches: ${name} is about Android, and ${other} is not; right would be one of the two`
      )
    } else if (device === undefined) {
      yield { level: 'warning', pointer, text: 'matches Android only; right would be device: android, which says so' }
    }
  }
  if (androidFrom !== undefined && androidBelow !== undefined && androidFrom >= androidBelow) {
    yield error('/when/androidBelow', 'never matches: androidBelow is not above androidFrom')
  }
  for (const name of ['osFrom', 'osBelow'] as const) {
    if (when[name] !== undefined && (os === undefined || list(os).length > 1)) {
      yield error(`/when/${name}`, `compares versions of different systems; right would be one os beside ${name}`)
    }
  }
  if (osFrom !== undefined && osBelow !== undefined && !isBefore(osFrom, osBelow)) {
    yield error('/when/osBelow', 'never matches: osBelow is not above osFrom')
  }
  if (time === undefined) return
  if (time.from === time.until) {
    yield error('/when/time', 'has a time of no length; right would be no time for the whole day, or another end')
  }
  if (time.zone !== undefined && !isTimeZone(time.zone)) {
    yield error('/when/time/zone', `has the zone "${time.zone}"; right would be a name such as Europe/Berlin`)
  }
}

/** Kaltura keeps tags and categories as comma lists, whose words it trims: others are never found. */
function* wordFaults({ when, then }: Rule): Generator<RuleFault> {
  for (const [level, tags] of (then.tags ?? []).entries()) {
    for (const [at, tag] of tags.entries()) {
      if (isWord(tag)) continue
      yield error(
        `/then/tags/${level}/${at}`,
        `has the tag "${tag}", which no flavor has; right would be ${inWords(tag)}`
      )
    }
  }
  for (const name of ['entryTags', 'category'] as const) {
    for (const [at, word] of list<string | number>(when[name] ?? []).entries()) {
      const pointer = Array.isArray(when[name]) ? `/when/${name}/${at}` : `/when/${name}`
      if (typeof word === 'number') continue
      if (!isWord(word)) yield error(pointer, `has "${word}", which no entry has; right would be ${inWords(word)}`)
      else if (name === 'category' && /^\d+$/.test(word)) {
        const text = `looks for a category of the name "${word}"; right would be ${word} without quotes, if that is its id`
        yield { level: 'warning', pointer, text }
      }
    }
  }
}

function isWord(text: string): boolean {
  return text.trim() === text && text !== '' && !text.includes(',')
}

function inWords(text: string): string {
  const words = text.split(',').map((word) => word.trim())
  return words.filter((word) => word !== '').join(' and ') || 'a word'
}

function* effectFaults({ when, then }: Rule): Generator<RuleFault> {
  for (const name of ['single', 'maxBitrate', 'excludeAudioOnly'] as const) {
    if (then[name] !== undefined && then.tags === undefined && then.filters === undefined) {
      yield error(`/then/${name}`, `has ${name} without tags, which has no effect; right would be tags beside it`)
    }
  }
  const { minBitrate = 0, maxBitrate = Number.POSITIVE_INFINITY } = then.filters ?? {}
  if (minBitrate > maxBitrate) {
    yield error('/then/filters', 'has filters that nothing passes: minBitrate is above maxBitrate')
  }
  if ((then.tags ?? then.filters) !== undefined && then.maxBitrate !== undefined && then.single !== 'largest') {
    yield error('/then/maxBitrate', 'has maxBitrate without effect; right would be single: largest beside it')
  }
  if (then.manifest !== undefined && then.delivery === 'redirect') {
    yield error('/then/manifest', 'has manifest without effect, since delivery: redirect serves none')
  }
  if (then.format !== undefined && when.format !== undefined && !list(when.format).includes('auto')) {
    yield error('/then/format', 'has a format without effect, since it replaces auto only; right would be auto in when')
  }
}

function* headerFaults({ when }: Rule, headers: readonly string[]): Generator<RuleFault> {
  const names = Object.keys(when.header ?? {})
  for (const name of names) {
    const at = `/when/header/${pointerPart(name)}`
    if (!headers.includes(name.toLowerCase())) {
      yield error(
        at,
        `looks at the header ${name}; right would be to list it under trustedHeaders, if your CDN sets or drops it`
      )
    }
    if (names.some((other) => other !== name && other.toLowerCase() === name.toLowerCase())) {
      yield error(at, `looks at the header ${name} in two spellings; right would be one`)
    }
  }
}

function* baseFaults({ then: { cdnUrl } }: Rule, names: readonly string[]): Generator<RuleFault> {
  if (cdnUrl === undefined || names.includes(cdnUrl)) return
  const right = names.join(', ') || 'a name that stands there'
  yield error('/then/cdnUrl', `names the base "${cdnUrl}", which is not under cdnUrls; right would be ${right}`)
}

/** What a preset cannot do behind a rule, and values that nothing could be answered to. */
function* presetFaults({ then }: Rule, presets: ReadonlyMap<string, Preset>): Generator<RuleFault> {
  if (then.preset === undefined) return
  const at = '/then/preset'
  const preset = presets.get(then.preset)
  if (preset === undefined) {
    const names = [...presets.keys()].join(', ') || 'a name that stands there'
    yield error(at, `names the preset "${then.preset}", which is not under presets; right would be ${names}`)
    return
  }
  const named = `has the preset "${then.preset}"`
  if (preset.device !== undefined) {
    yield error(at, `${named}, whose device has no effect, since rules have looked at the device before it`)
  }
  if (preset.format === AUTO_FORMAT) {
    yield error(at, `${named}, whose format is auto; right would be the format that the rule chooses`)
  }
  if (preset.format !== undefined && then.format !== undefined) {
    yield error(at, `${named}, and both say a format; right would be one of them`)
  }
  const choosing = EXPLICIT.find((name) => preset[name] !== undefined)
  const own = (['tags', 'filters'] as const).find((name) => then[name] !== undefined)
  if (choosing !== undefined && own !== undefined) {
    yield error(`/then/${own}`, `has ${own} without effect: its preset "${then.preset}" chooses by ${choosing}`)
  }
  if (checkBitrates(preset) !== null) {
    yield error(at, `${named}, whose bitrate is no number above 0`)
  }
}

function placeFaults(rules: readonly Rule[], index: number): RuleFault[] {
  const { name, when } = rules[index]!
  const before = rules.slice(0, index)
  if (before.some((other) => other.name === name)) {
    const text = `rule "${name}" stands twice; right would be a name of its own for each`
    return [{ level: 'error', pointer: `/${index}/name`, text }]
  }
  const first = before.find((other) => covers(other.when, when))
  if (first === undefined) return []
  const text = `rule "${name}" is never reached: "${first.name}" before it matches all that it would; right would be the other order`
  return [{ level: 'error', pointer: `/${index}`, text }]
}

/** Whether all that the one matches is matched by the other too, as far as can be seen from what stands there. */
function covers(wide: When, narrow: When): boolean {
  return (Object.keys(wide) as (keyof When)[]).every((name) => {
    const value = wide[name]
    const other = narrow[name]
    if (value === undefined) return true
    // Different sessions for each rule.
    if (other === undefined || name === 'percent') return false
    if (name === 'androidFrom' || name === 'osFrom') return !isBefore(other as number, value as number)
    if (name === 'androidBelow' || name === 'osBelow') return !isBefore(value as number, other as number)
    if (name === 'parameters' || name === 'header' || name === 'time')
      return JSON.stringify(value) === JSON.stringify(other)
    return (list(other) as readonly unknown[]).every((item) => (list(value) as readonly unknown[]).includes(item))
  })
}

function excludesAndroid(os: When['os']): boolean {
  return os !== undefined && !list(os).includes('Android')
}

function isBefore(first: string | number, second: string | number): boolean {
  const [major, minor = 0] = versionParts(first)
  const [otherMajor, otherMinor = 0] = versionParts(second)
  return major < otherMajor || (major === otherMajor && minor < otherMinor)
}

function error(pointer: string, text: string): RuleFault {
  return { level: 'error', pointer, text }
}
