import { expandUrlset } from './urlset.js'

/** One flavor asset as a delivery URL names it. */
export interface Source {
  readonly entryId: string
  readonly flavorId: string
  /** Set in download URLs: the name to save under. */
  readonly fileName?: string
}

/** A delivery URL taken apart. */
export type DeliveryPath =
  | { readonly kind: 'progressive'; readonly source: Source }
  | {
      readonly kind: 'packaged'
      readonly container: 'ts' | 'fragmented'
      /** In the order of the URL: `f1` in file names is the first. */
      readonly sources: readonly Source[]
      /** The last path segment, such as `master.m3u8` or `seg-1-v1-a1.ts`. */
      readonly file: string
    }

/**
 * Takes a decoded delivery path apart: `/p/...` (progressive), `/hls/...` (MPEG-TS), `/hls/container/fmp4/...` and
 * `/dash/...` (fragmented MP4), each optionally behind `/scf` (signed distributions) or `/s` (LimeLight).
 * Reference: delivery-urls.md, sections 1 and 2.
 *
 * @returns undefined when it is none of these or names no entry and flavor
 */
export function parseDeliveryPath(path: string): DeliveryPath | undefined {
  const match = /^(?:\/scf|\/s)?(\/hls\/container\/fmp4|\/hls|\/dash)?(\/p\/.*)$/s.exec(path)
  if (!match) return undefined
  const [, prefix, rest] = match
  if (prefix === undefined) {
    const source = parseSource(rest!)
    return source && { kind: 'progressive', source }
  }
  const slash = rest!.lastIndexOf('/')
  const sources = expandUrlset(rest!.slice(0, slash))?.map(parseSource)
  if (sources === undefined || !sources.every((source) => source !== undefined)) return undefined
  const container = prefix === '/hls' ? 'ts' : 'fragmented'
  return { kind: 'packaged', container, sources, file: rest!.slice(slash + 1) }
}

/**
 * Reads the name and value pairs around `serveFlavor` in whatever order they come. Names without meaning here (cache
 * versions, clipping, tokens, `forceproxy`, `name`) are passed over; so is the `index.m3u8` that an HLS manifest URL
 * keeps of the playlist URL it was made from.
 */
function parseSource(path: string): Source | undefined {
  const segments = path.slice(1).split('/')
  const action = segments.indexOf('serveFlavor')
  if (action < 0 || action % 2 !== 0) return undefined
  const rest = segments.slice(action + 1)
  if (rest.length % 2 === 1 && rest.pop() !== 'index.m3u8') return undefined
  const pairs = new Map<string, string>()
  for (let i = 0; i < rest.length; i += 2) pairs.set(rest[i]!, rest[i + 1]!)
  const entryId = pairs.get('entryId')
  const flavorId = pairs.get('flavorId')
  const fileName = pairs.get('fileName')
  if (!entryId || !flavorId) return undefined
  return { entryId, flavorId, ...(fileName ? { fileName } : {}) }
}
