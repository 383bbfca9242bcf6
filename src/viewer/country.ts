import { type RequestHeaders, readHeader } from './request-headers.js'

/** Headers in which CDNs name the viewer's country: CloudFront, Cloudflare, and what nginx or Varnish are told to write. */
export const COUNTRY_HEADERS = ['cloudfront-viewer-country', 'cf-ipcountry', 'x-country-code'] as const

/**
 * The viewer's country as a CDN in front has worked it out: ISO 3166-1 alpha-2 in capitals; null when none says one. Pass the
 * headers of trusted peers only: anybody can send these names. Names looked at are added to `read`, absent ones too: a
 * CDN leaves the header out where it does not know the country.
 */
export function countryFromCdnHeaders(headers: RequestHeaders, read?: Set<string>): string | null {
  for (const name of COUNTRY_HEADERS) {
    const text = readHeader(headers, name, read)?.toUpperCase()
    if (text === undefined) continue
    // XX and T1 (Tor) are Cloudflare's for "no country".
    return /^[A-Z]{2}$/.test(text) && text !== 'XX' ? text : null
  }
  return null
}
