import type { Decision } from '../resolve/decision.js'
import type { Rendered } from './render.js'

/** What a signed link, or a rule, allows an answer. */
export interface LinkLimits {
  /** Unix s; null: no end. */
  expires: number | null
  /** For one kind of device or some addresses only, which no cache can tell apart. */
  bound: boolean
}

/**
 * What rules allow an answer: what was decided by the time of day ends with it, what was decided by the session is for one
 * viewer. `now`: Unix ms.
 */
export function limitsOfRules(bounds: Decision['bounds'], now: number): LinkLimits[] {
  if (bounds === null) return []
  const ends = [bounds.until, bounds.longest === null ? null : now + bounds.longest].filter((end) => end !== null)
  return [{ expires: ends.length === 0 ? null : Math.min(...ends) / 1000, bound: bounds.private }]
}

/** Directives that count seconds, in the order in which a cache uses them up. */
const LIFE = /\b(s-maxage|max-age|stale-while-revalidate|stale-if-error)=(\d+)/g

/**
 * The answer to a bounded request, which must not outlive its bound: fresh and stale life together end there. What is bound
 * is kept by nobody.
 *
 * @param now Unix ms
 */
export function limitLife(rendered: Rendered, { expires, bound }: LinkLimits, now: number): Rendered {
  const caching = rendered.headers['cache-control'] ?? 'no-store'
  if (/\bno-store\b/.test(caching)) return rendered
  if (bound) return withCaching(rendered, 'private, no-store')
  if (expires === null) return rendered
  const left = Math.floor(expires - now / 1000)
  if (left <= 0) return withCaching(rendered, 'no-store')
  const fresh = Math.min(left, Math.max(0, ...[...caching.matchAll(LIFE)].filter(isFresh).map(secondsIn)))
  return withCaching(
    rendered,
    caching.replace(
      LIFE,
      (_, name: string, text: string) =>
        `${name}=${Math.min(Number(text), name.startsWith('stale') ? left - fresh : left)}`
    )
  )
}

function isFresh([, name = '']: RegExpMatchArray): boolean {
  return !name.startsWith('stale')
}

function secondsIn([, , text = '']: RegExpMatchArray): number {
  return Number(text)
}

function withCaching(rendered: Rendered, caching: string): Rendered {
  return { ...rendered, headers: { ...rendered.headers, 'cache-control': caching } }
}
