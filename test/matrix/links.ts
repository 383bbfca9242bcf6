import { signLink } from '../../src/signing/sign.js'
import { KEY } from '../helpers/signing.js'
import type { Door } from './doors.js'
import { type EntryKind, PARTNERS, START } from './entries.js'
import { ADDRESSES, type Sent, type Viewer } from './viewers.js'
import type { Reply } from './world.js'

/** Seconds for which the short of the links hold. */
export const SHORT = 20
const NOW = START / 1000

type Terms = Parameters<typeof signLink>[2]

/** The device that the viewer's headers show to the gateway; null: not one that this test binds to. */
function deviceOf({ headers }: Sent): string {
  const agent = headers['user-agent'] ?? ''
  if (/iPad/.test(agent)) return 'ipad'
  if (/iPhone/.test(agent)) return 'iphone'
  return /Android/.test(agent) ? 'android' : 'desktop'
}

/** How a link is signed for a viewer whom it is meant for. */
export const GOOD_TERMS: Readonly<Record<string, (viewer: Viewer, sent: Sent) => NonNullable<Terms>>> = {
  'without an end': () => ({}),
  'with an end soon': () => ({ expires: NOW + SHORT }),
  'with a late end': () => ({ expires: NOW + 10_000 }),
  'for his address': ({ address }) => ({ address: `${address}/32` }),
  'for his device': (_viewer, sent) => ({ device: deviceOf(sent) })
}

const forged = (link: string): string => link.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'))

/** Links that are no good to a viewer, by what is wrong; each is made of the path that he would ask for. */
export const BAD_LINKS: Readonly<Record<string, (path: string, viewer: Viewer, sent: Sent) => string>> = {
  unsigned: (path) => path,
  'a made-up signature': (path) => forged(signLink(path, KEY)),
  "another entry's signature": (path) =>
    moved(signLink(path.replace(/\/entryId\/\w+/, '/entryId/0_another'), KEY), path),
  'a signature of another key': (path) => signLink(path, { ...KEY, key: Buffer.alloc(32, 9) }),
  'signed without the clip': (path) => signLink(path, KEY).replace('/playManifest/', '/playManifest/clipTo/9000/'),
  expired: (path) => signLink(path, KEY, { expires: NOW }),
  'for another device': (path, _viewer, sent) =>
    signLink(path, KEY, { device: deviceOf(sent) === 'tv' ? 'ipad' : 'tv' }),
  'for another address': (path, { address }) =>
    signLink(path, KEY, { address: address === ADDRESSES.home ? ADDRESSES.inside : ADDRESSES.home })
}

/** The signature of one link at another path. */
function moved(link: string, path: string): string {
  const signature = /[?&](signature=.*)$/.exec(link)![1]!
  return `${path}${path.includes('?') ? '&' : '?'}${signature}`
}

/** A door to which the viewer comes with the link that the terms make of his path. */
export function signedAt(door: Door, terms: (viewer: Viewer, sent: Sent) => Terms, use?: (link: string) => void): Door {
  return (viewer, sent, path) => {
    const link = signLink(path, KEY, terms(viewer, sent))
    use?.(link)
    return door(viewer, sent, link)
  }
}

/** Whether a viewer's request can be signed at all: no signature covers what comes in a header. */
export const isSignable = (sent: Sent): boolean => sent.headers['x-kaltura-ks'] === undefined

/** Seconds for which caches may give an answer, stale ones included; 0: not at all. */
export function lifeOf({ headers }: Reply): number {
  const caching = headers['cache-control'] ?? ''
  if (/private|no-store/.test(caching)) return 0
  const of = (name: string) => Number(new RegExp(`(?:^|[ ,])${name}=(\\d+)`).exec(caching)?.[1] ?? 0)
  return Math.max(of('max-age'), of('s-maxage')) + Math.max(of('stale-while-revalidate'), of('stale-if-error'))
}

const SAID = /^(?:SIGNATURE_(?:MISSING|UNCLEAR|WRONG|EXPIRED|BOUND)|GRANT_REFUSED)$/

/**
 * What is wrong with the answer to a link that is no good: it has to be a 403 that nobody keeps, and nothing else; Kaltura's
 * error 14 for a partner that is not served, whoever asks.
 */
export function wrongInRefusal(reply: Reply, { entryId, partnerId }: EntryKind): string[] {
  const wrong: string[] = []
  if (partnerId === PARTNERS.other) {
    return reply.headers['x-kaltura'] === 'error-14' && reply.headers.location === undefined ? [] : ['is no error 14']
  }
  if (reply.status !== 403) wrong.push(`status ${reply.status}`)
  if (reply.headers['cache-control'] !== 'no-store') wrong.push(`says ${reply.headers['cache-control']}`)
  for (const name of ['location', 'etag', 'x-kaltura', 'x-kaltura-app']) {
    if (reply.headers[name] !== undefined) wrong.push(`has ${name}`)
  }
  const said = /^\{/.test(reply.body) ? (JSON.parse(reply.body) as { code?: string }) : {}
  if (!SAID.test(said.code ?? '')) wrong.push('is no refusal')
  if (reply.body.includes(entryId) || /\b0_\w|v1~|djJ8|secret name|127\.0/.test(reply.body)) wrong.push('tells more')
  return wrong
}
