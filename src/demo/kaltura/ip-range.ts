import ipaddr from 'ipaddr.js'

function parse(address: string): ipaddr.IPv4 | null {
  try {
    const parsed = ipaddr.process(address.trim())
    return parsed.kind() === 'ipv4' ? (parsed as ipaddr.IPv4) : null
  } catch {
    return null
  }
}

function toNumber(address: ipaddr.IPv4): number {
  return address.octets.reduce((sum, octet) => sum * 256 + octet, 0)
}

/**
 * Whether an IPv4 address (also an IPv4-mapped IPv6 one) lies in a range as access rules write it: a single address,
 * `a-b`, `net/bits` or `net/mask`. IPv6 is in no range (reference access-control.md section 2, condition 3).
 */
export function inRange(address: string, range: string): boolean {
  const ip = parse(address)
  if (ip === null) return false
  const dash = range.split('-')
  if (dash.length === 2) {
    const [from, to] = [parse(dash[0]!), parse(dash[1]!)]
    return from !== null && to !== null && toNumber(ip) >= toNumber(from) && toNumber(ip) <= toNumber(to)
  }
  const [net = '', bits] = range.split('/')
  const base = parse(net)
  if (base === null) return false
  if (bits === undefined) return toNumber(ip) === toNumber(base)
  const prefix = /^\d{1,2}$/.test(bits) ? Number(bits) : parse(bits)?.prefixLengthFromSubnetMask()
  return typeof prefix === 'number' && prefix <= 32 && ip.match(base, prefix)
}
