import { type RequestHeaders, readHeader } from './request-headers.js'

interface Proxies {
  has(address: string | undefined): boolean
}

/**
 * Who is at the other end of a chain of proxies: the peer, or behind trusted ones the nearest address in `X-Forwarded-For`
 * that is none of them. What stands left of it is only what that one says.
 */
export function nearestStranger(
  peer: string | undefined,
  headers: RequestHeaders,
  proxies: Proxies
): string | undefined {
  if (!proxies.has(peer)) return peer
  const hops = (readHeader(headers, 'x-forwarded-for') ?? '').split(',').map((hop) => hop.trim())
  for (let at = hops.length - 1; at >= 0; at--) {
    const hop = hops[at]!
    if (hop !== '' && (at === 0 || !proxies.has(hop))) return hop
  }
  return peer
}

/** The scheme that he uses: that of the connection, or what the nearest proxy says where that is trusted. */
export function strangersScheme(
  peer: string | undefined,
  encrypted: boolean,
  headers: RequestHeaders,
  proxies: Proxies
): 'http' | 'https' {
  const said = proxies.has(peer) ? readHeader(headers, 'x-forwarded-proto') : undefined
  const last = said?.split(',').at(-1)?.trim().toLowerCase()
  if (last === 'https' || last === 'http') return last
  return encrypted ? 'https' : 'http'
}
