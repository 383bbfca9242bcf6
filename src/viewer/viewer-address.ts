import { bareAddress } from './bare-address.js'
import { type RequestHeaders, readHeader } from './request-headers.js'
import type { TrustedProxies } from './trusted-proxies.js'

/** What a connection says about who is at its other end. */
export interface Hop {
  /** The rightmost hop of the chain that is no trusted proxy, as the framework reads it; undefined once he has left. */
  ip: string | undefined
  /** Address of the socket. */
  peer: string | undefined
  headers: RequestHeaders
}

/** Headers in which proxies name whom they forward. Looked at only for being there. */
const FORWARDING = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'true-client-ip', 'x-kaltura-remote-addr'] as const

/**
 * The viewer's address in its shortest spelling, or null when it is not known: a trusted proxy named nobody, or what it
 * wrote is no address. Never taken from anything but the chain's rightmost untrusted hop (reference access-control.md
 * section 3): what stands left of it is the viewer's own writing.
 */
export function viewerAddress({ ip, peer, headers }: Hop, proxies: TrustedProxies): string | null {
  if (proxies.has(peer) && readHeader(headers, 'x-forwarded-for') === undefined) return null
  // A viewer who has just left has no address any more.
  return bareAddress(ip ?? '')
}

/**
 * The same for those who act in the viewer's name: null too when a peer that is not trusted sends a forwarding header. He is
 * either a viewer who makes something up, or a proxy that TRUST_PROXY does not name and whose own address would be
 * everybody's.
 */
export function sureViewerAddress(hop: Hop, proxies: TrustedProxies): string | null {
  const claims = FORWARDING.some((name) => readHeader(hop.headers, name) !== undefined)
  return claims && !proxies.has(hop.peer) ? null : viewerAddress(hop, proxies)
}
