import { createHash } from 'node:crypto'
import { explicitIds, isNamed } from '../../../flavors/explicit.js'
import { mediaProtocol, requestedFormat } from '../../../flavors/request-format.js'
import type { EffectiveParameters } from '../../../playmanifest/parameters.js'
import { allowsDeliveryProfile } from '../access.js'
import type { Broadcast, CatalogEntry, DeliveryProfile } from '../catalog-types.js'
import { onlyScheme, profileHost } from '../delivery/host.js'
import { chooseProfile, requestedProfiles } from '../delivery-profiles.js'
import type { KalturaOptions } from '../options.js'
import type { MediaItem } from '../render/rendering.js'
import { type Admitted, PlayManifestError } from './checks.js'
import type { Delivery } from './deliver.js'

type Stream = Broadcast['streams'][number]

/**
 * Live entries (reference playmanifest.md section 11): an ingested stream that is off air is error 36, a format
 * without a live profile error 25; a stream entered by hand is a redirect to its URL, which may be empty.
 */
export function deliverLive(options: KalturaOptions, params: EffectiveParameters, admitted: Admitted): Delivery {
  const { entry, acp } = admitted
  const manualUrl = entry.live?.hlsStreamUrl ?? ''
  const broadcast = entry.live?.broadcast ?? null
  if (manualUrl === '' && broadcast === null) {
    throw new PlayManifestError(36, acp, `Entry [${entry.id}] is not broadcasting`)
  }
  const format = requestedFormat(params)
  const profile = chooseProfile(options.catalog, entry, format, requestedProfiles(params), (id) =>
    allowsDeliveryProfile(admitted.access, id)
  )
  if (profile === null) throw new PlayManifestError(25, acp)
  const responseFormat = params.responseFormat || undefined
  const answer = (renderer: Delivery['renderer'], items: MediaItem[]): Delivery => ({
    rendering: {
      entryId: entry.id,
      duration: null,
      items,
      baseUrl: '',
      streamType: 'recorded',
      dvrWindow: 0,
      mediaUrl: null,
      closedCaptions: entry.closedCaptions ?? []
    },
    renderer,
    format,
    responseFormat,
    profile
  })
  if (profile.kind === 'live-external' || broadcast === null) {
    return answer('redirect', [{ url: profile.streamerType === 'applehttp' ? manualUrl : '' }])
  }
  const protocol = mediaProtocol(format, params)
  const base = packagerBase(options, profile, entry, broadcast, protocol.startsWith('http') ? protocol : 'http')
  const streams = chosenStreams(options, params, entry, broadcast)
  const isNarrowed = streams.length < broadcast.streams.length
  const selector = isNarrowed ? streams.map((stream) => `-s${stream.flavorId}`).join('') : ''
  if (profile.kind === 'live-packager-dash') return answer('redirect', [{ url: `${base}manifest${selector}.mpd` }])
  if (responseFormat === 'redirect' || profile.shouldRedirect === true) {
    return answer('redirect', [{ url: `${base}master${selector}.m3u8` }])
  }
  const items = streams.map((stream) => ({
    url: `${base}index-s${stream.flavorId}.m3u8`,
    ext: 'm3u8',
    bitrate: stream.bitrate / 1024,
    width: stream.width,
    height: stream.height
  }))
  return answer('m3u8', items)
}

/** Base of the live packager, signed up to the token (reference delivery-urls.md section 4). */
function packagerBase(
  options: KalturaOptions,
  profile: DeliveryProfile,
  entry: CatalogEntry,
  broadcast: Broadcast,
  protocol: string
): string {
  const { origin, prefix } = profileHost(profile.url, options.cdnBaseUrl, onlyScheme(options) ?? protocol)
  const host = `${origin}${prefix}`.replace('{DC}', `env/${broadcast.server}`)
  const url = `${host}/p/${entry.partnerId}/e/${entry.id}/tl/main/st/0/`
  const signed = `${options.livePackagerToken ?? ''} ${url.replace(/^[a-z]+:\/\//, '')}`
  return `${url}t/${createHash('md5').update(signed).digest('base64url')}/`
}

/** Streams by ascending bitrate: those named, then those inside the limits, which are a union and never empty it. */
function chosenStreams(
  options: KalturaOptions,
  params: EffectiveParameters,
  entry: CatalogEntry,
  broadcast: Broadcast
): Stream[] {
  const ids = explicitIds(params)
  const flavors = options.catalog.flavorsOf(entry.id)
  const named =
    ids === null
      ? null
      : new Set(flavors.filter((flavor) => isNamed(flavor, ids)).map((flavor) => flavor.flavorParamsId))
  const sorted = broadcast.streams.toSorted((a, b) => a.bitrate - b.bitrate)
  const kept = named === null ? sorted : sorted.filter((stream) => named.has(stream.flavorId))
  const [min, max] = [Number(params.minBitrate || 0), Number(params.maxBitrate || 0)]
  if (min === 0 && max === 0) return kept
  const inside = kept.filter(({ bitrate }) => (min > 0 && bitrate / 1024 > min) || (max > 0 && bitrate / 1024 < max))
  return inside.length === 0 ? kept : inside
}
