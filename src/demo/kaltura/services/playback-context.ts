import { languageCode } from '../../../flavors/audio-info.js'
import { READY } from '../../../flavors/flavor-asset.js'
import { byBitrate } from '../../../flavors/order.js'
import { selectByLevels } from '../../../flavors/tag-levels.js'
import { type AccessResult, allowsFlavorParams, evaluateAccess, isBlocked, NO_RULES } from '../access.js'
import { type ApiCall, isAdmin, requireEntry } from '../api-context.js'
import { nested, type Params, text } from '../api-request.js'
import type { CaptionAsset, CatalogEntry, CatalogFlavor, DeliveryProfile } from '../catalog-types.js'
import { profilesForContext } from '../delivery-profiles.js'
import { flavorToWire } from '../flavor-json.js'
import { isWidget } from '../session.js'

/** Ends of playManifest URLs by streamer type (reference playmanifest.md section 13). */
const SUFFIXES: Readonly<Record<string, string>> = {
  applehttp: 'applehttp/a.m3u8',
  mpegdash: 'mpegdash/manifest.mpd',
  hds: 'hds/a.f4m',
  hdnetwork: 'hdnetwork/manifest.f4m',
  hdnetworkmanifest: 'hdnetworkmanifest/manifest.f4m',
  sl: 'sl/a.ism',
  rtmp: 'rtmp/a.f4m',
  rtsp: 'rtsp/name/a.3gp',
  applehttp_to_mc: 'applehttp_to_mc/a.m3u8'
}

/** Tag levels of playback contexts, which differ from playManifest's (reference playmanifest.md section 4). */
function levelsFor(streamerType: string): string[][] {
  switch (streamerType) {
    case 'applehttp':
      return [['applembr'], ['ipadnew', 'iphonenew', 'h265', 'dash'], ['ipad', 'iphone']]
    case 'mpegdash':
      return [
        ['dash', 'h265'],
        ['ipadnew', 'iphonenew'],
        ['ipad', 'iphone']
      ]
    case 'hds':
      return [['applembr'], ['ipadnew', 'iphonenew'], ['ipad', 'iphone']]
    case 'sl':
      return [['ism']]
    case 'http':
      return [['widevine', 'widevine_mbr'], ['mbr'], ['web']]
    default:
      return [['mbr'], ['web']]
  }
}

/**
 * baseEntry.getPlaybackContext: what may be played, and by which playManifest URLs. Stated `ip`, `userAgent` and
 * `referrer` replace the observed ones (getplaybackcontext_rule_*_stated). Blocked, or a widget session outside the
 * schedule: no sources at all; playable but nothing there: empty lists (reference api-v3.md section 4).
 */
export function getPlaybackContext(call: ApiCall): unknown {
  const entry = requireEntry(call, text(call.params, 'entryId') ?? '')
  const stated = nested(call.params, 'contextDataParams')
  const access = evaluateFor(call, entry, stated)
  const messages = access.messages.map((message) => ({ ...message, objectType: 'KalturaAccessControlMessage' }))
  const actions = [...access.actions]
  const result = { actions, messages, objectType: 'KalturaPlaybackContext' }
  if (isBlocked(access)) return result
  if (isOutsideSchedule(call, entry)) {
    messages.push({
      message: "Out of scheduling\nWe're sorry, this content is currently unavailable.",
      code: 'SCHEDULED_RESTRICTED',
      objectType: 'KalturaAccessControlMessage'
    })
    if (call.session !== null && isWidget(call.session)) return result
  }
  const ready = call.catalog
    .flavorsOf(entry.id)
    .filter((flavor) => flavor.status === READY && allowsFlavorParams(access, flavor.flavorParamsId))
    .sort(byBitrate)
  const used = new Set<CatalogFlavor>()
  const sources = profilesForContext(call.catalog, entry).flatMap((delivery) => {
    if (!isAskedFor(delivery, stated)) return []
    const flavors = entry.type === 7 ? ready : selectByLevels(ready, levelsFor(delivery.streamerType))
    for (const flavor of flavors) used.add(flavor)
    return flavors.length === 0 ? [] : [sourceOf(call, entry, delivery, flavors)]
  })
  const flavorAssets = ready.filter((flavor) => used.has(flavor)).map(flavorToWire)
  return {
    sources,
    playbackCaptions: call.catalog.captionsOf(entry.id).map((caption) => captionOf(call, caption)),
    flavorAssets,
    actions,
    messages,
    bumperData: [],
    objectType: result.objectType
  }
}

