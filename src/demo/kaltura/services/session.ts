import type { ApiCall, ApiService } from '../api-context.js'
import { contentBlocked, invalidKs, invalidWidgetId, startSessionError } from '../api-errors.js'
import { integer, text } from '../api-request.js'
import { issueKs, readKs } from '../session.js'

const DEFAULT_EXPIRY = 86400

/** session.start: the bare KS. A user session may be asked for with either secret, an admin session with the admin one. */
function start(call: ApiCall): string {
  const partnerId = call.partnerId ?? 0
  const partner = call.catalog.partners.get(partnerId)
  const secret = text(call.params, 'secret') ?? ''
  const type = integer(call.params, 'type') ?? 0
  if (partner === undefined) throw startSessionError(partnerId)
  const fits = secret === partner.adminSecret || (type === 0 && secret === partner.secret)
  if (!fits) throw startSessionError(partnerId)
  return issueKs(partner, {
    type,
    userId: text(call.params, 'userId') ?? '',
    expiry: call.now + (integer(call.params, 'expiry') ?? DEFAULT_EXPIRY),
    privileges: text(call.params, 'privileges') ?? ''
  })
}

/** session.startWidgetSession: what anybody can have. Only a partner's default widget `_{partnerId}` is known. */
function startWidgetSession(call: ApiCall): Record<string, unknown> {
  const widgetId = text(call.params, 'widgetId') ?? ''
  const partner = /^_\d+$/.test(widgetId) ? call.catalog.partners.get(Number(widgetId.slice(1))) : undefined
  if (partner === undefined) throw invalidWidgetId(widgetId)
  if (partner.status !== 1) throw contentBlocked()
  const expiry = call.now + (integer(call.params, 'expiry') ?? DEFAULT_EXPIRY)
  const ks = issueKs(partner, { type: 0, userId: '0', expiry, privileges: 'view:*,widget:1' })
  return { partnerId: partner.id, ks, userId: 0, objectType: 'KalturaStartWidgetSessionResponse' }
}

/** session.get: what a KS says, all as strings and without the KS itself (session_get_admin). */
function get(call: ApiCall): Record<string, unknown> {
  const ks = text(call.params, 'session') ?? call.ks
  const reading = readKs(call.catalog, ks, { now: call.now })
  if (reading.state === 'invalid' || reading.session.partnerId !== call.session?.partnerId) throw invalidKs(ks)
  const { ks: found, type, partnerId } = reading.session
  return {
    sessionType: String(type),
    partnerId: String(partnerId),
    userId: found.userId ?? '',
    expiry: String(found.expiry),
    privileges: found.privileges ?? '',
    objectType: 'KalturaSessionInfo'
  }
}

export const session: ApiService = {
  name: 'session',
  actions: {
    start: { permission: 'always', required: ['secret'], run: start },
    startWidgetSession: { permission: 'always', required: ['widgetId'], run: startWidgetSession },
    get: { permission: 'admin', run: get }
  }
}
