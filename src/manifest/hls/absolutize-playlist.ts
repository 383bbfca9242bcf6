import { applyEdits, type Edit } from '../edits.js'
import { type BaseUrl, parseBaseUrl, resolveReference } from '../resolve-reference.js'
import type { PlaylistLimits } from './lines.js'
import { findUriSites, type UriSite } from './uri-sites.js'

/**
 * Makes every URI of a master or media playlist absolute, so that it can be answered from another URL than `baseUrl`, the one it was
 * fetched from. Nothing else changes; with all URIs absolute the very string comes back.
 *
 * A URI that starts with a variable (`{$host}/a.m3u8`, EXT-X-DEFINE) stays: its value may be absolute, and for IMPORT and
 * QUERYPARAM only the player knows it. `hasRelativeUris` tells whether such URIs are left.
 * Throws ManifestError `not-playlist`, `too-large`, `too-many-lines`, `bad-base`.
 */
export function absolutizePlaylist(text: string, baseUrl: string, limits: PlaylistLimits = {}): string {
  const base = parseBaseUrl(baseUrl)
  const edits: Edit[] = []
  for (const site of findUriSites(text, limits)) {
    const absolute = isReference(site) && !startsWithVariable(site.uri) ? resolveReference(site.uri, base) : null
    if (absolute === null) continue
    // The base of several flavors in one URL has commas (`flavorId/0_,a,b,/name`): without quotes they would end the value.
    const needsQuotes = site.bare && /[,\s]/.test(absolute)
    edits.push({
      start: site.start,
      end: site.end,
      text: needsQuotes ? `"${absolute.replaceAll('"', '%22')}"` : absolute
    })
  }
  return applyEdits(text, edits)
}

const anyBase: BaseUrl = { scheme: 'https:', origin: 'https://base.invalid', path: '/', query: '' }

/**
 * Whether a playlist still needs to know where it came from. After `absolutizePlaylist` that is so only because of variables (a URI
 * that starts with one, or a QUERYPARAM definition, which reads the playlist's own URL): redirect then, rather than serve a copy.
 */
export function hasRelativeUris(text: string, limits: PlaylistLimits = {}): boolean {
  if (/^#EXT-X-DEFINE:.*QUERYPARAM=/m.test(text)) return true
  return findUriSites(text, limits).some((site) => isReference(site) && resolveReference(site.uri, anyBase) !== null)
}

function isReference(site: UriSite): boolean {
  return site.kind !== 'EXT-X-DEFINE'
}

/** Also `http{$s}://host`: a variable inside of what can only be a scheme. */
function startsWithVariable(uri: string): boolean {
  const slash = uri.search(/[/?#]/)
  const head = slash < 0 ? uri : uri.slice(0, slash)
  return head.startsWith('{$') || (head.includes('{$') && head.endsWith(':') && uri.startsWith('//', slash))
}
