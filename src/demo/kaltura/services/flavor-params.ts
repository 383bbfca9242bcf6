import type { ApiCall, ApiService } from '../api-context.js'
import type { FlavorParams } from '../catalog-types.js'
import { paginate } from '../pager.js'

/** Flavor params in the recorded shape (flavorparams_list), without the settings by which a rendition is made. */
function toWire({ id, name, tags, videoBitrate, width, height, videoCodec, format }: FlavorParams) {
  return {
    id,
    partnerId: 0,
    name,
    systemName: name,
    isSystemDefault: 1,
    tags: tags ?? '',
    videoCodec: videoCodec ?? '',
    videoBitrate: videoBitrate ?? 0,
    width: width ?? 0,
    height: height ?? 0,
    format: format ?? '',
    objectType: 'KalturaFlavorParams'
  }
}

function list(call: ApiCall): Record<string, unknown> {
  const all = call.catalog.flavorParamsList
  return {
    totalCount: all.length,
    objects: paginate(call.params, all).map(toWire),
    objectType: 'KalturaFlavorParamsListResponse'
  }
}

export const flavorParams: ApiService = {
  name: 'flavorParams',
  actions: { list: { permission: 'admin', run: list } }
}
