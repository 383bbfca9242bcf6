import type { ApiCall, ApiService } from '../api-context.js'
import { accessControlNotFound } from '../api-errors.js'
import { integer } from '../api-request.js'
import type { AccessControlProfile } from '../catalog-types.js'
import { paginate } from '../pager.js'

function own(call: ApiCall): AccessControlProfile[] {
  const all = [...call.catalog.accessControlProfiles.values()]
  return all.filter((profile) => profile.partnerId === call.session?.partnerId).sort((a, b) => a.id - b.id)
}

/** An empty id, as an unresolved reference leaves it, is looked up as 0 (multirequest_resolution_0_nosuch99). */
function get(call: ApiCall): AccessControlProfile {
  const id = integer(call.params, 'id') ?? 0
  const profile = own(call).find((candidate) => candidate.id === id)
  if (profile === undefined) throw accessControlNotFound(id)
  return profile
}

function list(call: ApiCall): Record<string, unknown> {
  const profiles = own(call)
  return {
    totalCount: profiles.length,
    objects: paginate(call.params, profiles),
    objectType: 'KalturaAccessControlProfileListResponse'
  }
}

export const accessControlProfile: ApiService = {
  name: 'accessControlProfile',
  actions: {
    get: { permission: 'admin', required: ['id'], run: get },
    list: { permission: 'admin', run: list }
  }
}
