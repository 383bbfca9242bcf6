import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { LRUCache } from 'lru-cache'
import { bareAddress } from '../viewer/bare-address.js'

/** Which peers are proxies whose word about the client counts. */
interface Proxies {
  has(address: string | undefined): boolean
}

/**
 * Who a request counts for: the peer, or behind trusted proxies the address that the last of them saw. IPv6 by /64, which
 * is what one customer is given; IPv4 in its own spelling even when it is mapped.
 *
 * @param forwardedFor the request's `X-Forwarded-For`
 * @returns null when a trusted proxy names no client: then nobody can be told apart, and limiting the proxy would limit all
 */
export function clientKey(
  peer: string | undefined,
  forwardedFor: string | string[] | undefined,
  proxies: Proxies
): string | null {
  if (peer === undefined) return null
  if (!proxies.has(peer)) return networkOf(peer)
  const text = Array.isArray(forwardedFor) ? forwardedFor.join(',') : (forwardedFor ?? '')
  const named = text.split(',')
  // From the nearest to the farthest: what stands left of the first stranger is only what the stranger says.
  for (let at = named.length - 1; at >= 0; at--) {
    if (at === 0 || !proxies.has(named[at])) return networkOf(named[at]!)
  }
  return null
}

/** The address itself, or the /64 of an IPv6 one; null for what is no address. */
function networkOf(text: string): string | null {
  const known = networks.get(text)
  if (known !== undefined) return known
  const address = bareAddress(text)
  if (address === null || isIP(address) === 4) return address
  const network = networkOfIPv6(ipaddr.IPv6.parse(address))
  networks.set(text, network)
  return network
}

/** Reading an IPv6 address takes 3 µs, and a viewer comes again. */
const networks = new LRUCache<string, string>({ max: 10_000 })

function networkOfIPv6(parsed: ipaddr.IPv6): string {
  return `${parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`
}
