import { UpstreamFailure } from '../kaltura/errors.js'
import type { FetchResult } from '../kaltura/fetcher.js'
import type { SafeLocation } from '../kaltura/locations.js'
import { absolutizeMpd, listMpdUris } from '../manifest/dash/index.js'
import { absolutizePlaylist, hasRelativeUris, listUris, playlistKind } from '../manifest/hls/index.js'
import { ManifestError } from '../manifest/manifest-error.js'
import { applyToMpd, applyToPlaylist, type ManifestPolicy } from '../manifest/policy.js'
import type { ManifestKind } from '../playmanifest/formats.js'
import { originsOf } from './delivery-hosts.js'
import { bodyKind, header, MPD_LIMITS, PLAYLIST_LIMITS } from './read-body.js'
import { tokenState } from './token-expiry.js'

/** Kaltura's own answer for one viewer: never kept by anybody. */
export type ViewerAnswer =
  | { kind: 'viewer'; content: 'redirect'; location: SafeLocation }
  | { kind: 'viewer'; content: 'manifest'; manifest: ManifestKind; body: string; origins: readonly string[] }
  | { kind: 'viewer'; content: 'document'; contentType: string; disposition: string | null; body: string }

/**
 * A 200 as an answer for the viewer whom it was fetched for: a manifest with absolute URIs, or another document of
 * Kaltura's as it is. Tokens in it are his own, but must still be good.
 *
 * @param base what relative URIs are resolved against
 * @param now Unix ms
 * @param policy what the rule makes of a manifest
 * @throws UpstreamFailure when it is neither, or cannot be edited
 */
export function viewerBody(
  answer: FetchResult,
  base: string,
  now: number,
  policy: ManifestPolicy | null = null
): ViewerAnswer {
  const { body } = answer
  const kind = bodyKind(answer)
  if (kind === 'hls') return playlist(body, base, now, policy)
  if (kind === 'dash') return mpd(body, base, now, policy)
  const spent = body
    .match(/[^\s"'<>]+/g)
    ?.some((piece) => tokenState(piece.replaceAll('&amp;', '&'), now / 1000).expired)
  if (spent === true) unusable('The answer holds a token whose end has passed.')
  return {
    kind: 'viewer',
    content: 'document',
    contentType: header(answer, 'content-type') ?? '',
    disposition: header(answer, 'content-disposition'),
    body
  }
}

function playlist(text: string, base: string, now: number, policy: ManifestPolicy | null): ViewerAnswer {
  return edited('hls', now, () => {
    // Editing comes first: it is what says that a playlist is over a limit.
    const absolute = absolutizePlaylist(text, base, PLAYLIST_LIMITS)
    const body = policy === null ? absolute : applyToPlaylist(absolute, policy, PLAYLIST_LIMITS)
    if (playlistKind(body) === 'invalid') unusable('Upstream answered no readable playlist.')
    if (hasRelativeUris(body)) unusable('The playlist holds URIs that only a player can resolve.')
    return { body, uris: listUris(body).map(({ uri }) => uri) }
  })
}

function mpd(text: string, base: string, now: number, policy: ManifestPolicy | null): ViewerAnswer {
  return edited('dash', now, () => {
    const absolute = absolutizeMpd(text, base, MPD_LIMITS)
    const body = policy === null ? absolute : applyToMpd(absolute, policy, MPD_LIMITS)
    return { body, uris: listMpdUris(body, MPD_LIMITS) }
  })
}

function edited(
  manifest: ManifestKind,
  now: number,
  edit: () => { body: string; uris: readonly string[] }
): ViewerAnswer {
  try {
    const { body, uris } = edit()
    if (uris.some((uri) => tokenState(uri, now / 1000).expired))
      unusable('The manifest holds a token whose end has passed.')
    return { kind: 'viewer', content: 'manifest', manifest, body, origins: originsOf(uris) }
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error
    throw new UpstreamFailure('body', `The manifest could not be read (${error.code}).`, { cause: error })
  }
}

function unusable(message: string): never {
  throw new UpstreamFailure('body', message)
}
