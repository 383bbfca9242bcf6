import { isTruthy } from '../../../flavors/php-number.js'
import { type Selection, selectFlavors } from '../../../flavors/select.js'
import type { EffectiveParameters } from '../../../playmanifest/parameters.js'
import { allowsDeliveryProfile, allowsFlavorParams } from '../access.js'
import type { CatalogFlavor, DeliveryProfile } from '../catalog-types.js'
import { onlyScheme } from '../delivery/host.js'
import { kindSpec } from '../delivery/kinds.js'
import { baseUrlOf, vodItems } from '../delivery/vod-items.js'
import { chooseProfile, requestedProfiles } from '../delivery-profiles.js'
import type { KalturaOptions } from '../options.js'
import type { RendererName } from '../render/answer.js'
import type { Rendering } from '../render/rendering.js'
import { hasPrivilege } from '../session.js'
import { type Admitted, PlayManifestError } from './checks.js'
import { deliverLive } from './live.js'

/** What is to be answered, and how unless the request's `responseFormat` says otherwise. */
export interface Delivery {
  rendering: Omit<Rendering, 'subtitles'>
  renderer: RendererName
  /** The format by which the profile was looked up. */
  format: string
  /** Forces a renderer; any unknown value leaves the profile's own. */
  responseFormat: string | undefined
  profile: DeliveryProfile
}

/** What of a request delivery depends on, besides its parameters. */
export interface DeliveryRequest {
  params: EffectiveParameters
  /** Path and query as sent. */
  url: string
  /** Base of the API in answers. */
  apiBase: string
}

const LIVE = 7
const PLAYABLE = [1, 5, 7, 8]
const VIDEO_OR_AUDIO = [1, 5]
/** Formats that stitch the entries named in `sequence`. */
const STITCHED = ['applehttp', 'mpegdash', 'hdnetworkmanifest']

function milliseconds(value: string | false | undefined): number {
  const parsed = Number.parseInt(value || '', 10)
  return Number.isNaN(parsed) ? 0 : parsed
}

/**
 * Chooses flavors and delivery profile and writes the URLs. Throws PlayManifestError 6, 12, 25 or 36, in Kaltura's
 * order: the type of the entry, its flavors, the profile, and last whether a clip is video or audio at all.
 */
export function deliver(options: KalturaOptions, request: DeliveryRequest, admitted: Admitted): Delivery {
  const { params } = request
  const { entry, acp } = admitted
  if (!PLAYABLE.includes(entry.type)) throw new PlayManifestError(12, acp)
  if (entry.type === LIVE) return deliverLive(options, params, admitted)
  const { catalog } = options
  const partner = catalog.partners.get(entry.partnerId)
  const selection = select(options, params, admitted)
  const profile = chooseProfile(catalog, entry, selection.format, requestedProfiles(params), (id) =>
    allowsDeliveryProfile(admitted.access, id)
  )
  const spec = profile === null ? null : kindSpec(profile.kind)
  if (profile === null || spec === null) throw new PlayManifestError(25, acp)
  if (!VIDEO_OR_AUDIO.includes(entry.mediaType)) throw new PlayManifestError(12, acp)

  const isHdNetwork = params.format === 'hdnetwork'
  const usesPlayServer = isTruthy(params.usePlayServer) && (partner?.permissions ?? []).includes('FEATURE_PLAY_SERVER')
  const delivery = {
    catalog,
    entry,
    profile,
    spec,
    flavors: selection.flavors as CatalogFlavor[],
    params,
    path: {
      seekFrom: milliseconds(params.seekFrom),
      clipTo: admitted.previewMs ?? milliseconds(params.clipTo),
      playServer: usesPlayServer
        ? { uiConfId: params.uiConfId || '', sessionId: params.sessionId || '{sessionId}' }
        : null,
      sequence: sequenceOf(options, params)
    },
    cdnBase: options.cdnBaseUrl,
    scheme: (profile.kind === 'rtmp' ? null : onlyScheme(options)) ?? selection.mediaProtocol
  }
  return {
    rendering: {
      entryId: entry.id,
      duration: entry.lengthInMsecs / 1000,
      items: isHdNetwork ? [] : vodItems(delivery),
      baseUrl: isHdNetwork ? '' : baseUrlOf(delivery),
      streamType: 'recorded',
      dvrWindow: 0,
      mediaUrl: isHdNetwork ? smilUrl(request) : null,
      closedCaptions: entry.closedCaptions ?? []
    },
    renderer: isHdNetwork ? 'f4m' : spec.renderer,
    format: selection.format,
    responseFormat: selection.responseFormat,
    profile
  }
}

/** Flavors by Kaltura's rules and this viewer's rights. Throws PlayManifestError. */
function select(
  { catalog }: KalturaOptions,
  params: EffectiveParameters,
  { entry, acp, access, session }: Admitted
): Selection & { ok: true } {
  const selection = selectFlavors({
    flavors: catalog.flavorsOf(entry.id),
    params,
    msDuration: entry.lengthInMsecs,
    partnerPermissions: catalog.partners.get(entry.partnerId)?.permissions ?? [],
    isAllowed: (flavor) =>
      allowsFlavorParams(access, flavor.flavorParamsId) ||
      (session !== null && hasPrivilege(session, 'downloadasset', flavor.id))
  })
  if (!selection.ok) throw new PlayManifestError(selection.error, acp)
  // No storage but the local one: asking for another leaves no file (recording storageid).
  if (Number(params.storageId || 0) > 0) throw new PlayManifestError(6, acp)
  return selection
}

/** Ids of stitched entries; those that nobody knows do not count (reference playmanifest.md section 2.1). */
function sequenceOf({ catalog }: KalturaOptions, params: EffectiveParameters): string[] {
  if (!params.sequence || !STITCHED.includes(params.format || '')) return []
  return params.sequence.split(',').filter((id) => catalog.entry(id) !== undefined)
}

/** The same request for the SMIL document, on the API's host (vector hdnetwork-https). */
function smilUrl({ apiBase, url }: DeliveryRequest): string {
  return `${apiBase}${url.replaceAll('hdnetwork', 'hdnetworksmil').replaceAll('f4m', 'smil')}`
}
