import { request } from 'undici'
import type { KalturaState } from './kaltura/index.js'

/** One answer on the way from a playManifest URL to the media. */
export interface Hop {
  by: 'gateway' | 'kaltura' | 'cdn'
  url: string
  status: number
  /** Lower-case names. */
  headers: Record<string, string>
  /** The first 4 kB of a text; empty for media. */
  body: string
}

/** What became of a request to the gateway. */
export interface Asked {
  /** The gateway's answer, then those of its redirects inside the demo. */
  hops: Hop[]
  /** Where the last redirect leads when that is outside the demo; null otherwise. */
  leadsTo: string | null
  /** Time until the gateway had answered, ms. */
  ms: number
  /** Requests that the embedded Kaltura got meanwhile. */
  calls: { api: number; playManifest: number }
}

/** Bases of the servers that may be asked. */
export interface DemoServers {
  gatewayUrl: string
  kalturaUrl: string
  cdnUrl: string
}

const MAX_HOPS = 5
const MAX_BODY = 4096
const TEXT = /^(?:text\/|application\/(?:.*[+/])?(?:json|xml|x-mpegurl|vnd\.apple\.mpegurl)\b)/i

/**
 * The URL of a playManifest path at the gateway, as the page may ask for it; null for any other path. The path is judged
 * as the URL parser reads it, so that dot segments lead nowhere else.
 */
export function playManifestUrl(gatewayUrl: string, path: string): string | null {
  if (!path.startsWith('/p/') || !URL.canParse(path, gatewayUrl)) return null
  const url = new URL(path, gatewayUrl)
  if (url.origin !== gatewayUrl) return null
  return url.pathname.startsWith('/p/') && url.pathname.includes('/playManifest/') ? url.href : null
}

/**
 * Asks the gateway for the page, which cannot see a 302 of another origin by itself, and follows its redirects by hand,
 * only to the demo's own servers.
 *
 * @param headers those of the page's request by which the gateway tells devices apart
 */
export async function ask(
  first: string,
  servers: DemoServers,
  headers: Record<string, string>,
  state: Pick<KalturaState, 'calls'>
): Promise<Asked> {
  const before = { ...state.calls }
  const began = performance.now()
  const hops = [await hop(first, 'gateway', headers)]
  const ms = performance.now() - began
  const calls = {
    api: state.calls.api - before.api,
    playManifest: state.calls.playManifest - before.playManifest
  }
  let leadsTo: string | null = null
  while (hops.length < MAX_HOPS) {
    const last = hops.at(-1)!
    const location = last.headers.location
    if (last.status < 300 || last.status > 399 || location === undefined) break
    const next = URL.canParse(location, last.url) ? new URL(location, last.url) : null
    const by = next === null ? null : serverOf(next, servers)
    if (next === null || by === null) {
      leadsTo = location
      break
    }
    hops.push(await hop(next.href, by, headers))
  }
  return { hops, leadsTo, ms, calls }
}

function serverOf(url: URL, { gatewayUrl, kalturaUrl, cdnUrl }: DemoServers): Hop['by'] | null {
  if (url.origin === gatewayUrl) return 'gateway'
  if (url.origin === kalturaUrl) return 'kaltura'
  return url.origin === cdnUrl ? 'cdn' : null
}

async function hop(url: string, by: Hop['by'], headers: Record<string, string>): Promise<Hop> {
  const answer = await request(url, { headers, signal: AbortSignal.timeout(10_000) })
  const given: Record<string, string> = {}
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) given[name] = Array.isArray(value) ? value.join(', ') : value
  }
  const isText = TEXT.test(given['content-type'] ?? '')
  const chunks: Buffer[] = []
  let size = 0
  // The rest of a long answer is not read: leaving the loop closes the connection.
  for await (const chunk of answer.body) {
    if (!isText) break
    chunks.push(chunk)
    size += chunk.length
    if (size >= MAX_BODY) break
  }
  const body = Buffer.concat(chunks).subarray(0, MAX_BODY).toString('utf8')
  return { by, url, status: answer.statusCode, headers: given, body }
}
