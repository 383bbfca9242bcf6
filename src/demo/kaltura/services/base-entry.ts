import { type ApiCall, type ApiService, isAdmin, requireEntry, visibleEntry } from '../api-context.js'
import { ApiError } from '../api-errors.js'
import { nested, text } from '../api-request.js'
import type { CatalogEntry } from '../catalog-types.js'
import { entryToWire } from '../entry-json.js'
import { listOf, paginate } from '../pager.js'
import { getContextData } from './context-data.js'
import { getPlaybackContext } from './playback-context.js'

const READY = '2'
const PENDING_OR_REJECTED = [1, 3]
const RECYCLED = -2

function get(call: ApiCall): unknown {
  const entry = requireEntry(call, text(call.params, 'entryId') ?? '')
  return entryToWire(call.catalog, entry, call.bases, isAdmin(call))
}

/** Entries that a filter names; without ids all of the session's partner that are ready and passed moderation. */
function find(call: ApiCall): CatalogEntry[] {
  const filter = nested(call.params, 'filter')
  const from = text(filter, 'redirectFromEntryId')
  const ids = from === null ? listOf(filter, 'id') : [redirectTarget(call, from)]
  const references = listOf(filter, 'referenceId')
  const statuses = listOf(filter, 'status') ?? [READY]
  const isListed = (entry: CatalogEntry): boolean =>
    statuses.includes(String(entry.status)) &&
    !PENDING_OR_REJECTED.includes(entry.moderationStatus) &&
    (references === null || references.includes(entry.referenceId ?? ''))
  if (ids === null) {
    return [...call.catalog.entries.values()].filter(
      (entry) =>
        entry.partnerId === call.session?.partnerId &&
        entry.displayInSearch !== RECYCLED &&
        visibleEntry(call, entry.id) !== null &&
        isListed(entry)
    )
  }
  const found = ids.map((id) => visibleEntry(call, id))
  return found.filter((entry): entry is CatalogEntry => entry !== null && isListed(entry))
}

function redirectTarget(call: ApiCall, id: string): string {
  return visibleEntry(call, id)?.redirectEntryId ?? id
}

/** By `createdAt` only, ascending or with a minus descending; anything else leaves the order. */
function ordered(call: ApiCall, entries: CatalogEntry[]): CatalogEntry[] {
  const orderBy = text(nested(call.params, 'filter'), 'orderBy')
  if (orderBy !== '+createdAt' && orderBy !== '-createdAt') return entries
  const sign = orderBy === '-createdAt' ? -1 : 1
  return entries.toSorted((a, b) => sign * (a.createdAt - b.createdAt))
}

function list(call: ApiCall): unknown {
  const entries = ordered(call, find(call))
  return {
    totalCount: entries.length,
    objects: paginate(call.params, entries).map((entry) => entryToWire(call.catalog, entry, call.bases, isAdmin(call))),
    objectType: 'KalturaBaseEntryListResponse'
  }
}

/** Editing is not what the stand-in is for: the catalog object is changed instead. It only refuses as Kaltura does. */
function refuse(): never {
  throw new ApiError('INTERNAL_SERVER_ERROR', 'The embedded Kaltura changes entries through its catalog object only')
}

const isLive = (call: ApiCall): boolean => {
  const entry = visibleEntry(call, text(call.params, 'id') ?? '')
  return entry?.live?.broadcast !== undefined && entry.live.broadcast !== null
}

export const baseEntry: ApiService = {
  name: 'baseEntry',
  actions: {
    get: { permission: 'any', required: ['entryId'], run: get },
    list: { permission: 'session', run: list },
    getPlaybackContext: { permission: 'any', required: ['entryId', 'contextDataParams'], run: getPlaybackContext },
    getContextData: { permission: 'any', required: ['entryId', 'contextDataParams'], run: getContextData },
    update: { permission: 'edit', run: refuse },
    delete: { permission: 'edit', run: refuse }
  }
}

export const media: ApiService = {
  name: 'media',
  actions: { get: { permission: 'any', required: ['entryId'], run: get } }
}

export const liveStream: ApiService = {
  name: 'liveStream',
  actions: {
    get: { permission: 'any', required: ['entryId'], run: get },
    isLive: { permission: 'any', required: ['id', 'protocol'], run: isLive }
  }
}
