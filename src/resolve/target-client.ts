import { createHash } from 'node:crypto'
import type { Loaded } from '../cache/stale-cache.js'
import type { CacheConfig } from '../config/config.js'
import { readCacheControl } from '../kaltura/cache-control.js'
import { UpstreamFailure } from '../kaltura/errors.js'
import type { FetchResult } from '../kaltura/fetcher.js'
import type { AllowedHosts } from '../kaltura/hosts.js'
import { type PlayManifestClient, resolveUrl } from '../kaltura/playmanifest-client.js'
import { absolutizeMpd, isLocationOnly, listMpdUris, mpdLocations } from '../manifest/dash/index.js'
import {
  absolutizePlaylist,
  filterVariants,
  flavorIdOf,
  hasRelativeUris,
  listUris,
  playlistKind
} from '../manifest/hls/index.js'
import { ManifestError } from '../manifest/manifest-error.js'
import { isErrorOfObject, parseErrorHeader, retryAfter } from '../playmanifest/errors.js'
import type { ManifestKind } from '../playmanifest/formats.js'
import type { Target, TargetKey } from './target.js'
import { tokenIn } from './tokens.js'

/** Editing happens on the one thread that answers everybody: an MPD of this size takes about 0.3 s. Bytes. */
const MPD_LIMITS = { maxBytes: 2 * 1024 * 1024 }

/** An MPD may only say where it is; followed by hand, since no player does (research on players). */
const MAX_LOCATIONS = 3

/** Fetches targets and judges them: what may be kept, for how long, and what is somebody's own. */
export class TargetClient {
  readonly #client: PlayManifestClient
  readonly #hosts: AllowedHosts
  readonly #cache: CacheConfig

  constructor(client: PlayManifestClient, hosts: AllowedHosts, cache: CacheConfig) {
    this.#client = client
    this.#hosts = hosts
    this.#cache = cache
  }

  /** @throws UpstreamFailure when upstream fails in the sense of rule 6 of the design */
  async fetch(key: TargetKey, signal: AbortSignal): Promise<Loaded<Target>> {
    const answer = await this.#client.ask(key.path, signal)
    const error = parseErrorHeader(one(answer.headers['x-kaltura']))
    if (answer.status >= 400) return this.#error(error, one(answer.headers['x-kaltura-app']))
    // A body is read before its headers are believed: a page of something in between has headers of its own.
    const body = answer.status === 200 ? await this.#manifest(answer, key, signal) : null
    const { noStore, maxAge } = readCacheControl(answer.headers['cache-control'])
    const viewerBound = viewerBoundReason(answer)
    if (noStore || maxAge === null || maxAge <= 0) return this.#private('Kaltura does not let its answer be kept')
    if (viewerBound !== null) return this.#private(viewerBound)
    const target = body ?? (await this.#redirect(answer, key, signal))
    if (target.kind === 'private') return this.#private(target.reason)
    if (target.kind === 'error') return this.#error(target.code, null)
    const bytes =
      target.kind === 'manifest' ? target.body.length + 100 : 2 * (target as { location: string }).location.length
    return this.#keep(target, Math.min(this.#cache.target, maxAge * 1000), this.#cache.staleIfError, bytes)
  }

  async #redirect(answer: FetchResult, key: TargetKey, signal: AbortSignal): Promise<Target> {
    if (answer.status !== 302 && answer.status !== 303) {
      throw new UpstreamFailure('status', `playManifest answered with status ${answer.status}.`)
    }
    const given = one(answer.headers.location) ?? ''
    // A live stream whose URL was never entered (recording entry_live0002_mpegdash): nothing to play.
    if (given.trim() === '') return { kind: 'error', code: 25, app: null }
    const location = resolveUrl(given, answer.url)
    if (this.#hosts.match(new URL(location)) === null) {
      throw new UpstreamFailure(
        'host-not-allowed',
        `Kaltura redirects to ${new URL(location).host}, which is not in ALLOWED_HOSTS.`
      )
    }
    const token = tokenIn(location)
    if (token !== null) return { kind: 'private', reason: `the delivery URL carries a token (${token})` }
    if (!key.follow || key.manifest === null) return { kind: 'redirect', location }
    return this.#follow(location, key, signal)
  }

