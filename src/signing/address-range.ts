import ipaddr from 'ipaddr.js'

/** A range of addresses in its one spelling. */
export interface AddressRange {
  /** `address/bits`, the address with all bits behind the prefix cleared. */
  text: string
  has(address: string | undefined): boolean
}

/**
 * Reads an address or a CIDR range; null for anything else. A range of IPv4 is written as IPv4: the IPv6 spelling of the
 * same addresses is refused, so that there is one text for one range.
 */
export function readRange(text: string): AddressRange | null {
  const match = /^([0-9a-fA-F:.]{2,39})(?:\/(\d{1,3}))?$/.exec(text)
  const address = match === null ? null : parse(match[1]!)
  if (match === null || address === null) return null
  const size = address.kind() === 'ipv4' ? 32 : 128
  const bits = match[2] === undefined ? size : Number(match[2])
  // A range of all addresses binds nobody.
  if (bits < 1 || bits > size) return null
  const whole = `${address.toString()}/${bits}`
  const network =
    address.kind() === 'ipv4'
      ? ipaddr.IPv4.networkAddressFromCIDR(whole)
      : ipaddr.IPv6.networkAddressFromCIDR(`${address.toNormalizedString()}/${bits}`)
  return {
    text: `${network.toString()}/${bits}`,
    has: (given) => {
      const other = given === undefined ? null : parseAny(given)
      return other !== null && other.kind() === network.kind() && other.match(network, bits)
    }
  }
}

type Address = ipaddr.IPv4 | ipaddr.IPv6

function parse(text: string): Address | null {
  // The library also reads octal and shortened IPv4, which mean something else elsewhere.
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text)
  if (!text.includes(':') || !ipaddr.IPv6.isValid(text)) return null
  const address = ipaddr.IPv6.parse(text)
  return address.isIPv4MappedAddress() ? null : address
}

/** The address of a peer: a socket for both families shows IPv4 as mapped IPv6, and link-local ones have a zone. */
function parseAny(text: string): Address | null {
  const bare = text.split('%', 1)[0]!
  if (bare.includes(':') && ipaddr.IPv6.isValid(bare)) return ipaddr.process(bare)
  return parse(bare)
}
