/** Where the gateway listens, and what the operator says of it. */
export interface ListeningGateway {
  /** As it was asked to listen. */
  host: string
  port: number
  publicUrl: string | null
}

/**
 * The base under which a browser reaches the gateway: `PUBLIC_URL` where it is stated, else where it listens. One that
 * listens on every address is reached over loopback, by a browser on the same machine; null where a browser could not be
 * told (an IPv6 address has no word in a content security policy). No header of a request has a say.
 */
export function gatewayUrlOf({ host, port, publicUrl }: ListeningGateway): string | null {
  if (publicUrl !== null) return publicUrl
  if (host === '0.0.0.0' || host === '::') return `http://127.0.0.1:${port}`
  if (host === '::1') return `http://localhost:${port}`
  return host.includes(':') ? null : `http://${host}:${port}`
}
