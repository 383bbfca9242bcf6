import { REMOTE_ADDR_HEADER, signedRemoteAddr } from './remote-addr.js'
import { VIA } from './via.js'

export type Headers = Readonly<Record<string, string | string[] | undefined>>

/** The viewer as Kaltura is to see him. */
export interface Forwarded {
  /** In its plain spelling (`bareAddress`). */
  address: string
  scheme: 'http' | 'https'
}

/** What of a viewer's request Kaltura may look at. Whatever speaks of addresses, hosts or credentials is not here. */
const REQUEST_HEADERS = ['accept', 'accept-language', 'user-agent', 'referer'] as const

/**
 * The headers of a request that is made for one viewer: a few of his as they came, and who he is in our own words. For
 * Kaltura's own host only.
 */
export function viewerHeaders(headers: Headers, address: Readonly<Record<string, string>>): Record<string, string> {
  return {
    // Without the viewer's there is none: rules on the user agent are about the viewer, not about us.
    'user-agent': '',
    ...pick(headers, REQUEST_HEADERS),
    via: `1.1 ${VIA}`,
    ...address
  }
}

/**
 * How Kaltura learns a viewer's address: the signed header where the installation's salt is known. `X-Forwarded-For` goes
 * along with it, since what binds a delivery URL to an address reads nothing else (reference access-control.md section 3).
 *
 * @param now Unix ms
 */
export function addressHeaders(
  { address, scheme }: Forwarded,
  salt: string | null,
  now: number
): Record<string, string> {
  return {
    'x-forwarded-for': address,
    'x-forwarded-proto': scheme,
    ...(salt === null ? {} : { [REMOTE_ADDR_HEADER]: signedRemoteAddr(address, now, salt) })
  }
}

/** The named headers, without those that `Connection` says are for one hop only. */
export function pick(headers: Headers, names: readonly string[]): Record<string, string> {
  const oneHop = String(headers.connection ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
  const picked: Record<string, string> = {}
  for (const name of names) {
    const value = headers[name]
    if (typeof value === 'string' && !oneHop.includes(name)) picked[name] = value
  }
  return picked
}
