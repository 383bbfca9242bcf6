import ipaddr from 'ipaddr.js'

/** Everything that is given out as global unicast; what is outside (`::7f00:1`, an IPv4 address in disguise) leads nowhere good. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number]

/**
 * Whether an address is one that only insiders can reach: loopback, private, link-local, mapped, NAT64 and the like.
 * Everything that is not plain unicast counts; so does text that is no address, and an address with a zone.
 */
export function isPrivateAddress(address: string): boolean {
  if (address.includes('%') || !ipaddr.isValid(address)) return true
  // `process` turns an IPv4-mapped IPv6 address into the IPv4 address that would be dialled.
  const parsed = ipaddr.process(address)
  if (parsed.range() !== 'unicast') return true
  return parsed instanceof ipaddr.IPv6 && !parsed.match(GLOBAL_UNICAST)
}
