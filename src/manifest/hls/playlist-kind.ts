import { type Line, type PlaylistLimits, readLine, splitLines } from './lines.js'

/** Whether a body is an HLS playlist at all: `#EXTM3U` first, perhaps behind a byte order mark (RFC 8216 section 4.3.1.1). */
export function isPlaylist(text: string): boolean {
  return /^\uFEFF?#EXTM3U(?:\s|$)/.test(text)
}

/**
 * What a playlist is. `master`: it has a variant (EXT-X-STREAM-INF); `media`: it has a segment or a target duration. `invalid`: no
 * playlist, neither of both (nothing to play), both (RFC 8216 section 4.3 forbids it), or over a limit. Never throws.
 */
export function playlistKind(text: string, limits: PlaylistLimits = {}): 'master' | 'media' | 'invalid' {
  if (!isPlaylist(text)) return 'invalid'
  let lines: Line[]
  try {
    lines = splitLines(text, limits)
  } catch {
    return 'invalid'
  }
  let master = false
  let media = false
  for (const line of lines) {
    const content = readLine(text, line)
    if (content.type !== 'tag') continue
    if (content.name === 'EXT-X-STREAM-INF') master = true
    else if (content.name === 'EXTINF' || content.name === 'EXT-X-TARGETDURATION') media = true
  }
  if (master === media) return 'invalid'
  return master ? 'master' : 'media'
}
