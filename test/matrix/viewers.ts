import { type Catalog, issueKs } from '../../src/demo/kaltura/index.js'
import { USER_AGENTS } from '../helpers/gateway.js'
import { type EntryKind, PARTNERS, START } from './entries.js'
import { ALLOWED_SITE, BAD_SITE } from './profiles.js'

/** What one viewer sends with a request for an entry. */
export interface Sent {
  headers: Record<string, string>
  /** Pairs behind the others in the path. */
  path: string
  /** Pairs of the query. */
  query: string
  /** What is this viewer's own: no other viewer may ever see it. */
  secrets: string[]
}

export interface Viewer {
  name: string
  /** The viewer's own address, which Kaltura sees when it asks there. */
  address: string
  /** Whether it comes through a trusted proxy that speaks https to it. */
  https: boolean
  sends: (entry: EntryKind) => Sent
}

/** Addresses by what they are to the rules: at home in DE, inside the allowed range, neither. */
export const ADDRESSES = { abroad: '198.51.100.20', other: '198.51.100.21', home: '192.0.2.20', inside: '203.0.113.20' }

/** The embedded Kaltura's geo look-up: the gateway's own address is at home. */
export function countryOf(ip: string): string | null {
  if (ip.startsWith('127.') || ip.startsWith('192.0.2.') || ip.startsWith('203.0.113.')) return 'DE'
  return 'US'
}

type Place = 'path' | 'query' | 'header'
interface Session {
  type?: number
  userId?: string
  privileges?: string | ((entry: EntryKind) => string)
  /** Seconds from the start of the clock. */
  life?: number
  /** Another partner than the one in the URL. */
  partnerId?: number
}

