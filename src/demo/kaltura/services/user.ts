import { type ApiCall, type ApiService, isAdmin } from '../api-context.js'
import { ApiError } from '../api-errors.js'
import { text } from '../api-request.js'

/** KalturaUserStatus.ACTIVE. */
const ACTIVE = 1

/**
 * user.get: who the session says one is. The stand-in keeps no users: everybody named by a session is one; only
 * administrators may ask for others.
 */
function get(call: ApiCall): unknown {
  const own = call.session?.ks.userId || '0'
  const id = text(call.params, 'userId') || own
  if (id !== own && !isAdmin(call)) throw new ApiError('INVALID_USER_ID', 'Invalid user id')
  return { id, partnerId: call.session?.partnerId, screenName: id, status: ACTIVE, objectType: 'KalturaUser' }
}

export const user: ApiService = {
  name: 'user',
  actions: { get: { permission: 'session', run: get } }
}
