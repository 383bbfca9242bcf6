import ipaddr from 'ipaddr.js'

/**
 * Whether an address is one that only insiders can reach: loopback, private, link-local, mapped, NAT64 and the like.
 * Everything that is not plain unicast counts; so does text that is no address.
 */
export function isPrivateAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return true
  // `process` turns an IPv4-mapped IPv6 address into the IPv4 address that would be dialled.
  return ipaddr.process(address).range() !== 'unicast'
}
