import type { DeliveryKind, DeliveryProfile, MediaInfo, Partner } from '../../../src/demo/kaltura/catalog-types.js'
import { Catalog, type CatalogFlavor, makeEntry, makeFlavor } from '../../../src/demo/kaltura/index.js'
import { readParameters } from '../../../src/demo/kaltura/playmanifest/parameters.js'
import { playManifest } from '../../../src/demo/kaltura/playmanifest/play-manifest.js'
import type { Answer } from '../../../src/demo/kaltura/render/answer.js'
import { effectiveFormat, isTooShort, requestedFormat } from '../../../src/flavors/request-format.js'

/** A flavor as vectors write it: missing numbers are 0, null means unknown. */
export interface VectorFlavor extends Partial<Omit<CatalogFlavor, 'tags' | 'fileExt' | 'language'>> {
  id: string
  tags?: string
  fileExt?: string | null
  language?: string | null
  intId?: number
  mediaInfo?: MediaInfo
}

/** What the vectors of whole requests have in common. */
export interface VectorRequest {
  method?: string
  url?: string
  request?: Record<string, string>
  flavors?: VectorFlavor[]
  entry?: {
    name?: string
    type?: number
    mediaType?: number
    msDuration?: number
    cacheFlavorVersion?: number
    streams?: { type: string; id: string; label: string; language?: string }[]
  }
  entryExists?: boolean
  entryStatus?: number
  entryType?: number
  mediaType?: number
  partner?: { cacheFlavorVersion?: number; defaultDeliveryCode?: string }
  partnerPermissions?: string[]
  partnerIn3CodeLanguageList?: boolean
  flavorParams?: Record<string, string | { name: string; videoCodec: string }>
  deliveryProfile?: { type: string; url: string }
  deliveryProfileFound?: boolean
  tokenSecret?: string
  /** The request's Origin header. */
  origin?: string
  randomSessionId?: string
  now: number
}

const ENTRY = { id: '0_entry', partnerId: 101 }
const ONE_FLAVOR: VectorFlavor = { id: '0_a', flavorParamsId: 1, tags: 'mbr,web,iphonenew', bitrate: 500 }

/** `vodPackagerHlsManifest` is `packager-hls-manifest` here. */
function kindOf(type: string): DeliveryKind {
  const kebab = type.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)
  return kebab.replace(/^vod-/, '') as DeliveryKind
}

function flavorOf(given: VectorFlavor, index: number): CatalogFlavor {
  const { id, tags = '', intId, fileExt, language, ...rest } = given
  const known = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null && value !== undefined))
  return makeFlavor(id, ENTRY, tags, {
    ...known,
    fileExt: fileExt === undefined ? 'mp4' : (fileExt ?? ''),
    language: language ?? '',
    order: intId ?? index + 1
  })
}

/** A catalog that holds what a vector states, with the given delivery profile as the only one there is. */
export function vectorCatalog(input: VectorRequest, format: string, over: Partial<Partner> = {}): Catalog {
  const { entry = {}, partner = {}, deliveryProfile = { type: 'http', url: 'http://cdn.example.com' } } = input
  const { type, url, ...settings } = deliveryProfile
  const profile: DeliveryProfile = {
    id: 1,
    partnerId: 0,
    kind: kindOf(type),
    streamerType: format,
    isDefault: true,
    url,
    ...settings
  }
  const entries = [
    makeEntry(ENTRY.id, ENTRY.partnerId, {
      name: entry.name ?? 'My entry',
      lengthInMsecs: entry.msDuration ?? 60000,
      status: input.entryStatus ?? 2,
      type: input.entryType ?? entry.type ?? 1,
      mediaType: input.mediaType ?? entry.mediaType ?? 1,
      cacheVersion: entry.cacheFlavorVersion ?? 0,
      closedCaptions: (entry.streams ?? []).filter(({ type }) => type === 'closedCaptions')
    })
  ]
  return new Catalog({
    partners: [
      {
        id: ENTRY.partnerId,
        subpId: 10100,
        secret: 'user',
        adminSecret: 'admin',
        status: 1,
        cacheVersion: partner.cacheFlavorVersion ?? 0,
        defaultDeliveryCode: partner.defaultDeliveryCode ?? '',
        permissions: input.partnerPermissions ?? [],
        threeLetterLanguages: input.partnerIn3CodeLanguageList ?? false,
        ...over
      }
    ],
    entries: input.entryExists === false ? [] : entries,
    flavors: (input.flavors ?? [ONE_FLAVOR]).map(flavorOf),
    accessControlProfiles: [],
    conversionProfiles: [],
    deliveryProfiles: input.deliveryProfileFound === false ? [] : [profile],
    flavorParams: Object.entries(input.flavorParams ?? {}).map(([id, params]) =>
      typeof params === 'string' ? { id: Number(id), name: '', videoCodec: params } : { id: Number(id), ...params }
    )
  })
}

/** Answers a vector's request with the stand-in's own code; `prepare` may change the catalog and gives the session. */
export function answerVector(input: VectorRequest, prepare: (catalog: Catalog) => string = () => ''): Answer {
  const query = new URLSearchParams(input.request).toString()
  const path = `/p/101/sp/10100/playManifest/entryId/${ENTRY.id}`
  const url = input.url ?? (query === '' ? path : `${path}?${query}`)
  const read = readParameters(url, '')
  if (!read.ok) throw new Error(`the vector's URL is refused with ${read.status}: ${url}`)
  const { params, callback } = read
  const asked = requestedFormat(params)
  const format = isTooShort(asked, input.entry?.msDuration ?? 60000) ? 'http' : effectiveFormat(asked, params).format
  const catalog = vectorCatalog(input, format)
  const session = prepare(catalog)
  return playManifest(
    {
      catalog,
      cdnBaseUrl: 'http://cdn.example.com',
      now: () => input.now * 1000,
      randomId: () => input.randomSessionId ?? '',
      ...(input.tokenSecret === undefined ? {} : { urlTokenSecret: input.tokenSecret })
    },
    {
      method: input.method ?? 'GET',
      url,
      params,
      callback,
      ks: session || params.ks || '',
      ip: '5.6.7.8',
      userAgent: '',
      referer: '',
      origin: input.origin ?? '',
      apiBase: 'http://cdnapi.example.com'
    }
  )
}