  async #follow(location: string, key: TargetKey, signal: AbortSignal): Promise<Target> {
    const answer = await this.#client.manifest(location, signal)
    const { noStore } = readCacheControl(answer.headers['cache-control'])
    if (noStore) return { kind: 'private', reason: 'the origin does not let its manifest be kept' }
    const viewerBound = viewerBoundReason(answer)
    if (viewerBound !== null) return { kind: 'private', reason: viewerBound }
    return this.#manifest(answer, key, signal)
  }

  /** The manifest of a body; an MPD that only says where it is is fetched there, whatever the delivery. */
  async #manifest(first: FetchResult, key: TargetKey, signal: AbortSignal): Promise<Target> {
    let answer = first
    for (let hop = 0; key.manifest === 'dash' && isLocation(answer.body); hop++) {
      const next = mpdLocations(answer.body, MPD_LIMITS)[0]
      if (next === undefined || hop === MAX_LOCATIONS) {
        throw new UpstreamFailure('too-many-redirects', 'The MPD leads nowhere.')
      }
      answer = await this.#client.manifest(resolveUrl(next, answer.url), signal)
    }
    return bodyOf(answer, key)
  }

  #error(code: number | null, app: string | null): Loaded<Target> {
    if (code === null) return this.#private('Kaltura refused without a number')
    if (!isErrorOfObject(code)) return this.#private(`Kaltura's error ${code} depends on the viewer`)
    const retry = retryAfter(code)
    const life = retry === null ? this.#cache.negative : Math.min(this.#cache.negative, retry * 1000)
    return this.#keep({ kind: 'error', code, app }, life, 0, 100)
  }

  #private(reason: string): Loaded<Target> {
    return this.#keep({ kind: 'private', reason }, this.#cache.target, 0, 100)
  }

  #keep(value: Target, fresh: number, staleIfError: number, bytes: number): Loaded<Target> {
    return {
      value,
      fresh,
      staleWhileRevalidate: Math.min(this.#cache.staleWhileRevalidate, staleIfError),
      staleIfError,
      bytes
    }
  }
}

/** What is no readable MPD is no location either: `bodyOf` says what it is. */
function isLocation(body: string): boolean {
  try {
    return isLocationOnly(body, MPD_LIMITS)
  } catch {
    return false
  }
}

/**
 * A manifest made to stand anywhere; `private` when it carries a token, or when Kaltura plainly answered another kind of
 * document. A body that is neither is a failing upstream.
 */
function bodyOf(answer: FetchResult, key: TargetKey): Target {
  if (answer.body.trim() === '') throw new UpstreamFailure('body', 'Upstream answered with an empty body.')
  if (key.manifest === 'hls') return playlistOf(answer, key)
  if (key.manifest === 'dash') return mpdOf(answer)
  return otherDocument(answer) ?? unreadable('redirect')
}

/** F4M, SMIL, JSON: answers of Kaltura that are not kept here, and no sign of trouble. */
function otherDocument(answer: FetchResult): Target | null {
  const type = one(answer.headers['content-type']) ?? ''
  return /^(?:text\/xml|application\/(?:xml|json))\b/i.test(type)
    ? { kind: 'private', reason: 'Kaltura answered another kind of document' }
    : null
}

function unreadable(what: string): never {
  throw new UpstreamFailure('body', `Upstream answered no readable ${what}.`)
}

function playlistOf(answer: FetchResult, key: TargetKey): Target {
  if (playlistKind(answer.body) === 'invalid') return otherDocument(answer) ?? unreadable('playlist')
  const absolute = read(() => absolutizePlaylist(answer.body, answer.url))
  // A URI that begins with a variable can only be resolved by a player, against the URL that it was served from.
  if (read(() => hasRelativeUris(absolute))) {
    return { kind: 'private', reason: 'the playlist holds URIs that only a player can resolve' }
  }
  const body = read(() => cutFlavors(absolute, key.cut))
  return manifest(
    'hls',
    body,
    read(() => listUris(body)).map(({ uri }) => uri)
  )
}

/** Without the flavors that the rule excludes; as it is when nothing else would be left to play. */
function cutFlavors(text: string, cut: readonly string[]): string {
  if (cut.length === 0) return text
  return filterVariants(text, (uri) => !cut.includes(flavorIdOf(uri) ?? '')) ?? text
}

function mpdOf(answer: FetchResult): Target {
  try {
    const body = absolutizeMpd(answer.body, answer.url, MPD_LIMITS)
    return manifest('dash', body, listMpdUris(body))
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error
    if (error.code === 'too-large' || error.code === 'too-deep') {
      return { kind: 'private', reason: 'the MPD is too large to be edited here' }
    }
    const other = error.code === 'not-mpd' ? otherDocument(answer) : null
    if (other !== null) return other
    throw asFailure(error)
  }
}

function manifest(kind: ManifestKind, body: string, uris: readonly string[]): Target {
  for (const uri of uris) {
    const token = tokenIn(uri)
    if (token !== null) return { kind: 'private', reason: `the manifest carries a token (${token})` }
  }
  return {
    kind: 'manifest',
    manifest: kind,
    body,
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`
  }
}

/** Signs that an answer was made for one viewer, beside its caching headers. */
function viewerBoundReason(answer: FetchResult): string | null {
  if (answer.headers['set-cookie'] !== undefined) return 'upstream sets a cookie'
  const rules = one(answer.headers['x-kaltura-acp'])?.trim()
  if (rules !== undefined && !/^\d*$/.test(rules)) return 'an access control rule took part'
  return null
}

function one(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header.join(', ') : header) ?? null
}

/** What an editor cannot read is a failing upstream: a known manifest outlives it. */
function read<T>(edit: () => T): T {
  try {
    return edit()
  } catch (error) {
    throw asFailure(error)
  }
}

function asFailure(error: unknown): unknown {
  if (!(error instanceof ManifestError)) return error
  return new UpstreamFailure('body', `The manifest could not be read (${error.code}).`, { cause: error })
}
