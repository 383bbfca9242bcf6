import {
  CREATED,
  convertingFlavors,
  liveFlavors,
  playable,
  publicFlavors
} from '../../src/demo/kaltura/demo-flavors.js'
import { conversionProfiles, DELIVERY_PROFILES, FLAVOR_PARAMS } from '../../src/demo/kaltura/demo-profiles.js'
import type { DeliveryProfile } from '../../src/demo/kaltura/index.js'
import {
  Catalog,
  type CatalogEntry,
  type CatalogFlavor,
  makeEntry,
  type Partner
} from '../../src/demo/kaltura/index.js'
import { matrixProfiles, OPEN_ID, openId, PROFILE_KINDS, profileId, protectedId } from './profiles.js'

/** The clock of the matrix, Unix ms, at its start. */
export const START = Date.UTC(2027, 0, 15, 12)

/** The accounts: the gateway serves all but `other`. */
export const PARTNERS = {
  main: 101,
  /** Not configured at the gateway. */
  other: 102,
  /** Its delivery URLs carry tokens, and Kaltura forbids keeping such answers. */
  tokens: 103,
  /** Its delivery URLs carry tokens, and Kaltura says nothing against keeping them. */
  staticTokens: 104,
  /** Its operator did not state that it may be shared. */
  notStated: 105,
  /** Blocked by Kaltura. */
  blocked: 106,
  /** The gateway has no credential for it. */
  noCredential: 107,
  /** What a viewer says of his own play is written into its delivery URLs. */
  words: 108
} as const

/** What only a token-bearing delivery URL holds: the gateway must never write it. */
export const STATIC_TOKEN = 'exp=1999999999~acl=/*~hmac=5eC4e7'

export interface EntryKind {
  name: string
  entryId: string
  /** The partner that stands in the URL. */
  partnerId: number
  /** Whether refusing here what Kaltura gives is documented: an entry of another partner. */
  mayRefuse?: true
}

function partner(id: number, over: Partial<Partner> = {}): Partner {
  const digits = String(id).padStart(32, '0')
  return {
    id,
    subpId: id * 100,
    secret: `u${digits}`.slice(0, 32),
    adminSecret: `a${digits}`.slice(0, 32),
    status: 1,
    ...over
  }
}

const KEY = '00112233445566778899aabbccddeeff'
const akamai = { type: 'akamaiSecureHd', key: KEY, window: 300, paramName: 'hdnts', limitIpAddress: true }

/** A token that looks like any other folder: only `no-store` tells of it. */
const vnpt = { type: 'vnpt', key: KEY, window: 300, tokenizationFormat: 1, shouldIncludeClientIp: true }

function deliveryProfiles(hasHiddenToken: boolean): DeliveryProfile[] {
  const of = (id: number, partnerId: number, over: Partial<DeliveryProfile>): DeliveryProfile => ({
    id,
    partnerId,
    kind: 'akamai-http',
    streamerType: 'http',
    isDefault: true,
    url: '',
    ...over
  })
  const hls = { kind: 'packager-hls', streamerType: 'applehttp', url: '/hls' } as const
  const dash = { kind: 'packager-dash', streamerType: 'mpegdash', url: '/dash' } as const
  const { tokens, staticTokens, words } = PARTNERS
  const said = '{deliveryCode}{playbackContext}'
  return [
    ...DELIVERY_PROFILES,
    of(400, 0, { kind: 'live-external', streamerType: 'applehttp' }),
    of(401, tokens, { tokenizer: hasHiddenToken ? vnpt : { type: 'kaltura', key: KEY, window: 300 } }),
    of(402, tokens, { ...hls, tokenizer: akamai }),
    of(403, tokens, { ...dash, tokenizer: akamai }),
    of(411, staticTokens, { kind: 'generic-http', pattern: `/{url}?hdnea=${STATIC_TOKEN}` }),
    of(412, staticTokens, {
      kind: 'generic-hls',
      streamerType: 'applehttp',
      pattern: `/{url}/index.m3u8?hdnts=${STATIC_TOKEN}`
    }),
    of(421, words, { kind: 'generic-http', pattern: `/{url}/said/${said}` }),
    of(422, words, { kind: 'generic-hls', streamerType: 'applehttp', pattern: `/{url}/said/${said}/index.m3u8` }),
    of(413, staticTokens, { ...dash, url: `/hdntl=${STATIC_TOKEN.replace('/*', '*')}/dash` })
  ]
}

/** A playable ladder with a rendition that is not ready. */
function flavorsOf(entry: CatalogEntry): CatalogFlavor[] {
  const prefix = `0_${entry.id.slice(2, 6)}`
  return [
    ...publicFlavors(entry),
    playable(`${prefix}wait`, entry, 36, 'v360', 'web,mbr,ipadnew,iphonenew', { status: 1 })
  ]
}

/** The id of an entry's rendition that is not ready, and of one that is. */
export const notReadyFlavor = (entryId: string): string => `0_${entryId.slice(2, 6)}wait`
export const readyFlavor = (entryId: string): string => `0_${entryId.slice(2, 6)}v360`

interface Placing {
  owner?: number
  /** The partner that stands in the URL; default: the owner. */
  asked?: number
  make?: (entry: CatalogEntry) => CatalogFlavor[]
  mayRefuse?: boolean
}

