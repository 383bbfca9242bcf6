import type { PlaylistLimits } from './lines.js'
import { findUriSites, type UriKind } from './uri-sites.js'

/** A URI as it stands in a playlist; `line` counts from 1. */
export interface PlaylistUri {
  uri: string
  line: number
  kind: UriKind
}

/**
 * Every URI of a playlist in order, relative or not, to look for tokens, KS and hosts. Values of EXT-X-DEFINE are among them
 * (kind `EXT-X-DEFINE`), since a token can be hidden there. Throws ManifestError `not-playlist`, `too-large`, `too-many-lines`.
 */
export function listUris(text: string, limits: PlaylistLimits = {}): PlaylistUri[] {
  return findUriSites(text, limits).map(({ uri, line, kind }) => ({ uri, line, kind }))
}
