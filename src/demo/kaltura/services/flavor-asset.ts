import { READY } from '../../../flavors/flavor-asset.js'
import { errorHeaders } from '../../../playmanifest/errors.js'
import { evaluateAccess, isBlocked } from '../access.js'
import { type ApiCall, type ApiService, requireEntry, visibleEntry } from '../api-context.js'
import { ApiDie, flavorNotFound, flavorNotReady, noFlavorsFound, propertyCannotBeNull } from '../api-errors.js'
import { nested, text } from '../api-request.js'
import type { CatalogFlavor } from '../catalog-types.js'
import { attachmentUrl } from '../delivery/attachment-url.js'
import { flavorToWire } from '../flavor-json.js'
import { listOf, paginate } from '../pager.js'

const EXPORTING = 9

/**
 * Flavors as lists have them: ones that failed first, then by entry and internal id (flavorasset_list_widget_*,
 * flavorasset_list_entryidin: the database reads its index on the entry and the status).
 */
function inListOrder(flavors: CatalogFlavor[]): CatalogFlavor[] {
  return flavors.sort(
    (a, b) => compare(a.entryId, b.entryId) || Number(a.status >= 0) - Number(b.status >= 0) || a.order - b.order
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** An unknown or foreign entry gives an empty list, not an error (flavorasset_list_widget_0_deleted1). */
function list(call: ApiCall): Record<string, unknown> {
  const filter = nested(call.params, 'filter')
  const entryIds = listOf(filter, 'entryId')
  if (entryIds === null || entryIds.length === 0) {
    throw propertyCannotBeNull('KalturaFlavorAssetFilter::entryIdEqual/KalturaFlavorAssetFilter::entryIdIn')
  }
  const visible = new Set(entryIds.filter((id) => visibleEntry(call, id) !== null))
  const ids = listOf(filter, 'id')
  const statuses = listOf(filter, 'status')
  const params = listOf(filter, 'flavorParamsId')
  const tags = text(filter, 'tagsLike')
  const found = inListOrder([...visible].flatMap((id) => call.catalog.flavorsOf(id))).filter(
    (flavor) =>
      (ids === null || ids.includes(flavor.id)) &&
      (statuses === null || statuses.includes(String(flavor.status))) &&
      (params === null || params.includes(String(flavor.flavorParamsId))) &&
      (tags === null || flavor.tags.join(',').includes(tags))
  )
  const sorted = orderBy(found, text(filter, 'orderBy'))
  return {
    totalCount: sorted.length,
    objects: paginate(call.params, sorted).map(flavorToWire),
    objectType: 'KalturaFlavorAssetListResponse'
  }
}

/** `+size`, `-createdAt` and the like; anything else keeps the order of the list. */
function orderBy(flavors: CatalogFlavor[], by: string | null): CatalogFlavor[] {
  const field = by?.slice(1)
  if (field !== 'size' && field !== 'createdAt' && field !== 'updatedAt') return flavors
  const sign = by?.startsWith('-') === true ? -1 : 1
  return flavors.toSorted((a, b) => sign * (a[field] - b[field]))
}

function getByEntryId(call: ApiCall): unknown {
  const entry = requireEntry(call, text(call.params, 'entryId') ?? '')
  return inListOrder(call.catalog.flavorsOf(entry.id)).map(flavorToWire)
}

function getWebPlayableByEntryId(call: ApiCall): unknown {
  const entry = requireEntry(call, text(call.params, 'entryId') ?? '')
  const ready = call.catalog.flavorsOf(entry.id).filter((flavor) => flavor.status === READY)
  const withTag = (tag: string): CatalogFlavor[] => ready.filter((flavor) => flavor.tags.includes(tag))
  const playable = withTag('mbr').length > 0 ? withTag('mbr') : withTag('web')
  if (playable.length === 0) throw noFlavorsFound()
  return playable.map(flavorToWire)
}

function requireFlavor(call: ApiCall): CatalogFlavor {
  const id = text(call.params, 'id') ?? ''
  const flavor = call.catalog.flavors.get(id)
  if (flavor === undefined || flavor.status === 3 || visibleEntry(call, flavor.entryId) === null) {
    throw flavorNotFound(id)
  }
  return flavor
}

/**
 * flavorAsset.getUrl: the progressive URL of an attachment download. Rules are checked in the download context, and a
 * block ends the request with playManifest's headers and no body (flavorasset_geturl_protected_widget).
 */
function getUrl(call: ApiCall): string {
  const flavor = requireFlavor(call)
  const entry = requireEntry(call, flavor.entryId)
  if (flavor.status !== READY && flavor.status !== EXPORTING) throw flavorNotReady()
  const profile = call.catalog.profileOf(entry)
  const { ip, userAgent, session } = call
  const options = nested(call.params, 'options')
  const referrer = text(options, 'referrer') ?? call.referrer
  if (profile !== undefined) {
    const scope = {
      context: 2 as const,
      entryId: entry.id,
      session,
      ip,
      userAgent,
      referrer,
      country: call.country(ip)
    }
    const access = evaluateAccess(profile, scope)
    if (isBlocked(access)) throw new ApiDie({ 'x-kaltura-acp': access.header, ...errorHeaders(3) })
    call.headers['x-kaltura-acp'] = access.header
  }
  return attachmentUrl(call.catalog, entry, flavor, {
    cdn: call.bases.cdn,
    protocol: 'http',
    onlyScheme: call.onlyScheme,
    fileName: text(options, 'fileName')
  })
}

export const flavorAsset: ApiService = {
  name: 'flavorAsset',
  actions: {
    list: { permission: 'session', run: list },
    get: { permission: 'admin', required: ['id'], run: (call) => flavorToWire(requireFlavor(call)) },
    getByEntryId: { permission: 'any', required: ['entryId'], run: getByEntryId },
    getWebPlayableByEntryId: { permission: 'any', required: ['entryId'], run: getWebPlayableByEntryId },
    getUrl: { permission: 'any', required: ['id'], run: getUrl }
  }
}
