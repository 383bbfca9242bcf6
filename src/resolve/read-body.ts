import { createHash } from 'node:crypto'
import { UpstreamFailure } from '../kaltura/errors.js'
import type { FetchResult } from '../kaltura/fetcher.js'
import { absolutizeMpd, isLocationOnly, listMpdUris, mpdLocations } from '../manifest/dash/index.js'
import {
  absolutizePlaylist,
  filterVariants,
  flavorIdOf,
  hasRelativeUris,
  isPlaylist,
  listUris,
  playlistKind
} from '../manifest/hls/index.js'
import { ManifestError } from '../manifest/manifest-error.js'
import type { ManifestKind } from '../playmanifest/formats.js'
import type { ReadTarget, TargetKey } from './target.js'
import { tokenIn, tokenInText } from './tokens.js'

/** Editing happens on the one thread that answers everybody: an MPD of this size takes about 0.3 s. Bytes. */
const MPD_LIMITS = { maxBytes: 2 * 1024 * 1024 }

/** Documents that Kaltura writes itself; anything else of a 200 comes from something in between. */
const DOCUMENT_TYPE = /^(?:text\/xml|application\/(?:xml|json|smil))\b/i

/**
 * A 200 of upstream's as a target that can stand anywhere: a playlist or an MPD with absolute URIs, another document of
 * Kaltura's as it is; `private` when it carries a token.
 *
 * @throws UpstreamFailure when it is none of these: a known answer outlives that
 */
export function readBody(answer: FetchResult, key: TargetKey): ReadTarget {
  if (answer.body.trim() === '') throw new UpstreamFailure('body', 'Upstream answered with an empty body.')
  const type = header(answer, 'content-type') ?? ''
  if (isPlaylist(answer.body)) return playlistOf(answer, key)
  if (/mpegurl/i.test(type)) unreadable('playlist')
  if (/dash\+xml/i.test(type) || isMpd(answer.body)) return mpdOf(answer)
  return DOCUMENT_TYPE.test(type) ? documentOf(answer, type) : unreadable('answer')
}

/** Where an MPD says that it really is, absolute; null when it is one itself, or no readable MPD at all. */
export function mpdLocation(body: string): string | null {
  try {
    return isLocationOnly(body, MPD_LIMITS) ? (mpdLocations(body, MPD_LIMITS)[0] ?? null) : null
  } catch {
    return null
  }
}

function playlistOf(answer: FetchResult, key: TargetKey): ReadTarget {
  if (playlistKind(answer.body) === 'invalid') unreadable('playlist')
  const absolute = edit(() => absolutizePlaylist(answer.body, answer.url))
  // A URI that begins with a variable can only be resolved by a player, against the URL that it was served from.
  if (edit(() => hasRelativeUris(absolute))) {
    return { kind: 'private', reason: 'the playlist holds URIs that only a player can resolve' }
  }
  const body = edit(() => cutFlavors(absolute, key.cut))
  return manifest(
    'hls',
    body,
    edit(() => listUris(body)).map(({ uri }) => uri)
  )
}

/** Without the flavors that the rule excludes; as it is when nothing else would be left to play. */
function cutFlavors(text: string, cut: readonly string[]): string {
  if (cut.length === 0) return text
  return filterVariants(text, (uri) => !cut.includes(flavorIdOf(uri) ?? '')) ?? text
}

function isMpd(body: string): boolean {
  return /<(?:[\w-]+:)?MPD[\s>]/.test(body.slice(0, 4096))
}

function mpdOf(answer: FetchResult): ReadTarget {
  try {
    const body = absolutizeMpd(answer.body, answer.url, MPD_LIMITS)
    return manifest('dash', body, listMpdUris(body, MPD_LIMITS))
  } catch (error) {
    if (error instanceof ManifestError && (error.code === 'too-large' || error.code === 'too-deep')) {
      return { kind: 'private', reason: 'the MPD is too large to be edited here' }
    }
    throw asFailure(error)
  }
}

function manifest(kind: ManifestKind, body: string, uris: readonly string[]): ReadTarget {
  for (const uri of uris) {
    const token = tokenIn(uri)
    if (token !== null) return { kind: 'private', reason: `the manifest carries a token (${token})` }
  }
  return { kind: 'manifest', manifest: kind, body, etag: etagOf(body) }
}

function documentOf(answer: FetchResult, contentType: string): ReadTarget {
  const token = tokenInText(answer.body)
  if (token !== null) return { kind: 'private', reason: `the document carries a token (${token})` }
  return {
    kind: 'document',
    contentType,
    disposition: header(answer, 'content-disposition'),
    body: answer.body,
    etag: etagOf(answer.body)
  }
}

function etagOf(body: string): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`
}

/** One header of an answer as one text; null without it. */
export function header(answer: FetchResult, name: string): string | null {
  const value = answer.headers[name]
  return (Array.isArray(value) ? value.join(', ') : value) ?? null
}

function unreadable(what: string): never {
  throw new UpstreamFailure('body', `Upstream answered no readable ${what}.`)
}

/** What an editor cannot read is a failing upstream. */
function edit<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw asFailure(error)
  }
}

function asFailure(error: unknown): unknown {
  if (!(error instanceof ManifestError)) return error
  return new UpstreamFailure('body', `The manifest could not be read (${error.code}).`, { cause: error })
}
