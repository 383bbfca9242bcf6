import { elementText } from './edit-text.js'
import { type MpdLimits, scanMpd } from './scan-mpd.js'

/**
 * The Location elements of an MPD's root, in order: entities replaced, as written otherwise (perhaps relative, to the MPD's own URL).
 * Throws ManifestError `doctype`, `not-mpd`, `malformed`, `too-deep`, `too-large`.
 */
export function mpdLocations(text: string, limits: MpdLimits = {}): string[] {
  return readRoot(text, limits).locations
}

/**
 * Whether an MPD only says where the real one is: a Location and no Period. No player follows that by itself (measured in
 * shaka-player, dash.js, video.js, the Kaltura Player and ffmpeg), so whoever serves manifests has to. Errors as `mpdLocations`.
 */
export function isLocationOnly(text: string, limits: MpdLimits = {}): boolean {
  const root = readRoot(text, limits)
  return root.locations.length > 0 && !root.hasPeriod
}

function readRoot(text: string, limits: MpdLimits): { locations: string[]; hasPeriod: boolean } {
  const locations: string[] = []
  let hasPeriod = false
  scanMpd(text, limits, (element) => {
    if (element.depth !== 2 || !element.dash) return
    if (element.local === 'Period') hasPeriod = true
    if (element.local !== 'Location') return
    const location = elementText(element)
    if (location !== '') locations.push(location)
  })
  return { locations, hasPeriod }
}
