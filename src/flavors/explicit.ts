import type { FlavorAsset } from './flavor-asset.js'
import type { RequestParams } from './params.js'
import { looselyEquals } from './php-number.js'

/** Flavors that a request names: by asset id or by flavor params id. */
export interface ExplicitIds {
  parameter: 'flavorId' | 'flavorIds' | 'flavorParamId' | 'flavorParamIds'
  values: readonly (string | false)[]
}

/**
 * The flavors that a request names, or null when it names none. Presence decides, not truth: an empty `flavorId`
 * replaces `flavorIds` (and then nothing matches). Flavor params ids are read only without asset ids. The single
 * forms are not split at commas, and nothing is trimmed (vectors empty-flavorId-overrides-flavorIds,
 * flavorIds-disable-flavorParamIds, flavorId-comma-not-split, flavorIds-spaces-not-trimmed).
 */
export function explicitIds(params: RequestParams): ExplicitIds | null {
  return (
    single('flavorId', params) ??
    list('flavorIds', params) ??
    single('flavorParamId', params) ??
    list('flavorParamIds', params)
  )
}

function single(parameter: 'flavorId' | 'flavorParamId', params: RequestParams): ExplicitIds | null {
  const value = params[parameter]
  return value === undefined ? null : { parameter, values: [value] }
}

function list(parameter: 'flavorIds' | 'flavorParamIds', params: RequestParams): ExplicitIds | null {
  const value = params[parameter]
  // A list without a value is an empty text to PHP, hence one empty element, unlike the single forms.
  return value === undefined ? null : { parameter, values: (value === false ? '' : value).split(',') }
}

/**
 * Whether a request names this flavor. Asset ids compare exactly; flavor params ids as numbers, and a
 * `flavorParamId` without a value stands for 0, the source (vector flavorParamIds-numeric-equality, reference section 2.1).
 */
export function isNamed(flavor: Pick<FlavorAsset, 'id' | 'flavorParamsId'>, ids: ExplicitIds): boolean {
  if (ids.parameter === 'flavorId' || ids.parameter === 'flavorIds') return ids.values.includes(flavor.id)
  return ids.values.some((value) => looselyEquals(flavor.flavorParamsId, value))
}
