import type { ApiCall, ApiService } from '../api-context.js'
import { conversionProfileNotFound } from '../api-errors.js'
import { integer, nested } from '../api-request.js'
import type { ConversionProfile } from '../catalog-types.js'
import { paginate } from '../pager.js'

/** A conversion profile in the recorded shape (conversionprofile_get). */
function toWire(profile: ConversionProfile): Record<string, unknown> {
  return {
    id: profile.id,
    partnerId: profile.partnerId,
    status: 2,
    type: profile.type,
    name: profile.name,
    systemName: profile.systemName,
    tags: '',
    description: profile.description,
    createdAt: profile.createdAt,
    flavorParamsIds: profile.flavorParamsIds,
    isDefault: profile.isDefault,
    isPartnerDefault: profile.isDefault,
    cropDimensions: { left: -1, top: -1, width: -1, height: -1, objectType: 'KalturaCropDimensions' },
    clipStart: -1,
    clipDuration: -1,
    mediaParserType: 0,
    calculateComplexity: true,
    collectionTags: 'mbr,ism',
    conditionalProfiles: profile.conditionalProfiles,
    detectGOP: 0,
    objectType: 'KalturaConversionProfile'
  }
}

/** The partner's own profiles and those of partner 0, by id. */
function visible(call: ApiCall): ConversionProfile[] {
  const all = [...call.catalog.conversionProfiles.values()]
  return all.filter((profile) => [0, call.session?.partnerId].includes(profile.partnerId)).sort((a, b) => a.id - b.id)
}

function get(call: ApiCall): Record<string, unknown> {
  const id = integer(call.params, 'id') ?? 0
  const profile = visible(call).find((candidate) => candidate.id === id)
  if (profile === undefined) throw conversionProfileNotFound(id)
  return toWire(profile)
}

/** The partner's default for media, or for the `type` asked for. */
function getDefault(call: ApiCall): Record<string, unknown> {
  const type = integer(call.params, 'type') ?? 1
  const own = visible(call).filter((profile) => profile.partnerId === call.session?.partnerId && profile.type === type)
  const profile = own.find(({ isDefault }) => isDefault)
  if (profile === undefined) throw conversionProfileNotFound(0)
  return toWire(profile)
}

function list(call: ApiCall): Record<string, unknown> {
  const type = integer(nested(call.params, 'filter'), 'typeEqual')
  const profiles = visible(call).filter((profile) => type === null || profile.type === type)
  return {
    totalCount: profiles.length,
    objects: paginate(call.params, profiles).map(toWire),
    objectType: 'KalturaConversionProfileListResponse'
  }
}

export const conversionProfile: ApiService = {
  name: 'conversionProfile',
  actions: {
    get: { permission: 'admin', required: ['id'], run: get },
    getDefault: { permission: 'admin', run: getDefault },
    list: { permission: 'admin', run: list }
  }
}
