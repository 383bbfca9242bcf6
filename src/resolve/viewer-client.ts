import type { Config } from '../config/config.js'
import { UpstreamFailure } from '../kaltura/errors.js'
import type { FetchResult } from '../kaltura/fetcher.js'
import type { Locations, SafeLocation } from '../kaltura/locations.js'
import { locationOf, resolveUrl } from '../kaltura/playmanifest-client.js'
import { addressHeaders, type Forwarded, type Headers, viewerHeaders } from '../kaltura/viewer-headers.js'
import { ViewerPlayManifest } from '../kaltura/viewer-playmanifest.js'
import { isTrouble, parseErrorHeader } from '../playmanifest/errors.js'
import { manifestKind } from '../playmanifest/formats.js'
import type { Plan } from '../rules/decide.js'
import type { Answer } from './decision.js'
import { hostObjection } from './delivery-hosts.js'
import type { ResolveInput } from './input.js'
import { header, mpdLocation } from './read-body.js'
import { tokenState } from './token-expiry.js'
import { tokenIn } from './tokens.js'
import { viewerBody } from './viewer-answer.js'

/** Whom an answer is fetched for. */
export interface Viewer {
  /** His request's headers; a few of them go to Kaltura. */
  headers: Headers
  /** Null: his address is not known. */
  forwarded: Forwarded | null
  /** When his request came, Unix ms. */
  began: number
}

/** An MPD may only say where it is; no player follows that. */
const MAX_LOCATIONS = 3

/**
 * Per-viewer proxying, an option of a partner: instead of being sent to Kaltura's playManifest, a viewer gets what it
 * answers to him, fetched with his own KS, browser, page and address (reference access-control.md section 6, "Proxying a
 * manifest"). Nothing is kept, and no two viewers share a fetch. Whatever is odd leaves the redirect as it was.
 */
export class ViewerClient {
  readonly #config: Config
  readonly #locations: Locations
  readonly #client: ViewerPlayManifest
  readonly #now: () => number

  /** @param now Unix ms */
  constructor(config: Config, locations: Locations, now: () => number = Date.now) {
    this.#config = config
    this.#locations = locations
    this.#client = new ViewerPlayManifest(config, now)
    this.#now = now
  }

