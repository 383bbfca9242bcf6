/** How long an answer may be kept, and by whom. */
export interface Caching {
  /** Seconds; 0: not at all. */
  maxAge: number
  /** Whether only the client itself may keep it, which is so for all of playManifest's answers. */
  isPrivate: boolean
  /** Unix seconds; null when unknown. */
  lastModified: number | null
  /** Unix seconds. */
  now: number
}

/** Kaltura's word for "long ago". */
const LONG_AGO = 'Sun, 19 Nov 2000 08:52:00 GMT'

function httpDate(seconds: number): string {
  return new Date(seconds * 1000).toUTCString()
}

/** Caching headers as the application sets them (reference playmanifest.md section 8, vectors caching-headers-*). */
export function cachingHeaders({ maxAge, isPrivate, lastModified, now }: Caching): Record<string, string> {
  if (maxAge <= 0) {
    return {
      expires: LONG_AGO,
      'cache-control': 'no-store, no-cache, must-revalidate, post-check=0, pre-check=0',
      pragma: 'no-cache'
    }
  }
  return {
    'cache-control': `${isPrivate ? 'private' : 'public'}, max-age=${maxAge}, max-stale=0`,
    expires: httpDate(now + maxAge),
    'last-modified': lastModified === null ? LONG_AGO : httpDate(lastModified)
  }
}
