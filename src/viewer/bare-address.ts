import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/**
 * An address as Kaltura's rules know it: without brackets, port and zone, IPv4 for IPv4-mapped IPv6, IPv6 in one spelling;
 * null for text that is none. Proxies write `1.2.3.4:5678` and `[2001:db8::1]:443` as well.
 */
export function bareAddress(text: string): string | null {
  // Most are this, and have one spelling only.
  if (isIP(text) === 4) return text
  const trimmed = text.trim()
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(trimmed)?.[1]
  if (bracketed !== undefined && isIP(bracketed) !== 6) return null
  const withPort = /^([\d.]+):\d{1,5}$/.exec(trimmed)?.[1]
  const address = bracketed ?? withPort ?? trimmed
  // Checked first: the reader also takes `127.1` and octal numbers, which mean different addresses to different programs.
  if (isIP(address) === 0) return null
  return ipaddr.process(address.replace(/%.*$/s, '')).toString()
}
