import { evaluateAccess, isBlocked } from '../access.js'
import type { ApiCall, ApiService } from '../api-context.js'
import { ApiError, ApiRedirect } from '../api-errors.js'
import { text } from '../api-request.js'
import type { CaptionAsset } from '../catalog-types.js'

/** Index of the segment that stands for the whole file (reference api-v3.md, example of playbackCaptions). */
const WHOLE = '-1'

function requireCaption(call: ApiCall): CaptionAsset {
  const id = text(call.params, 'captionAssetId') ?? ''
  const caption = call.catalog.captions.get(id)
  const entry = caption === undefined ? undefined : call.catalog.entry(caption.entryId)
  if (caption === undefined || entry === undefined) {
    throw new ApiError('CAPTION_ASSET_ID_NOT_FOUND', `The caption asset id [${id}] not found`, { ID: id })
  }
  const profile = call.catalog.profileOf(entry)
  const { session, ip, userAgent, referrer } = call
  const scope = { context: 1 as const, entryId: entry.id, session, ip, userAgent, referrer, country: call.country(ip) }
  if (profile !== undefined && isBlocked(evaluateAccess(profile, scope))) {
    throw new ApiError('ACCESS_CONTROL_RESTRICTED', 'entry restricted due to access-control')
  }
  return caption
}

function redirect(call: ApiCall, extension: 'm3u8' | 'vtt'): never {
  const { source } = requireCaption(call)
  throw new ApiRedirect(`${source.startsWith('/') ? call.bases.cdn : ''}${source}.${extension}`)
}

/**
 * Captions as HLS masters and playback contexts name them. Nothing is cut here: the CDN has a playlist of each caption
 * and the whole file, and these actions redirect there, for viewers whom the entry's rules let play.
 */
export const captionAsset: ApiService = {
  name: 'caption_captionAsset',
  actions: {
    serveWebVTT: {
      permission: 'always',
      required: ['captionAssetId'],
      run: (call) => redirect(call, text(call.params, 'segmentIndex') === WHOLE ? 'vtt' : 'm3u8')
    },
    serve: { permission: 'always', required: ['captionAssetId'], run: (call) => redirect(call, 'vtt') }
  }
}
