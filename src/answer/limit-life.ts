import type { Rendered } from './render.js'

/** What a signed link allows its answer. */
export interface LinkLimits {
  /** Unix s; null: no end. */
  expires: number | null
  /** For one kind of device or some addresses only, which no cache can tell apart. */
  bound: boolean
}

/** Directives that count seconds, in the order in which a cache uses them up. */
const LIFE = /\b(s-maxage|max-age|stale-while-revalidate|stale-if-error)=(\d+)/g

/**
 * The answer to a signed request, which must not outlive it: fresh and stale life together end with the link. What is bound
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
