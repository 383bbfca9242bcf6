import type { Reply } from './world.js'

/** What a viewer holds in the end: an error, or URLs that play. */
export type Gain =
  | { kind: 'refused' /** Kaltura's number; null: a refusal without one. */; code: number | null; status: number }
  | {
      kind: 'given'
      urls: Set<string>
      hosts: Set<string>
      entries: Set<string>
      flavors: Set<string>
      clips: Set<string>
    }

/** Reads the last answer of a chain of redirects. */
export function gainOf(reply: Reply): Gain {
  const code = /^error-(\d+)$/.exec(reply.headers['x-kaltura'] ?? '')?.[1]
  const isRedirect = reply.status >= 300 && reply.status < 400
  const location = reply.headers.location ?? ''
  // A live stream without a URL: Kaltura redirects to nowhere, which is its error 25 in other words.
  if (isRedirect && location === '') return { kind: 'refused', code: 25, status: reply.status }
  if (reply.status >= 400 || (code !== undefined && reply.body === '')) {
    return { kind: 'refused', code: code === undefined ? null : Number(code), status: reply.status }
  }
  if (code !== undefined && /problem\+json/.test(reply.headers['content-type'] ?? '')) {
    return { kind: 'refused', code: Number(code), status: reply.status }
  }
  const urls = isRedirect ? new Set([location]) : urlsIn(sessionsAlike(reply.body))
  const text = [...urls].join('\n')
  return {
    kind: 'given',
    urls,
    hosts: new Set([...urls].map((url) => /^[a-z]+:\/\/[^/]*/i.exec(url)?.[0] ?? '')),
    entries: new Set([...text.matchAll(/\/(?:entryId|e)\/([^/?,\s]+)/g)].map((match) => match[1]!)),
    flavors: flavorsIn(text),
    clips: new Set([...text.matchAll(/\/(?:clipFrom|clipTo|seekFrom)\/\d+/g)].map((match) => match[0]))
  }
}

/**
 * The flavors that a text names: whole ids in requests (`/flavorIds/a,b`), and in delivery URLs one (`/flavorId/a`) or
 * several joined by what they begin and end with (`/flavorId/0_ab,18,27,0/name/...`).
 */
export function flavorsIn(text: string): Set<string> {
  const ids = new Set<string>()
  for (const [, list] of text.matchAll(/\/flavorIds\/([^/?\s"]+)/g)) for (const id of list!.split(',')) ids.add(id)
  for (const [, segment] of text.matchAll(/\/flavorId\/([^/?\s"]+)/g)) {
    const [start = '', ...parts] = segment!.split(',')
    const end = parts.pop() ?? ''
    for (const part of parts.length === 0 ? [''] : parts) ids.add(start + part + end)
  }
  return ids
}

/** Kaltura makes a new session for each answer that names captions of a protected entry. */
export function sessionsAlike(body: string): string {
  return body.replace(/\/ks\/[\w=-]+/g, '/ks/made-by-kaltura')
}

/** Absolute URLs in a manifest or another document. */
function urlsIn(body: string): Set<string> {
  const plain = body.replaceAll('\\/', '/').replaceAll('&amp;', '&')
  return new Set(
    plain.match(/[a-z]+:\/\/[^\s"'<>]+/gi)?.filter((url) => !/^[a-z]+:\/\/(?:www\.w3|ns\.adobe|schemas)\b/.test(url)) ??
      []
  )
}

/** Tokens that make a URL one viewer's, by the spellings of the matrix's Kaltura. */
const TOKEN = /(?:hdnts|hdnea|hdntl)=[^\s"'/]+|\/exp\/\d+\/sig\/[\w-]+|\/ks\/[\w=-]+|\/t\/[\w-]{20,}/g

/** The tokens in a reply's Location and body. */
export function tokensIn(reply: Reply): string[] {
  return `${reply.headers.location ?? ''}\n${reply.body.replaceAll('\\/', '/')}`.match(TOKEN) ?? []
}
