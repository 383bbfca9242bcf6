import type { Loaded } from '../cache/stale-cache.js'
import type { CacheConfig } from '../config/config.js'
import { readCacheControl } from '../kaltura/cache-control.js'
import { UpstreamFailure } from '../kaltura/errors.js'
import type { FetchResult } from '../kaltura/fetcher.js'
import type { AllowedHosts } from '../kaltura/hosts.js'
import { locationOf, nextHop, type PlayManifestClient, resolveUrl } from '../kaltura/playmanifest-client.js'
import { isErrorOfObject, isTrouble, parseErrorHeader, retryAfter } from '../playmanifest/errors.js'
import { header, mpdLocation, readBody } from './read-body.js'
import type { Target, TargetKey } from './target.js'
import { tokenState } from './token-expiry.js'

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
    const { noStore, maxAge } = readCacheControl(answer.headers['cache-control'])
    // One format keeps status 200 for its errors (recording fmt_applehttp_to_mc_http).
    const isError =
      answer.status >= 400 || (answer.body === '' && parseErrorHeader(header(answer, 'x-kaltura')) !== null)
    if (isError) {
      if (noStore) return this.#private('Kaltura does not let its error be kept')
      return this.#error(parseErrorHeader(header(answer, 'x-kaltura')), header(answer, 'x-kaltura-app'))
    }
    // A body is read before its headers are believed: a page of something in between has headers of its own.
    const body = answer.status === 200 ? await this.#body(answer, key, signal) : null
    const viewerBound = viewerBoundReason(answer)
    if (noStore || maxAge === null || maxAge <= 0) return this.#private('Kaltura does not let its answer be kept')
    if (viewerBound !== null) return this.#private(viewerBound)
    const target = body ?? (await this.#redirect(answer, key, signal))
    if (target.kind === 'private') return this.#private(target.reason)
    if (target.kind === 'error') return this.#error(target.code, null)
    const bytes = 200 + 2 * (target.kind === 'redirect' ? target.location : target.body).length
    return this.#keep(
      target,
      Math.min(this.#cache.target, Math.max(0, maxAge - ageOf(answer)) * 1000),
      this.#cache.staleIfError,
      bytes
    )
  }

  async #redirect(answer: FetchResult, key: TargetKey, signal: AbortSignal): Promise<Target> {
    if (answer.status !== 302 && answer.status !== 303) {
      throw new UpstreamFailure('status', `playManifest answered with status ${answer.status}.`)
    }
    const given = locationOf(answer)
    // A live stream whose URL was never entered (recording entry_live0002_mpegdash): nothing to play.
    if (given === '') return { kind: 'error', code: 25, app: null }
    const location = resolveUrl(given, answer.url)
    const { host } = new URL(location)
    if (this.#hosts.match(new URL(location)) === null) {
      throw new UpstreamFailure('host-not-allowed', `Kaltura redirects to ${host}, which is not in ALLOWED_HOSTS.`)
    }
    // Expired or not: that there is a token at all ends what was known without one.
    const { token } = tokenState(location, 0)
    if (token !== null) return { kind: 'private', reason: `the delivery URL carries a token (${token})` }
    return key.follow ? this.#follow(location, key, signal) : { kind: 'redirect', location }
  }

  async #follow(location: string, key: TargetKey, signal: AbortSignal): Promise<Target> {
    const answer = await this.#client.manifest(location, signal)
    const { noStore } = readCacheControl(answer.headers['cache-control'])
    if (noStore) return { kind: 'private', reason: 'the origin does not let its manifest be kept' }
    const viewerBound = viewerBoundReason(answer)
    if (viewerBound !== null) return { kind: 'private', reason: viewerBound }
    return this.#body(answer, key, signal)
  }

  /** What a 200 holds; an MPD that only says where it is is fetched there, whatever the delivery. */
  async #body(first: FetchResult, key: TargetKey, signal: AbortSignal): Promise<Target> {
    let answer = first
    for (let hop = 0; ; hop++) {
      const next = key.manifest === 'dash' ? mpdLocation(answer.body) : null
      if (next === null) return readBody(answer, key)
      if (hop === MAX_LOCATIONS) throw new UpstreamFailure('too-many-redirects', 'The MPD leads nowhere.')
      answer = await this.#client.manifest(nextHop(next, answer.url), signal)
    }
  }

  #error(code: number | null, app: string | null): Loaded<Target> {
    if (code === null) return this.#private('Kaltura refused without a number')
    if (isTrouble(code)) throw new UpstreamFailure('status', `Kaltura answered error ${code}.`)
    if (!isErrorOfObject(code)) return this.#private(`Kaltura's error ${code} depends on the viewer`)
    const retry = retryAfter(code)
    const life = retry === null ? this.#cache.negative : Math.min(this.#cache.negative, retry * 1000)
    return this.#keep({ kind: 'error', code, app }, life, 0, 200)
  }

  #private(reason: string): Loaded<Target> {
    return this.#keep({ kind: 'private', reason }, this.#cache.target, 0, 200)
  }

  #keep(value: Target, fresh: number, staleIfError: number, bytes: number): Loaded<Target> {
    const staleWhileRevalidate = Math.min(this.#cache.staleWhileRevalidate, staleIfError)
    return { value, fresh, staleWhileRevalidate, staleIfError, bytes }
  }
}

/** Seconds that an answer has already spent in caches on the way. */
function ageOf(answer: FetchResult): number {
  const age = Number(header(answer, 'age') ?? 0)
  return Number.isFinite(age) && age > 0 ? age : 0
}

/** Signs that an answer was made for one viewer, beside its caching headers. */
function viewerBoundReason(answer: FetchResult): string | null {
  if (answer.headers['set-cookie'] !== undefined) return 'upstream sets a cookie'
  const rules = header(answer, 'x-kaltura-acp')?.trim()
  if (rules !== undefined && !/^\d*$/.test(rules)) return 'an access control rule took part'
  return null
}
