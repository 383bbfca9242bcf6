import type { KalturaOptions } from '../options.js'

/** Scheme of delivery URLs when the CDN speaks only one. */
export function onlyScheme(options: Pick<KalturaOptions, 'cdnScheme' | 'cdnBaseUrl'>): 'http' | 'https' | null {
  if (options.cdnScheme !== 'base') return null
  return options.cdnBaseUrl.startsWith('https:') ? 'https' : 'http'
}

/**
 * Origin and path prefix of a profile. The scheme is the one given; a profile URL that is empty or starts with a slash
 * hangs below the CDN base. Neither part ends with a slash.
 */
export function profileHost(url: string, cdnBase: string, scheme: string): { origin: string; prefix: string } {
  const whole = (url === '' || url.startsWith('/') ? `${cdnBase}${url}` : url).replace(/^[a-z]+:\/\//i, '')
  const slash = whole.indexOf('/')
  const host = slash < 0 ? whole : whole.slice(0, slash)
  return { origin: `${scheme}://${host}`, prefix: slash < 0 ? '' : whole.slice(slash).replace(/\/$/, '') }
}