  /** What becomes of an answer that was decided on; only a template of a partner with the option may change. */
  async answer(given: Answer, input: ResolveInput, viewer: Viewer): Promise<Answer> {
    const { partner, decision } = input
    if (!partner.viewerProxy || given.kind !== 'template') return given
    const redirect: Answer = given.life === 'failed' ? given : { ...given, life: 'private' }
    const reason = this.#reasonAgainst(input, viewer) ?? (await refusal(input))
    const left = this.#config.targetPatience - (this.#now() - viewer.began)
    if (reason !== null || left <= 0 || viewer.forwarded === null) {
      decision.viewer = `redirected: ${reason ?? 'no time is left'}`
      return redirect
    }
    const { remoteAddrSalt } = this.#config
    const headers = viewerHeaders(viewer.headers, addressHeaders(viewer.forwarded, remoteAddrSalt, this.#now()))
    // What the redirect would have named, KS and all, asked for where the gateway reaches Kaltura.
    const path = given.location.slice(given.base.length)
    try {
      const answer = await this.#fetch(
        given.base,
        path,
        headers,
        input,
        AbortSignal.timeout(Math.min(left, this.#config.targetPatience))
      )
      const elsewhere = answer.kind === 'viewer' ? hostObjection(input.plan, answer) : null
      if (elsewhere !== null) {
        decision.viewer = `redirected: ${elsewhere}`
        return redirect
      }
      decision.viewer = answer.kind === 'viewer' ? answer.content : answer.kind
      return answer
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error
      decision.viewer = 'redirected: the answer for the viewer could not be had'
      decision.failure = `${error.kind}: ${error.message}`
      return { ...given, life: given.life === 'private' ? 'private' : 'failed' }
    }
  }

  /** Why a viewer is not even asked for, or null. */
  #reasonAgainst({ untouched, decision }: ResolveInput, { forwarded }: Viewer): string | null {
    if (untouched !== null) return untouched
    if (decision.target === 'failed' || decision.target === 'pending') return 'playManifest has just failed'
    if (decision.sharingClass === 'public') return 'it is public'
    if (forwarded === null) return "the viewer's address is not known"
    // Kaltura would take him for a viewer by https, which he is not.
    if (forwarded.scheme === 'http' && this.#config.serviceUrl.startsWith('https:')) return 'the viewer came by http'
    return null
  }

  /** @throws UpstreamFailure for everything that is no answer for this viewer */
  async #fetch(
    his: string,
    path: string,
    headers: Record<string, string>,
    { plan }: ResolveInput,
    signal: AbortSignal
  ): Promise<Answer> {
    const answer = await this.#client.ask(path, headers, signal)
    if (answer.headers['set-cookie'] !== undefined) unusable('Kaltura sets a cookie, which is for the viewer alone.')
    const code = parseErrorHeader(header(answer, 'x-kaltura'))
    if (answer.status >= 400 || (answer.body === '' && code !== null)) {
      if (code === null || isTrouble(code)) unusable('Kaltura refused without saying why.')
      const app = header(answer, 'x-kaltura-app')
      return { kind: 'error', code, life: 0, ...(app === null ? {} : { app }) }
    }
    // Relative to where the viewer would have been, not to a name that only the gateway may know.
    const base = his + path
    if (answer.status === 302 || answer.status === 303) {
      const given = locationOf(answer)
      if (given === '') return { kind: 'error', code: 25, life: 0 }
      const location = this.#checked(resolveUrl(given, base))
      const follow = plan.delivery === 'proxy' && manifestKind(plan.format) !== null
      // A token may be bound to the viewer's address, and is his in any case.
      if (!follow || tokenIn(location) !== null) return { kind: 'viewer', content: 'redirect', location }
      const manifest = await this.#client.manifest(location, headers, signal)
      return this.#body(manifest, manifest.url, plan, headers, signal)
    }
    if (answer.status !== 200) unusable(`playManifest answered with status ${answer.status}.`)
    // `redirect` promises a 302 always.
    if (plan.delivery === 'redirect') unusable('Kaltura answers no redirect.')
    return this.#body(answer, base, plan, headers, signal)
  }

  /** What a 200 holds; an MPD that only says where it is is fetched there. */
  async #body(
    first: FetchResult,
    at: string,
    { format, manifest }: Plan,
    headers: Record<string, string>,
    signal: AbortSignal
  ): Promise<Answer> {
    let answer = first
    let base = at
    for (let hop = 0; hop <= MAX_LOCATIONS; hop++) {
      if (answer.headers['set-cookie'] !== undefined)
        unusable('The origin sets a cookie, which is for the viewer alone.')
      const next = manifestKind(format) === 'dash' ? mpdLocation(answer.body) : null
      if (next === null) return viewerBody(answer, base, this.#now(), manifestKind(format) === null ? null : manifest)
      answer = await this.#client.manifest(this.#checked(resolveUrl(next, base)), headers, signal)
      base = answer.url
    }
    throw new UpstreamFailure('too-many-redirects', 'The MPD leads nowhere.')
  }

  /** A URL that may be handed out or followed. */
  #checked(url: string): SafeLocation {
    const location = this.#locations.delivery(url)
    if (location === null) {
      const { host } = new URL(url)
      throw new UpstreamFailure('host-not-allowed', `Kaltura redirects to ${host}, which is not in ALLOWED_HOSTS.`)
    }
    if (tokenState(location, this.#now() / 1000).expired)
      unusable('The delivery URL holds a token whose end has passed.')
    return location
  }

  close(): Promise<void> {
    return this.#client.close()
  }
}

/**
 * Why a viewer who may be asked for is not, or null: he would wait where nobody else should, or his client has had Kaltura
 * asked often enough. Asked last, since the latter counts.
 */
async function refusal({ crowded, admit }: ResolveInput): Promise<string | null> {
  if (crowded?.() === true) return 'too many wait already'
  return (await admit?.()) === false ? 'the client has used up its budget of misses' : null
}

function unusable(message: string): never {
  throw new UpstreamFailure('body', message)
}
