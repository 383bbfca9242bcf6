import type {
  AccessControlProfile,
  AccessRule,
  ConversionProfile,
  DeliveryProfile,
  FlavorParams
} from './catalog-types.js'
import { CREATED } from './demo-flavors.js'

/** Ids of the demo's access control profiles. */
export const DEMO_PROFILES = { open: 1, ksRequired: 2, ipRange: 3, site: 4, otherOpen: 5 } as const

/** Pages of this host may play the site-restricted entry. */
export const DEMO_SITE = 'allowed.example.com'

const BLOCK = { type: 1, objectType: 'KalturaAccessControlBlockAction' }

const MOBILE = 'mobile,web,mbr,iphone,iphonenew,ipad,ipadnew,dash'
const SD = 'mobile,web,mbr,ipad,ipadnew,iphone,iphonenew,dash'

/** Ingest and delivery renditions, as Kaltura's own flavor params are (recording flavorparams_list). */
export const FLAVOR_PARAMS: readonly FlavorParams[] = [
  { id: 0, name: 'Source', tags: 'source' },
  { id: 2, name: 'Basic/Small - WEB/MBL (H264/400)', tags: MOBILE, videoBitrate: 400, height: 360, format: 'mp4' },
  { id: 3, name: 'Basic/Small - WEB/MBL (H264/600)', tags: MOBILE, videoBitrate: 600, height: 480, format: 'mp4' },
  { id: 4, name: 'SD/Small - WEB/MBL (H264/900)', tags: SD, videoBitrate: 900, height: 540, format: 'mp4' },
  { id: 5, name: 'SD/Large - WEB/MBL (H264/1500)', tags: SD, videoBitrate: 1500, height: 720, format: 'mp4' },
  {
    id: 11,
    name: 'English Audio (Multi-Audio Streaming) 64 Kbps',
    tags: `${MOBILE},audio_only,alt_audio`,
    format: 'mp4'
  },
  {
    id: 12,
    name: 'Spanish Audio (Multi-Audio Streaming) 64 Kbps',
    tags: `${MOBILE},audio_only,alt_audio`,
    format: 'mp4'
  },
  { id: 32, name: 'Source' },
  { id: 36, name: 'Ingest 2' }
]

/** Packager, progressive and live profiles below the CDN base; 1004 is the HLS profile that redirects. */
export const DELIVERY_PROFILES: readonly DeliveryProfile[] = [
  {
    id: 302,
    partnerId: 0,
    kind: 'live-packager-dash',
    streamerType: 'mpegdash',
    isDefault: true,
    url: '/{DC}/live/dash'
  },
  {
    id: 303,
    partnerId: 0,
    kind: 'live-packager-hls',
    streamerType: 'applehttp',
    isDefault: true,
    url: '/{DC}/live/hls'
  },
  { id: 2, partnerId: 0, kind: 'akamai-http', streamerType: 'http', isDefault: true, url: '' },
  { id: 1001, partnerId: 0, kind: 'packager-hls', streamerType: 'applehttp', isDefault: true, url: '/hls' },
  { id: 1003, partnerId: 0, kind: 'packager-dash', streamerType: 'mpegdash', isDefault: true, url: '/dash' },
  { id: 1004, partnerId: 0, kind: 'packager-hls-manifest', streamerType: 'applehttp', isDefault: false, url: '/hls' }
]

function rule(message: string, condition: AccessRule['conditions'][number]): AccessRule {
  return { message, actions: [BLOCK], conditions: [condition], forceAdminValidation: false, objectType: 'KalturaRule' }
}

function profile(id: number, partnerId: number, name: string, rules: readonly AccessRule[]): AccessControlProfile {
  return {
    id,
    partnerId,
    name,
    systemName: name.replaceAll(' ', '_'),
    description: '',
    createdAt: CREATED,
    updatedAt: CREATED,
    isDefault: rules.length === 0,
    rules,
    objectType: 'KalturaAccessControlProfile'
  }
}

function value(text: string): { value: string; objectType: string } {
  return { value: text, objectType: 'KalturaStringValue' }
}

/** The demo's access control profiles; `allowedRange` is who may play the IP-restricted entry. */
export function accessControlProfiles(partnerId: number, allowedRange: string): AccessControlProfile[] {
  const { open, ksRequired, ipRange, site, otherOpen } = DEMO_PROFILES
  return [
    profile(open, partnerId, 'Default', []),
    profile(ksRequired, partnerId, 'KS required', [
      rule('KS is required', {
        type: 1,
        not: true,
        privileges: [value('sview')],
        objectType: 'KalturaAuthenticatedCondition'
      })
    ]),
    profile(ipRange, partnerId, 'One network', [
      rule('blocked by ip', {
        type: 3,
        not: true,
        values: [value(allowedRange)],
        matchType: 2,
        objectType: 'KalturaIpAddressCondition'
      })
    ]),
    profile(site, partnerId, 'One site', [
      rule('blocked by site', {
        type: 4,
        not: true,
        values: [value(DEMO_SITE)],
        matchType: 2,
        objectType: 'KalturaSiteCondition'
      })
    ]),
    profile(otherOpen, partnerId + 1, 'Default', [])
  ]
}

/** One profile for media and one for live streams. */
export function conversionProfiles(partnerId: number): ConversionProfile[] {
  return [
    conversionProfile(1, partnerId, 1, 'Default', '0,2,3,4,5,11,12'),
    conversionProfile(2, partnerId, 2, 'Live', '32,36')
  ]
}

function conversionProfile(
  id: number,
  partnerId: number,
  type: number,
  name: string,
  flavorParamsIds: string
): ConversionProfile {
  return {
    id,
    partnerId,
    type,
    name,
    systemName: name,
    description: '',
    createdAt: CREATED,
    flavorParamsIds,
    isDefault: type === 1
  }
}
