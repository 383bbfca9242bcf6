import type { EffectiveParameters, ParameterName } from './parameters.js'
import { type ParseResult, type PlayManifestRequest, parsePlayManifestUrl } from './parse.js'
import { withoutParameters } from './without.js'

/** A named bundle of parameters, in clear. */
export type Preset = Readonly<Partial<Record<ParameterName, string>>>

const PRESET = new Set(['preset'])

/** Parameters that say the same in several ways: one of them in the URL stands for all of its group. */
const GROUPS: readonly (readonly ParameterName[])[] = [
  ['flavorIds', 'flavorId', 'flavorParamIds', 'flavorParamId', 'tags'],
  ['deliveryProfileIds', 'deliveryProfileId']
]

/**
 * A request as it would have come with the preset's parameters in place of its name. What stands in the URL, under its long
 * or short name, wins over the preset. All behind this sees a plain request: keys, templates and rules hold the values.
 *
 * @returns a fault when it grows too long
 */
export function withPreset(request: PlayManifestRequest, preset: Preset): ParseResult {
  const plain = withoutParameters(request, PRESET)
  return withParameters(plain, notGiven(preset, plain.effective))
}

/** Parameters of a preset that a request does not say itself, under any of their names. */
export function notGiven(preset: Preset, effective: EffectiveParameters): Preset {
  const isGiven = (name: ParameterName): boolean =>
    (GROUPS.find((group) => group.includes(name)) ?? [name]).some((other) => effective[other] !== undefined)
  return Object.fromEntries(Object.entries(preset).filter(([name]) => !isGiven(name as ParameterName)))
}

/**
 * A request as it would have come with more parameters, which it does not have.
 * @returns a fault when it grows too long
 */
export function withParameters({ rawPath, rawQuery }: PlayManifestRequest, parameters: Preset): ParseResult {
  const added = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  const query = [...(rawQuery === '' ? [] : [rawQuery]), ...added].join('&')
  return parsePlayManifestUrl(query === '' ? rawPath : `${rawPath}?${query}`)
}
