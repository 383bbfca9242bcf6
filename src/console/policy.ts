/** Where the console's player may go, beside the console itself. */
export interface PlayHosts {
  /** Base of the gateway as the browser reaches it; null: not known. */
  gatewayUrl: string | null
  /** Hosts that answers may name (`AllowedHosts`): Kaltura and the delivery networks. */
  hosts: readonly string[]
}

/**
 * The content security policy of the console's page: its own files alone for script and style, nothing inline, no frame,
 * no form; connections and media from the gateway and the hosts that its answers may name, and from nowhere else.
 */
export function consolePolicy({ gatewayUrl, hosts }: PlayHosts): string {
  const own = gatewayUrl === null ? [] : [new URL(gatewayUrl).origin]
  const play = [...new Set([...own, ...hosts.flatMap((host) => [`http://${host}`, `https://${host}`])])]
    .filter(isSource)
    .map((source) => ` ${source}`)
    .join('')
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self'${play}`,
    // Media Source: the players feed the element through blob URLs, and hls.js works in a worker made of one.
    `media-src blob:${play}`,
    'worker-src blob:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'"
  ].join('; ')
}

/** What a policy can name: it has no words for an IPv6 address, and one bad word may end the whole policy. */
function isSource(source: string): boolean {
  return /^https?:\/\/(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*(?::\d{1,5})?$/i.test(source)
}
