import type { Catalog } from '../catalog.js'
import type { CatalogEntry, CatalogFlavor } from '../catalog-types.js'
import type { ClipStyle } from './kinds.js'

/** Parts of a delivery path that come from the request. Milliseconds; 0 or less is "not set". */
export interface PathRequest {
  seekFrom: number
  clipTo: number
  /** `/uiConfId/{n}/sessionId/{s}`, for the play server only. */
  playServer: { uiConfId: string; sessionId: string } | null
  /** Ids of stitched entries; empty for an ordinary request. */
  sequence: readonly string[]
  /** Saved under this name; null when it is no download. */
  fileName: string | null
}

/** Characters that a download name keeps; every other becomes an underscore (reference delivery-urls.md section 1). */
const NOT_IN_FILE_NAME = /[^A-Za-z0-9\-._~!$()*+,;=:@]/g

/** The clip's ends, right after the entry id: what Kaltura adds last comes first. */
function clipPart(style: ClipStyle, { seekFrom, clipTo }: Pick<PathRequest, 'seekFrom' | 'clipTo'>): string {
  const to = clipTo > 0 ? `/clipTo/${clipTo}` : ''
  const from = seekFrom > 0 ? `/clipFrom/${seekFrom}` : ''
  if (style === 'end') return to
  return style === 'end-start' ? `${to}${from}` : `${to}${from}${to}`
}

function version(name: string, value: string | number | undefined): string {
  return value === undefined || ['', '0'].includes(String(value)) ? '' : `/${name}/${value}`
}

/**
 * The common path of one flavor: `/p/../serveFlavor/entryId/..[clip][/v/..][/pv/..][/ev/..]/flavorId/..[/fileName/..]`;
 * in a stitched sequence flavors are named by their params (reference delivery-urls.md section 1).
 */
export function basePath(
  catalog: Catalog,
  entry: CatalogEntry,
  flavor: CatalogFlavor,
  style: ClipStyle,
  request: PathRequest
): string {
  const partner = catalog.partners.get(entry.partnerId)
  const subp = partner?.subpId ?? entry.partnerId * 100
  const { playServer, sequence, fileName } = request
  const session =
    playServer === null
      ? ''
      : `${playServer.uiConfId === '' ? '' : `/uiConfId/${playServer.uiConfId}`}/sessionId/${playServer.sessionId}`
  const caches = `${version('pv', partner?.cacheVersion)}${version('ev', entry.cacheVersion)}`
  const what =
    sequence.length > 0
      ? `/sequence/${sequence.join(',')}${caches}/flavorParamIds/${flavor.flavorParamsId}`
      : `${version('v', flavor.version)}${caches}/flavorId/${flavor.id}`
  return (
    `/p/${flavor.partnerId}/sp/${subp}/serveFlavor/entryId/${entry.id}${clipPart(style, request)}${session}${what}` +
    (fileName === null ? '' : `/fileName/${fileName}`)
  )
}

/** The name a download is saved under: `{entry} ({flavor params}).{ext}` (recording clipto_download). */
export function downloadName(catalog: Catalog, entry: CatalogEntry, flavor: CatalogFlavor): string {
  const params = catalog.flavorParams.get(flavor.flavorParamsId) ?? ''
  const name = params === '' ? entry.name : `${entry.name} (${params})`
  const ext = flavor.fileExt === '' ? '' : `.${flavor.fileExt}`
  // Kaltura replaces bytes, not characters (vector download-name).
  return Buffer.from(`${name}${ext}`).toString('latin1').replace(NOT_IN_FILE_NAME, '_')
}