const YEAR = 31_536_000
const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** Every kind of viewer. Sessions are signed with the catalog's secrets and stay the same for the life of a matrix. */
export function matrixViewers(catalog: Catalog): Viewer[] {
  const made = new Map<string, string>()
  const ksOf = (name: string, entry: EntryKind, session: Session): string => {
    const partnerId = session.partnerId ?? entry.partnerId
    const { privileges = '' } = session
    const text = typeof privileges === 'string' ? privileges : privileges(entry)
    const key = JSON.stringify([name, partnerId, text])
    const known = made.get(key)
    if (known !== undefined) return known
    const partner = catalog.partners.get(partnerId)!
    const expiry = START / 1000 + (session.life ?? YEAR)
    const ks = issueKs(partner, { type: session.type ?? 0, userId: session.userId ?? '', expiry, privileges: text })
    made.set(key, ks)
    return ks
  }
  const viewers: Viewer[] = []
  const add = (
    name: string,
    sends: Partial<Sent> | ((entry: EntryKind) => Partial<Sent>),
    { address = ADDRESSES.abroad, https = false } = {}
  ): void => {
    viewers.push({
      name,
      address,
      https,
      sends: (entry) => ({
        path: '',
        query: '',
        secrets: [],
        ...(typeof sends === 'function' ? sends(entry) : sends),
        headers: { 'user-agent': USER_AGENTS.desktop, ...(typeof sends === 'function' ? sends(entry) : sends).headers }
      })
    })
  }
  const withKs = (
    name: string,
    place: Place,
    session: Session | string,
    at: { address?: string; https?: boolean } = {}
  ): void =>
    add(
      name,
      (entry) => {
        const ks = typeof session === 'string' ? session : ksOf(name, entry, session)
        if (place === 'path') return { path: `/ks/${ks}`, secrets: [ks] }
        if (place === 'query') return { query: `ks=${ks}`, secrets: [ks] }
        return { headers: { 'x-kaltura-ks': ks }, secrets: [ks] }
      },
      at
    )

  add('anonymous', {})
  add('from the other address', {}, { address: ADDRESSES.other })
  add('from home', {}, { address: ADDRESSES.home })
  add('from the allowed network', {}, { address: ADDRESSES.inside })
  add('over https', {}, { https: true })
  add('over https from the allowed network', {}, { address: ADDRESSES.inside, https: true })
  for (const device of ['ipad', 'iphone', 'android', 'oldAndroid'] as const) {
    add(device, { headers: { 'user-agent': USER_AGENTS[device] } })
  }
  add('iPad at home', { headers: { 'user-agent': USER_AGENTS.ipad } }, { address: ADDRESSES.home })
  add('device hint', { query: 'device=ipad' })

  const good = `https://${ALLOWED_SITE}/page-of-the-good-site`
  const bad = `https://${BAD_SITE}/page-of-the-bad-site`
  add('Referer of the allowed site', { headers: { referer: good }, secrets: ['page-of-the-good-site'] })
  add('Referer of the bad site', { headers: { referer: bad }, secrets: ['page-of-the-bad-site'] })
  add('referrer of the allowed site', { path: `/referrer/${base64(good)}`, secrets: [base64(good)] })
  add('referrer of the bad site', { query: `referrer=${base64(bad)}`, secrets: [base64(bad)] })

  withKs('widget KS', 'query', { privileges: 'view:*,widget:1' })
  withKs('widget KS in the header', 'header', { privileges: 'view:*,widget:1' })
  withKs('user KS', 'path', { userId: 'lee', privileges: 'list:*' })
  withKs('user KS, sview of all', 'query', { userId: 'ann', privileges: 'sview:*' })
  withKs('user KS, sview of all, header', 'header', { userId: 'bob', privileges: 'sview:*' })
  withKs('user KS, sview of this entry', 'path', { userId: 'cas', privileges: ({ entryId }) => `sview:${entryId}` })
  withKs('entitled user', 'query', { userId: 'kim', privileges: 'sview:*' })
  withKs('user KS without entitlement', 'query', { userId: 'dan', privileges: 'disableentitlement' })
  withKs('admin KS', 'query', { type: 2, userId: 'admin', privileges: 'disableentitlement' })
  withKs('admin KS in the path', 'path', { type: 2, userId: 'boss', privileges: '' })
  withKs('admin KS in the header', 'header', { type: 2, userId: 'chief', privileges: 'disableentitlement' })
  withKs('expired KS', 'query', { userId: 'old', privileges: 'sview:*', life: -60 })
  withKs('expired admin KS in the header', 'header', { type: 2, userId: 'older', life: -60 })
  withKs("another partner's KS", 'query', { type: 2, userId: 'them', privileges: 'sview:*', partnerId: PARTNERS.other })
  withKs('garbage KS', 'query', 'djJ8MTAxfGdhcmJhZ2Utb2YtYS1zZXNzaW9u')
  withKs('garbage KS in the header', 'header', 'no-session-at-all')
  const inPlace = ({ partnerId }: EntryKind) => `sview:*,urirestrict:/p/${partnerId}/sp/${partnerId}00/playManifest/*`
  withKs('KS bound to URLs that fit', 'path', { userId: 'uri', privileges: inPlace })
  withKs('KS bound to other URLs', 'query', { userId: 'url', privileges: 'sview:*,urirestrict:/p/1/*' })
  const bound = { userId: 'net', privileges: `sview:*,iprestrict:${ADDRESSES.inside}` }
  withKs('KS bound to an address', 'query', bound, { address: ADDRESSES.inside })
  withKs('KS bound to another address', 'query', { ...bound, userId: 'ten' })
  withKs('KS bound to the address of the gateway', 'query', {
    userId: 'gw',
    privileges: 'sview:*,iprestrict:127.0.0.1'
  })

  add('forger of forwarding headers', {
    headers: {
      'x-forwarded-for': ADDRESSES.inside,
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil.example.net',
      'x-kaltura-remote-addr': `${ADDRESSES.inside},1,1,0`,
      'cloudfront-is-ios-viewer': 'true',
      'cloudfront-is-tablet-viewer': 'true',
      host: 'evil.example.net'
    },
    secrets: ['evil.example.net']
  })
  add('analytics', {
    query: 'playSessionId=session-of-this-play&clientTag=tag-of-this-player&uiConfId=77001&customVar1=own-variable',
    secrets: ['session-of-this-play', 'tag-of-this-player', 'own-variable']
  })
  add('playback context', { query: 'playbackContext=context-of-this-viewer', secrets: ['context-of-this-viewer'] })
  add('delivery code', { path: '/deliveryCode/code-of-this-viewer', secrets: ['code-of-this-viewer'] })
  add('hashes', { query: 'hashes=hash-of-this-viewer', secrets: ['hash-of-this-viewer'] })
  add('wrong kt', { query: 'kt=token-of-this-url&expiry=1999999999', secrets: ['token-of-this-url'] })
  add('signed URL that has expired', { query: 'expiry=1700000000' })
  add('no cache', { query: 'nocache=1' })
  return viewers
}
