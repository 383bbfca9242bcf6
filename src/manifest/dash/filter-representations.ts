import { applyEdits, type Edit } from '../edits.js'
import { type MpdElement, type MpdLimits, scanMpd } from './scan-mpd.js'

/** A Representation as `keep` sees it. Attribute maps hold the attributes without prefix, as written. */
export interface MpdRepresentation {
  id: string
  /** Of its Period, from 0. */
  period: number
  /** bit/s; 0 when missing or no number. */
  bandwidth: number
  attributes: ReadonlyMap<string, string>
  /** Those of its AdaptationSet, where packagers put what all have in common (mimeType, lang, contentType). */
  adaptationSet: ReadonlyMap<string, string>
  /** Whether it is there for seeking alone (DASH-IF trick mode, or tiles of thumbnails): nobody can play it. */
  trick: boolean
}

const TRICK_SCHEMES: ReadonlySet<string> = new Set([
  'http://dashif.org/guidelines/trickmode',
  'http://dashif.org/guidelines/thumbnail_tile',
  'http://dashif.org/thumbnail_tile'
])

interface Found {
  element: MpdElement
  representation: MpdRepresentation
}

/**
 * Cuts the Representations that `keep` does not want, and AdaptationSets that lost all of theirs, with their lines. A Representation
 * that a kept one needs (dependencyId) stays. The rest keeps its bytes: also Subset and Preselection, which may then name a set that is
 * gone. Null when a Period would lose all of its media. Errors as `listMpdUris`.
 */
export function filterRepresentations(
  text: string,
  keep: (representation: MpdRepresentation) => boolean,
  limits: MpdLimits = {}
): string | null {
  const found: Found[] = []
  const periods: unknown[] = []
  const trick = new Set<MpdElement | null>()
  scanMpd(text, limits, (element) => {
    const set = element.parent
    // Essential: who does not know the scheme has to leave its parent alone. It may stand behind what it is about.
    if (element.dash && element.local === 'EssentialProperty') {
      if (TRICK_SCHEMES.has(plainAttributes(element).get('schemeIdUri') ?? '')) trick.add(set)
    }
    if (!element.dash || element.local !== 'Representation' || set?.local !== 'AdaptationSet') return
    if (periods.at(-1) !== set.parent) periods.push(set.parent)
    found.push({ element, representation: describe(element, set, periods.length - 1) })
  })
  for (const { element, representation } of found) {
    representation.trick = trick.has(element) || trick.has(element.parent)
  }
  const kept = withDependencies(found, new Set(found.filter(({ representation }) => keep(representation))))
  if (found.length === kept.size) return text
  const keptSets = new Set([...kept].map(({ element }) => element.parent))
  const keptPeriods = new Set([...keptSets].map((set) => set?.parent))
  if (found.some(({ element }) => !keptPeriods.has(element.parent?.parent))) return null
  const cuts = new Set<MpdElement>()
  for (const item of found) {
    if (kept.has(item)) continue
    const set = item.element.parent
    cuts.add(set !== null && !keptSets.has(set) ? set : item.element)
  }
  return applyEdits(
    text,
    [...cuts].map((element) => cut(text, element))
  )
}

function describe(element: MpdElement, set: MpdElement, period: number): MpdRepresentation {
  const attributes = plainAttributes(element)
  const bandwidth = Number(attributes.get('bandwidth') ?? 0)
  return {
    id: attributes.get('id') ?? '',
    period,
    bandwidth: Number.isFinite(bandwidth) ? bandwidth : 0,
    attributes,
    adaptationSet: plainAttributes(set),
    trick: false
  }
}

function plainAttributes(element: MpdElement): ReadonlyMap<string, string> {
  const plain = element.attributes.filter(({ namespace }) => namespace === '')
  return new Map(plain.map(({ local, value }) => [local, value]))
}

/** Adds what kept Representations depend on, within their Period, and what that depends on in turn. */
function withDependencies(found: readonly Found[], kept: ReadonlySet<Found>): Set<Found> {
  const byPeriod = new Map<unknown, Map<string, Found>>()
  const periodOf = (item: Found) => item.element.parent?.parent
  for (const item of found) {
    const ids = byPeriod.get(periodOf(item)) ?? new Map<string, Found>()
    byPeriod.set(periodOf(item), ids.set(item.representation.id, item))
  }
  const all = new Set(kept)
  // A set visits what is added while it is walked.
  for (const item of all) {
    for (const id of item.representation.attributes.get('dependencyId')?.split(/\s+/) ?? []) {
      const needed = byPeriod.get(periodOf(item))?.get(id)
      if (needed !== undefined) all.add(needed)
    }
  }
  return all
}

/** The element with the indentation and line break before it, if it begins its line. */
function cut(text: string, element: MpdElement): Edit {
  let start = element.start
  while (text[start - 1] === ' ' || text[start - 1] === '\t') start -= 1
  if (text[start - 1] === '\n') start -= text[start - 2] === '\r' ? 2 : 1
  else start = element.start
  return { start, end: element.end, text: '' }
}
