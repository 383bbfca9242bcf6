import type { RequestParams } from './params.js'
import { isTruthy } from './php-number.js'

/** Tags in order of preference; the tags of one level are alternatives. */
export type TagLevels = readonly (readonly string[])[]

/** What a flavor must have to be chosen by tags. */
interface Tagged {
  readonly tags: readonly string[]
}

/**
 * The tag levels that playManifest uses when a request names neither flavors nor tags. The comparison of the format is
 * case-sensitive: `AppleHTTP` gets the levels of an unknown format (reference section 4, recording fmt_uppercase).
 */
export function defaultTagLevels(format: string): string[][] {
  switch (format) {
    case 'sl':
      return [['ism']]
    case 'mpegdash':
      return [['dash'], ['ipadnew', 'iphonenew'], ['ipad', 'iphone']]
    case 'applehttp':
    case 'hds':
      return [['applembr'], ['ipadnew', 'iphonenew'], ['ipad', 'iphone']]
    default:
      return [['mbr'], ['web']]
  }
}

/**
 * The tag levels of one request. Every tag of the parameter `tags` is a level of its own, without Kaltura's defaults
 * behind them; a falsy value (`0`, empty) counts as not sent (vectors tags-zero-uses-defaults, tags-list-is-fallback-not-union).
 * Smooth Streaming without a stored ISM manifest takes the iPad and iPhone flavors in place of `ism` (reference section 3).
 */
export function requestTagLevels(format: string, params: RequestParams): string[][] {
  const { tags } = params
  if (isTruthy(tags)) return tags.split(',').map((tag) => [tag.trim()])
  return format === 'sl' ? [['ipadnew', 'iphonenew']] : defaultTagLevels(format)
}

export interface LevelMatch<T> {
  /** Position of the level that matched, from 0. */
  index: number
  /** In the order given; never empty. */
  flavors: T[]
}

/** The first level that at least one flavor answers to, with all flavors that do, or null. Tags compare exactly. */
export function matchLevels<T extends Tagged>(flavors: readonly T[], levels: TagLevels): LevelMatch<T> | null {
  for (const [index, level] of levels.entries()) {
    const matching = flavors.filter((flavor) => level.some((tag) => flavor.tags.includes(tag)))
    if (matching.length > 0) return { index, flavors: matching }
  }
  return null
}

/** The flavors of the first level with a match, in the order given; empty when no level has one. */
export function selectByLevels<T extends Tagged>(flavors: readonly T[], levels: TagLevels): T[] {
  return matchLevels(flavors, levels)?.flavors ?? []
}
