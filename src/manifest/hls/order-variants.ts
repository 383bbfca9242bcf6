import { applyEdits } from '../edits.js'
import { attributeMap } from './attributes.js'
import { readOffers } from './filter-variants.js'
import { type Line, type PlaylistLimits, readLine, splitLines } from './lines.js'

/**
 * Puts the variants of a master playlist in another order: each, from its tag up to its URI, takes one of the places where
 * variants stood, and everything between those places stays. Variants that compare as 0 keep their order. A playlist
 * with a variant that has no URI stays as it is, and so does one that defines variables behind its first variant, since they
 * hold only for what stands behind them. Throws ManifestError `too-large`, `too-many-lines`.
 */
export function orderVariants(
  text: string,
  compare: (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>) => number,
  limits: PlaylistLimits = {}
): string {
  const all = splitLines(text, limits)
  const variants = readOffers(text, all).filter(({ kind }) => kind === 'variant')
  if (variants.some(({ lines }) => lines.length !== 2) || definesBehind(text, all, variants[0]?.lines[0])) return text
  const places = variants.map(({ lines, attributes }) => {
    const start = lines[0]!.start
    const end = lines[1]!.end
    return { start, end, text: text.slice(start, end), attributes: attributeMap(attributes) }
  })
  const ordered = places.toSorted((a, b) => compare(a.attributes, b.attributes))
  return applyEdits(
    text,
    places.map(({ start, end }, index) => ({ start, end, text: ordered[index]!.text }))
  )
}

function definesBehind(text: string, lines: readonly Line[], first: Line | undefined): boolean {
  return lines.some((line) => {
    if (first === undefined || line.start < first.start) return false
    const content = readLine(text, line)
    return content.type === 'tag' && content.name === 'EXT-X-DEFINE'
  })
}
