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
import { ManifestError, type ManifestErrorCode } from '../manifest/manifest-error.js'
import { applyToMpd, applyToPlaylist, type ManifestPolicy } from '../manifest/policy.js'
import type { ManifestKind } from '../playmanifest/formats.js'
import { rememberBefore } from './before-edit.js'
import { originsOf } from './delivery-hosts.js'
import { isReadableDocument } from './readable-document.js'
import type { ReadTarget, TargetKey } from './target.js'
import { tokenIn, tokenInText } from './tokens.js'

/** Editing happens on the one thread that answers everybody: what is larger than this takes longer than about 0.3 s. */
export const MPD_LIMITS = { maxBytes: 2 * 1024 * 1024, maxParts: 80_000 }
export const PLAYLIST_LIMITS = { maxBytes: 3 * 1024 * 1024, maxLines: 50_000, maxAttributes: 50_000 }
const MAX_URIS = 50_000

const OVER_LIMIT: ReadonlySet<ManifestErrorCode> = new Set([
  'too-large',
  'too-deep',
  'too-many-lines',
  'too-many-parts'
])

/** Documents that Kaltura writes itself; anything else of a 200 comes from something in between. */
const DOCUMENT_TYPE = /^(?:text\/xml|application\/(?:xml|json|smil))\b/i

/**
 * What a 200 of upstream's holds: a playlist, an MPD, or another document of Kaltura's, whole.
 * @throws UpstreamFailure when it is none of these
 */
export function bodyKind(answer: FetchResult): ManifestKind | 'document' {
  const { body } = answer
  if (body.trim() === '') throw new UpstreamFailure('body', 'Upstream answered with an empty body.')
  const type = header(answer, 'content-type') ?? ''
  if (isPlaylist(body)) return 'hls'
  if (/mpegurl/i.test(type)) unreadable('playlist')
  if (/dash\+xml/i.test(type) || isMpd(body)) return 'dash'
  return DOCUMENT_TYPE.test(type) && isReadableDocument(body, type) ? 'document' : unreadable('answer')
}

/**
 * A 200 of upstream's as a target that can stand anywhere: a playlist or an MPD with absolute URIs, another document of
 * Kaltura's as it is; `private` when it carries a token.
 *
 * @throws UpstreamFailure when it is none of these: a known answer outlives that
 */
export function readBody(answer: FetchResult, key: TargetKey): ReadTarget {
  switch (bodyKind(answer)) {
    case 'hls':
      return rememberBefore(
        orTooLarge('playlist', () => playlistOf(answer, key)),
        answer.body
      )
    case 'dash':
      return rememberBefore(
        orTooLarge('MPD', () => mpdOf(answer, key)),
        answer.body
      )
    case 'document':
      return documentOf(answer, header(answer, 'content-type') ?? '')
  }
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
  // Editing comes first: it is what says that a playlist is over a limit.
  const absolute = edit(() => absolutizePlaylist(answer.body, answer.url, PLAYLIST_LIMITS))
  if (playlistKind(absolute) === 'invalid') unreadable('playlist')
  // A URI that begins with a variable can only be resolved by a player, against the URL that it was served from.
  if (edit(() => hasRelativeUris(absolute))) {
    return { kind: 'private', reason: 'the playlist holds URIs that only a player can resolve' }
  }
  const body = edit(() => byPolicy(cutFlavors(absolute, key.cut), key.policy))
  return manifest(
    'hls',
    body,
    edit(() => listUris(body)).map(({ uri }) => uri),
    tagTexts(body)
  )
}

/** What tags and comments say beside their URIs, without the tags' names. */
function tagTexts(playlist: string): string {
  return Array.from(playlist.matchAll(/^[ \t]*#(?:EXT[\w-]*:?)?(.*)$/gm), (line) => line[1]).join('\n')
}

/** Without the flavors that the rule excludes; as it is when nothing else would be left to play. */
function cutFlavors(text: string, cut: readonly string[]): string {
  if (cut.length === 0) return text
  return filterVariants(text, (uri) => !cut.includes(flavorIdOf(uri) ?? '')) ?? text
}

function byPolicy(playlist: string, policy: ManifestPolicy | null): string {
  return policy === null ? playlist : applyToPlaylist(playlist, policy, PLAYLIST_LIMITS)
}

function isMpd(body: string): boolean {
  return /<(?:[\w-]+:)?MPD[\s>]/.test(body.slice(0, 4096))
}

function mpdOf(answer: FetchResult, { policy }: TargetKey): ReadTarget {
  const absolute = edit(() => absolutizeMpd(answer.body, answer.url, MPD_LIMITS))
  const body = policy === null ? absolute : edit(() => applyToMpd(absolute, policy, MPD_LIMITS))
  return manifest(
    'dash',
    body,
    edit(() => listMpdUris(body, MPD_LIMITS)),
    body
  )
}

/** What is over a limit of the editors is an answer all the same: a player may manage it, so it is sent there. */
function orTooLarge(what: string, read: () => ReadTarget): ReadTarget {
  try {
    return read()
  } catch (error) {
    const cause = error instanceof UpstreamFailure ? error.cause : null
    if (cause instanceof ManifestError && OVER_LIMIT.has(cause.code))
      return { kind: 'private', reason: `the ${what} is too large to be edited here (${cause.code})` }
    throw error
  }
}

/** @param beside text in which a token may stand outside of the URIs */
function manifest(kind: ManifestKind, body: string, uris: readonly string[], beside: string): ReadTarget {
  if (uris.length > MAX_URIS) return { kind: 'private', reason: 'the manifest names more addresses than are looked at' }
  let token: string | null = null
  for (const uri of uris) token ??= tokenIn(uri)
  token ??= tokenInText(beside)
  if (token !== null) return { kind: 'private', reason: `the manifest carries a token (${token})` }
  return { kind: 'manifest', manifest: kind, body, etag: etagOf(body), origins: originsOf(uris) }
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