/** Every kind of entry, and the catalog that holds them. `now`: Unix ms; `hasHiddenToken`: of `tokens in the delivery`. */
export function matrixEntries(now: () => number, hasHiddenToken: boolean): { kinds: EntryKind[]; catalog: Catalog } {
  const kinds: EntryKind[] = []
  const entries: CatalogEntry[] = []
  const flavors: CatalogFlavor[] = []
  const { main, other, tokens, staticTokens, notStated, blocked, noCredential, words } = PARTNERS
  const seconds = Math.floor(START / 1000)
  const add = (
    name: string,
    over: Partial<CatalogEntry> = {},
    { owner = main, asked = owner, make = flavorsOf, mayRefuse = false }: Placing = {}
  ): void => {
    const entryId = `0_${String(kinds.length).padStart(2, '0')}${name.replace(/[^a-z]/gi, '').slice(0, 6)}`
    const accessControlId = owner === main ? OPEN_ID : openId(owner)
    const entry = makeEntry(entryId, owner, {
      name: `secret name of ${name}`,
      lengthInMsecs: 10_000,
      accessControlId,
      conversionProfileId: 1,
      createdAt: CREATED,
      updatedAt: CREATED,
      ...over
    })
    entries.push(entry)
    flavors.push(...make(entry))
    kinds.push({ name, entryId, partnerId: asked, ...(mayRefuse ? { mayRefuse } : {}) })
  }
  const idOf = (name: string): string => kinds.find((kind) => kind.name === name)!.entryId

  add('public')
  for (const kind of PROFILE_KINDS) add(`rule: ${kind}`, { accessControlId: profileId(kind) })
  add('another public one')
  add('public audio', { mediaType: 5 }, { make: (entry) => flavorsOf(entry).filter(({ width }) => width === 0) })
  add('public, has started', { startDate: seconds - 50, endDate: seconds + 9_000_000 })
  add('profile that cannot be read', { accessControlId: protectedId(other) })
  add('without a profile', { accessControlId: null })
  add('scheduled', { startDate: seconds + 40_000_000 })
  add('ended', { endDate: seconds - 10 })
  add('ends within a life', { endDate: seconds + 30 })
  add('pending', { moderationStatus: 1 })
  add('rejected', { moderationStatus: 3 })
  add('recycled', { displayInSearch: -2 })
  add('converting', { status: 1 }, { make: convertingFlavors })
  add('not ready, with flavors', { status: 4 })
  add('deleted', { status: 3 })
  add('entitled users only', { entitledUsers: ['kim'] })
  add('entitled and rejected', { entitledUsers: ['kim'], moderationStatus: 3 })
  add('child of a protected parent', { parentEntryId: idOf('rule: session') })
  add('child of a parent bound to addresses', { parentEntryId: idOf('rule: address') })
  add('child of a rejected parent', { parentEntryId: idOf('rejected') })
  add('child of a missing parent', { parentEntryId: '0_nosuch99' })
  const live = { type: 7, mediaType: 201, sourceType: 32, lengthInMsecs: 0, conversionProfileId: 2 }
  const streams = [{ flavorId: 32, bitrate: 900_000, width: 640, height: 480, frameRate: 25 }]
  const broadcast = { server: 'demo', serverNodeId: 1, startedAt: CREATED, streams }
  add('live on air', { ...live, live: { hlsStreamUrl: '', broadcast } }, { make: liveFlavors })
  add('live off air', { ...live, live: { hlsStreamUrl: '', broadcast: null } }, { make: liveFlavors })
  const entered = `http://live.example/a.m3u8?hdnts=${STATIC_TOKEN}`
  add('live by an entered URL', { ...live, live: { hlsStreamUrl: entered, broadcast: null } }, { make: liveFlavors })
  add('data', { type: 6, mediaType: 0 })
  add('image', { mediaType: 2 })
  add('playlist', { type: 5, mediaType: 3 })
  add('mix', { type: 2, mediaType: 6 })
  const foreign = { owner: other, asked: main, mayRefuse: true }
  add("another partner's", {}, foreign)
  add("another partner's, visible to all", { displayInSearch: 2 }, foreign)
  add("another partner's, protected", { accessControlId: protectedId(other) }, foreign)
  add('of a partner that is not served', {}, { owner: other, mayRefuse: true })
  add('tokens in the delivery', {}, { owner: tokens })
  add('tokens in answers that may be kept', {}, { owner: staticTokens })
  add('sharing is not stated', {}, { owner: notStated })
  add('sharing is not stated, rejected', { moderationStatus: 3 }, { owner: notStated })
  add('of a blocked partner', {}, { owner: blocked })
  add('no credential', {}, { owner: noCredential })
  add("the viewer's words in its delivery", {}, { owner: words })
  kinds.push({ name: 'no such entry', entryId: '0_nosuch99', partnerId: main })

  const over = new Map<number, Partial<Partner>>([
    [blocked, { status: 2 }],
    // What sharePublic would deny: not to be seen through the API, and nothing in the answers tells of it.
    [notStated, { blockedCountries: ['US'] }]
  ])
  const partners = Object.values(PARTNERS).map((id) => partner(id, over.get(id)))
  const catalog = new Catalog(
    {
      partners,
      entries,
      flavors: flavors.map((flavor, index) => ({ ...flavor, order: index + 1 })),
      accessControlProfiles: matrixProfiles(main, [
        other,
        tokens,
        staticTokens,
        notStated,
        blocked,
        noCredential,
        words
      ]),
      conversionProfiles: conversionProfiles(main),
      deliveryProfiles: deliveryProfiles(hasHiddenToken),
      flavorParams: FLAVOR_PARAMS,
      captions: ['public', 'rule: session'].map((name, index) => ({
        id: `0_caption${index}`,
        entryId: idOf(name),
        partnerId: main,
        language: 'English',
        label: 'English',
        isDefault: false,
        version: 0,
        status: 2,
        source: '/captions/en'
      }))
    },
    now
  )
  return { kinds, catalog }
}
