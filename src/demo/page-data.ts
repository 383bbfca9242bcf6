import type { ConsoleEntry } from '../console/console.js'
import { type Catalog, DEMO_ENTRIES, DEMO_SITE, issueKs } from './kaltura/index.js'

/** What the page of the demo offers to choose from; it gets this as JSON. */
export interface PageData {
  gatewayUrl: string
  kalturaUrl: string
  cdnUrl: string
  /** What playManifest paths of the demo begin with: `/p/101/sp/10100/playManifest`. */
  pathPrefix: string
  entries: { id: string; name: string; shows: string }[]
  /** `hint` is the value of `device=`; empty: as the User-Agent says. */
  devices: { hint: string; name: string }[]
  /** `query` goes to the end of the URL, without its mark. */
  viewers: { id: string; name: string; query: string }[]
}

/** What each entry of the demo is there to show, in the order of the page. */
const SHOWS: readonly (readonly [id: string, shows: string])[] = [
  [DEMO_ENTRIES.public, 'Plays for everyone. Each device gets other renditions; sound in English and Spanish.'],
  [DEMO_ENTRIES.nearDuplicates, 'Two renditions of nearly the same bitrate: Kaltura leaves one of them out.'],
  [DEMO_ENTRIES.audioOnly, 'Sound without pictures.'],
  [DEMO_ENTRIES.ksProtected, 'Needs a session. Choose the viewer who is logged in.'],
  [DEMO_ENTRIES.siteRestricted, `Plays on pages of ${DEMO_SITE} only. Choose the viewer from there.`],
  [DEMO_ENTRIES.ipRestricted, 'Plays in one network only, and you are not in it: refused by Kaltura.'],
  [DEMO_ENTRIES.liveOnAir, 'A broadcast. The demo has no live media: see the answers, there is nothing to play.'],
  [DEMO_ENTRIES.liveOffAir, 'A broadcast that is not on air: refused.'],
  [DEMO_ENTRIES.deleted, 'Refused at once, without a redirect.'],
  [DEMO_ENTRIES.converting, 'Uploaded a moment ago: no rendition is ready.'],
  [DEMO_ENTRIES.scheduled, 'Begins in the year 2100: refused until then.'],
  [DEMO_ENTRIES.rejected, 'Refused to everyone but administrators.'],
  [DEMO_ENTRIES.otherPartner, 'Belongs to another account than the link says: refused.']
]

/** The same entries for the gateway's console. */
export function consoleEntries({ pathPrefix, entries }: Pick<PageData, 'pathPrefix' | 'entries'>): ConsoleEntry[] {
  return entries.map(({ id, name }) => ({ id, name, path: `${pathPrefix}/entryId/${id}` }))
}

const DEVICES: PageData['devices'] = [
  { hint: '', name: 'This browser' },
  { hint: 'ipad', name: 'iPad' },
  { hint: 'iphone', name: 'iPhone' },
  { hint: 'android', name: 'Android' },
  { hint: 'android-2', name: 'Android 2 (no HLS)' },
  { hint: 'desktop', name: 'Desktop computer' },
  { hint: 'tv', name: 'Television set' }
]

/** Seconds for which the page's session is good. */
const SESSION = 7 * 86_400

/** Makes the page's data of a catalog; entries that it lacks are left out, others than the demo's are listed by name. */
export function pageData(
  catalog: Catalog,
  partnerId: number,
  servers: Pick<PageData, 'gatewayUrl' | 'kalturaUrl' | 'cdnUrl'>
): PageData {
  const partner = catalog.partners.get(partnerId)
  if (partner === undefined) throw new Error(`no partner ${partnerId} in the catalog`)
  const now = Math.floor(Date.now() / 1000)
  const ks = (expiry: number) => issueKs(partner, { type: 0, userId: 'demo-viewer', expiry, privileges: 'sview:*' })
  const order = new Map(SHOWS.map(([id], index) => [id, index]))
  const words = new Map(SHOWS)
  return {
    ...servers,
    pathPrefix: `/p/${partner.id}/sp/${partner.subpId}/playManifest`,
    entries: [...catalog.entries.values()]
      .map(({ id, name }) => ({ id, name, shows: words.get(id) ?? '' }))
      .sort((a, b) => (order.get(a.id) ?? order.size) - (order.get(b.id) ?? order.size)),
    devices: DEVICES,
    viewers: [
      { id: 'anyone', name: 'Anyone', query: '' },
      { id: 'session', name: 'Logged in (ks)', query: `ks=${ks(now + SESSION)}` },
      { id: 'expired', name: 'Session expired (ks)', query: `ks=${ks(now - 60)}` },
      {
        id: 'site',
        name: `On ${DEMO_SITE}`,
        query: `referrer=${Buffer.from(`https://${DEMO_SITE}/`).toString('base64url')}`
      }
    ]
  }
}