/**
 * Runs the entry's rules for the viewer of a call, by the stated facts where there are any, and names the fulfilled ones
 * in a header of the answer.
 */
export function evaluateFor(call: ApiCall, entry: CatalogEntry, stated: Params): AccessResult | typeof NO_RULES {
  const profile = call.catalog.profileOf(entry)
  if (profile === undefined) return NO_RULES
  const ip = text(stated, 'ip') ?? call.ip
  const access = evaluateAccess(profile, {
    context: 1,
    entryId: entry.id,
    session: call.session,
    ip,
    userAgent: text(stated, 'userAgent') ?? call.userAgent,
    referrer: text(stated, 'referrer') ?? call.referrer,
    country: call.country(ip)
  })
  if (profile.rules.length > 0) call.headers['x-kaltura-acp'] = access.header
  return access
}

/** A stated streamer type or media protocol leaves only the sources that have it (recording error_invalid_enum). */
function isAskedFor(delivery: DeliveryProfile, stated: Params): boolean {
  const type = text(stated, 'streamerType') || delivery.streamerType
  const protocol = text(stated, 'mediaProtocol')
  return (
    (type === 'url' ? 'http' : type) === delivery.streamerType &&
    (!protocol || protocolsOf(delivery).includes(protocol))
  )
}

function protocolsOf(delivery: DeliveryProfile): string[] {
  return delivery.streamerType === 'rtmp' ? ['rtmp'] : ['http', 'https']
}

/** Whether the schedule keeps this session out; administrators never. */
export function isOutsideSchedule(call: ApiCall, entry: CatalogEntry): boolean {
  if (isAdmin(call)) return false
  return (entry.startDate ?? 0) > call.now || (entry.endDate ?? Number.POSITIVE_INFINITY) < call.now
}

function sourceOf(call: ApiCall, entry: CatalogEntry, delivery: DeliveryProfile, flavors: CatalogFlavor[]): object {
  const type = delivery.streamerType
  const flavorIds = flavors.map((flavor) => flavor.id).join(',')
  const isRtmp = type === 'rtmp'
  const protocol = call.onlyScheme ?? (isRtmp ? 'http' : 'https')
  const suffix = type === 'http' ? `url/name/a.${flavors.at(-1)?.fileExt ?? 'mp4'}` : (SUFFIXES[type] ?? type)
  const host = call.bases.api.replace(/^[a-z]+:\/\//, '')
  return {
    deliveryProfileId: delivery.id,
    format: type === 'http' ? 'url' : type,
    protocols: protocolsOf(delivery).join(','),
    flavorIds,
    url:
      `${protocol}://${host}/p/${entry.partnerId}/sp/${entry.partnerId}/playManifest/entryId/${entry.id}` +
      `/flavorIds/${flavorIds}/deliveryProfileId/${delivery.id}/protocol/${protocol}/format/${suffix}`,
    drm: [],
    objectType: 'KalturaPlaybackSource'
  }
}

/** KalturaCaptionType.WEBVTT. */
const WEBVTT = '3'

/** A caption as a player without HLS gets it: the whole file (reference api-v3.md section 4). */
function captionOf(call: ApiCall, { id, label, language, isDefault, version }: CaptionAsset): object {
  const service = `${call.bases.api}/api_v3/index.php/service`
  return {
    label,
    format: WEBVTT,
    language,
    webVttUrl: `${service}/caption_captionasset/action/serveWebVTT/captionAssetId/${id}/segmentIndex/-1/version/${version}/captions.vtt`,
    url: `${service}/caption_captionAsset/action/serve/captionAssetId/${id}/v/${version}`,
    isDefault,
    languageCode: languageCode(language),
    objectType: 'KalturaCaptionPlaybackPluginData'
  }
}
