import type { ParameterName } from './parameters.js'
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
  const { rawPath, rawQuery, effective } = withoutParameters(request, PRESET)
  const isGiven = (name: ParameterName): boolean =>
    (GROUPS.find((group) => group.includes(name)) ?? [name]).some((other) => effective[other] !== undefined)
  const added = (Object.entries(preset) as [ParameterName, string][])
    .filter(([name]) => !isGiven(name))
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  const query = [...(rawQuery === '' ? [] : [rawQuery]), ...added].join('&')
  return parsePlayManifestUrl(query === '' ? rawPath : `${rawPath}?${query}`)
}
