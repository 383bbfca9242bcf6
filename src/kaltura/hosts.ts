/** Which hosts Locations and fetches may name (rule 3 of the design). Compared with their port. */

interface HostPattern {
  /** Host name in lower case without brackets; for a wildcard the part behind `*`, with its dot. */
  name: string
  wildcard: boolean
  /** Null: 80 and 443. */
  port: number | null
}

/** `exact`: this very host is named, which also allows a private address; `wildcard`: by a pattern only. */
export type HostMatch = 'exact' | 'wildcard' | null

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?'
const NAME = new RegExp(`^(\\*\\.)?(${LABEL}(?:\\.${LABEL})*)(?::(\\d{1,5}))?$`)
const IPV6 = /^\[([0-9a-f:.]+)\](?::(\d{1,5}))?$/

/** Reads `host`, `host:port`, `*.example.com`, `[::1]:8080`; throws an Error that says what would be right. */
export function readHostPattern(text: string): HostPattern {
  const lower = text.trim().toLowerCase()
  const v6 = IPV6.exec(lower)
  const match = v6 === null ? NAME.exec(lower) : null
  const port = v6?.[2] ?? match?.[3]
  if ((v6 === null && match === null) || (port !== undefined && (Number(port) < 1 || Number(port) > 65_535))) {
    throw new Error('hosts such as cdn.example.com, cdn.example.com:8443 or *.example.com')
  }
  const portNumber = port === undefined ? null : Number(port)
  if (v6 !== null) return { name: canonicalV6(v6[1]!), wildcard: false, port: portNumber }
  const wildcard = match![1] !== undefined
  return { name: wildcard ? `.${match![2]}` : match![2]!, wildcard, port: portNumber }
}

/** As URLs spell it: `::0001` is `::1`. */
function canonicalV6(text: string): string {
  if (!URL.canParse(`http://[${text}]/`)) throw new Error('an IPv6 address such as [2001:db8::1] or [2001:db8::1]:8080')
  return bareHost(new URL(`http://[${text}]/`))
}

export class AllowedHosts {
  readonly #patterns: HostPattern[]
  /** The hosts as the configuration writes them, each once, for an operator to read. */
  readonly names: readonly string[]

  /** @param baseUrls configured bases whose host and port are allowed as they stand
   *  @param patterns what ALLOWED_HOSTS lists */
  constructor(baseUrls: readonly string[], patterns: readonly string[]) {
    const bases = baseUrls.map((base) => {
      const url = new URL(base)
      return { name: bareHost(url), wildcard: false, port: portOf(url) }
    })
    this.#patterns = [...bases, ...patterns.map(readHostPattern)]
    this.names = [...new Set([...baseUrls.map((base) => new URL(base).host), ...patterns])]
  }

  /** How the configuration names the host of a URL; null for another host, port or scheme, and for URLs with user names. */
  match(url: URL): HostMatch {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') return null
    if (url.username !== '' || url.password !== '') return null
    const host = bareHost(url)
    const port = portOf(url)
    let found: HostMatch = null
    for (const pattern of this.#patterns) {
      if (pattern.port === null ? port !== 80 && port !== 443 : port !== pattern.port) continue
      if (pattern.wildcard ? host.endsWith(pattern.name) && host.length > pattern.name.length : host === pattern.name) {
        if (!pattern.wildcard) return 'exact'
        found = 'wildcard'
      }
    }
    return found
  }
}

function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
}

function portOf(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
}
