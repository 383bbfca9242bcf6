import { trimRange } from '../edits.js'
import { ManifestError } from '../manifest-error.js'
import { parseAttributes } from './attributes.js'
import { type PlaylistLimits, readLine, splitLines } from './lines.js'
import { isPlaylist } from './playlist-kind.js'

/**
 * What a URI belongs to: `variant` and `segment` are URI lines (a variant follows EXT-X-STREAM-INF); otherwise the name of the tag
 * whose attribute it is, such as `EXT-X-MEDIA`. `EXT-X-DEFINE`: the value of a variable, which becomes part of URIs.
 */
export type UriKind = 'variant' | 'segment' | `EXT${string}`

/** One URI and where it stands, without quotes and outer white space. Offsets are UTF-16 units. */
export interface UriSite {
  uri: string
  kind: UriKind
  /** Counted from 1. */
  line: number
  start: number
  end: number
  /** An attribute's value without quotes, which a comma would end. */
  bare: boolean
}

/**
 * Attributes that hold a URI in whatever EXT tag: URI everywhere, SERVER-URI in EXT-X-CONTENT-STEERING, the other two in EXT-X-DATERANGE
 * (interstitials). Unknown tags included: a vendor's image or low-latency tag names its file in URI as well.
 */
const uriAttributes = new Set(['URI', 'SERVER-URI', 'X-ASSET-URI', 'X-ASSET-LIST'])

/**
 * All URIs of a master or media playlist, in order. An empty one is left out: players read it as absent.
 * Throws ManifestError `not-playlist`, `too-large`, `too-many-lines`, `too-many-parts`.
 */
export function findUriSites(text: string, limits: PlaylistLimits = {}): UriSite[] {
  if (!isPlaylist(text)) throw new ManifestError('not-playlist', 'the text does not start with #EXTM3U')
  const sites: UriSite[] = []
  let variantPending = false
  let attributesLeft = limits.maxAttributes ?? 100_000
  const add = (kind: UriKind, line: number, start: number, end: number, bare: boolean) => {
    const range = trimRange(text, start, end)
    if (range.start === range.end) return
    const uri = text.slice(range.start, range.end)
    sites.push({ uri, kind, line, start: range.start, end: range.end, bare })
  }
  for (const line of splitLines(text, limits)) {
    const content = readLine(text, line)
    if (content.type === 'uri') {
      add(variantPending ? 'variant' : 'segment', line.number, content.start, content.end, false)
      variantPending = false
    } else if (content.type === 'tag') {
      if (content.name === 'EXT-X-STREAM-INF') variantPending = true
      // The title of an EXTINF is free text and no attribute list.
      if (!content.name.startsWith('EXT-')) continue
      const attributes = parseAttributes(text, content.valueStart, content.valueEnd)
      attributesLeft -= attributes.length
      if (attributesLeft < 0) throw new ManifestError('too-many-parts', 'the playlist has too many attributes')
      for (const attribute of attributes) {
        const isDefinition = content.name === 'EXT-X-DEFINE' && attribute.name === 'VALUE'
        if (!isDefinition && !uriAttributes.has(attribute.name)) continue
        add(content.name as UriKind, line.number, attribute.valueStart, attribute.valueEnd, !attribute.quoted)
      }
    }
  }
  return sites
}
