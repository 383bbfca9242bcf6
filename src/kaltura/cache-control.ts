/** What a `Cache-Control` header says that matters here. */
export interface CacheControl {
  noStore: boolean
  /** Seconds; null when not given. */
  maxAge: number | null
}

/** Reads a `Cache-Control` header; several header lines count as one list. Unknown directives do not matter. */
export function readCacheControl(header: string | string[] | undefined): CacheControl {
  const text = (Array.isArray(header) ? header.join(',') : (header ?? '')).toLowerCase()
  const directives = text.split(',').map((part) => part.trim())
  const maxAge = directives.map((part) => /^max-age="?(\d{1,9})"?$/.exec(part)?.[1]).find((age) => age !== undefined)
  return {
    noStore: directives.includes('no-store') || directives.includes('no-cache'),
    maxAge: maxAge === undefined ? null : Number(maxAge)
  }
}
