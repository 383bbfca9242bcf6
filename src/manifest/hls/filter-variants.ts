import { applyEdits, type Edit } from '../edits.js'
import { ManifestError } from '../manifest-error.js'
import { type Attribute, attributeMap, parseAttributes } from './attributes.js'
import { type Line, type PlaylistLimits, readLine, splitLines } from './lines.js'
import { playlistKind } from './playlist-kind.js'

/** What a line of a master offers: EXT-X-STREAM-INF, EXT-X-I-FRAME-STREAM-INF, EXT-X-IMAGE-STREAM-INF, EXT-X-MEDIA. */
export type OfferKind = 'variant' | 'iframes' | 'images' | 'rendition'

/** Decides whether an offer stays. `uri` is empty for a rendition without one (closed captions); attribute values are unquoted. */
export type KeepOffer = (uri: string, attributes: ReadonlyMap<string, string>, kind: OfferKind) => boolean

interface Offer {
  kind: OfferKind
  uri: string
  attributes: Attribute[]
  lines: Line[]
}

const kinds = new Map<string, OfferKind>([
  ['EXT-X-STREAM-INF', 'variant'],
  ['EXT-X-I-FRAME-STREAM-INF', 'iframes'],
  ['EXT-X-IMAGE-STREAM-INF', 'images'],
  ['EXT-X-MEDIA', 'rendition']
])

/**
 * Drops the offers of a master playlist that `keep` does not want, each with its lines; the lines around and between them stay.
 * Where a group (TYPE and GROUP-ID) has lost all its renditions, the attribute that named it (`AUDIO="audio"`) leaves the remaining
 * streams: a player refuses a reference to nothing. DEFAULT and AUTOSELECT of the others stay as they are.
 * Null when no variant would be left. Throws ManifestError `not-master`, `too-large`, `too-many-lines`.
 */
export function filterVariants(text: string, keep: KeepOffer, limits: PlaylistLimits = {}): string | null {
  const lines = splitLines(text, limits)
  if (playlistKind(text, limits) !== 'master') throw new ManifestError('not-master', 'the text is no master playlist')
  const offers = readOffers(text, lines)
  const kept = offers.filter((offer) => keep(offer.uri, attributeMap(offer.attributes), offer.kind))
  if (!kept.some((offer) => offer.kind === 'variant')) return null
  const stays = new Set(kept)
  const cuts = offers
    .filter((offer) => !stays.has(offer))
    .flatMap((offer) => offer.lines.map((line) => ({ start: line.start, end: line.next, text: '' })))
  const remaining = new Set(kept.flatMap(groupOf))
  const lost = new Set(offers.flatMap(groupOf).filter((group) => !remaining.has(group)))
  const streams = kept.filter((offer) => offer.kind !== 'rendition')
  const dangling = streams.flatMap((offer) => cutReferences(offer.attributes, lost))
  return applyEdits(text, [...cuts, ...dangling])
}

/** What a master playlist offers, in order. */
export function readOffers(text: string, lines: readonly Line[]): Offer[] {
  const offers: Offer[] = []
  let variant: Offer | null = null
  for (const line of lines) {
    const content = readLine(text, line)
    if (content.type === 'uri' && variant !== null) {
      variant.uri = text.slice(content.start, content.end)
      variant.lines.push(line)
      variant = null
    }
    const kind = content.type === 'tag' ? kinds.get(content.name) : undefined
    if (content.type !== 'tag' || kind === undefined) continue
    const attributes = parseAttributes(text, content.valueStart, content.valueEnd)
    const uri = kind === 'variant' ? '' : (attributes.findLast(({ name }) => name === 'URI')?.value ?? '')
    const offer: Offer = { kind, uri, attributes, lines: [line] }
    offers.push(offer)
    if (kind === 'variant') variant = offer
  }
  return offers
}

/** The group of a rendition as one string; a line break cannot stand in an attribute, so no two groups collide. */
function groupOf(offer: Offer): string[] {
  if (offer.kind !== 'rendition') return []
  const attributes = attributeMap(offer.attributes)
  return [`${attributes.get('TYPE') ?? ''}\n${attributes.get('GROUP-ID') ?? ''}`]
}

/** The attribute that names a group is called as its TYPE: AUDIO, VIDEO, SUBTITLES, CLOSED-CAPTIONS. */
function cutReferences(attributes: readonly Attribute[], lost: ReadonlySet<string>): Edit[] {
  const edits: Edit[] = []
  let keptBefore = false
  for (const [index, attribute] of attributes.entries()) {
    // CLOSED-CAPTIONS=NONE, without quotes, says that there are none.
    const dangling = attribute.quoted && lost.has(`${attribute.name}\n${attribute.value}`)
    if (!dangling) {
      keptBefore = true
      continue
    }
    // The comma before goes too; at the head of the list the one behind.
    const before = keptBefore ? attributes[index - 1] : undefined
    if (before !== undefined) edits.push({ start: before.end, end: attribute.end, text: '' })
    else edits.push({ start: attribute.start, end: attributes[index + 1]?.start ?? attribute.end, text: '' })
  }
  return edits
}
