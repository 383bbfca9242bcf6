import { readCacheControl } from '../kaltura/cache-control.js'
import { UpstreamFailure } from '../kaltura/errors.js'
import type { FetchResult } from '../kaltura/fetcher.js'
import type { Locations } from '../kaltura/locations.js'
import { locationOf, nextHop, type PlayManifestClient, resolveUrl } from '../kaltura/playmanifest-client.js'
import { isTrouble, parseErrorHeader } from '../playmanifest/errors.js'
import { header, mpdLocation, readBody } from './read-body.js'
import type { UpstreamSaid } from './recorder.js'
import { type AnswerFacts, answerObjections } from './sharing-answer.js'
import type { ReadTarget, Target, TargetKey } from './target.js'
import { tokenState } from './token-expiry.js'

/** An MPD may only say where it is; followed by hand, since no player does (research on players). */
const MAX_LOCATIONS = 3

/** What upstream answered: the value, and what it says about who may have it. */
export interface Fetched {
  /** Null when there is nothing that could be kept. */
  target: Target | null
  facts: AnswerFacts
  /** ms for which upstream lets a success be kept. */
  life: number
  /** For explain. */
  said: UpstreamSaid
}

/** Fetches targets. Who may have one is for others to judge: here is only what was found. */
export class TargetClient {
  readonly #client: PlayManifestClient
  readonly #locations: Locations

  constructor(client: PlayManifestClient, locations: Locations) {
    this.#client = client
    this.#locations = locations
  }

  /** @throws UpstreamFailure when upstream fails in the sense of rule 6 of the design */
  async fetch(key: TargetKey, signal: AbortSignal): Promise<Fetched> {
    const answer = await this.#client.ask(key.path, signal)
    const fetched = await this.#read(answer, key, signal)
    const cacheControl = header(answer, 'cache-control')
    return { ...fetched, said: { status: answer.status, cacheControl, age: ageOf(answer), facts: fetched.facts } }
  }

  async #read(answer: FetchResult, key: TargetKey, signal: AbortSignal): Promise<Omit<Fetched, 'said'>> {
    const facts = factsOf(answer)
    // One format keeps status 200 for its errors (recording fmt_applehttp_to_mc_http).
    const code = parseErrorHeader(header(answer, 'x-kaltura'))
    if (answer.status >= 400 || (answer.body === '' && code !== null)) {
      if (code !== null && isTrouble(code)) throw new UpstreamFailure('status', `Kaltura answered error ${code}.`)
      const target: Target | null = code === null ? null : { kind: 'error', code, app: header(answer, 'x-kaltura-app') }
      return { target, facts: { ...facts, error: code, unnumbered: code === null }, life: 0 }
    }
    const life = Math.max(0, (facts.maxAge ?? 0) - ageOf(answer)) * 1000
    // A body is read before its headers are believed: a page of something in between has headers of its own.
    const body = answer.status === 200 ? await this.#body(answer, key, signal) : null
    if (body === null && answerObjections(facts).length > 0) return { target: null, facts, life }
    const { target, origin } =
      body === null ? await this.#redirect(answer, key, signal) : { target: body, origin: null }
    const all = origin === null ? facts : withOrigin(facts, factsOf(origin))
    if (target.kind === 'private') return { target: null, facts: { ...all, content: target.reason }, life }
    if (target.kind === 'error') return { target, facts: { ...all, error: target.code }, life: 0 }
    return { target, facts: all, life }
  }

  async #redirect(
    answer: FetchResult,
    key: TargetKey,
    signal: AbortSignal
  ): Promise<{ target: ReadTarget; origin: FetchResult | null }> {
    if (answer.status !== 302 && answer.status !== 303) {
      throw new UpstreamFailure('status', `playManifest answered with status ${answer.status}.`)
    }
    const given = locationOf(answer)
    // A live stream whose URL was never entered (recording entry_live0002_mpegdash): nothing to play.
    if (given === '') return { target: { kind: 'error', code: 25, app: null }, origin: null }
    const location = this.#locations.delivery(resolveUrl(given, answer.url))
    if (location === null) {
      const { host } = new URL(resolveUrl(given, answer.url))
      throw new UpstreamFailure('host-not-allowed', `Kaltura redirects to ${host}, which is not in ALLOWED_HOSTS.`)
    }
    // Expired or not: that there is a token at all ends what was known without one.
    const { token } = tokenState(location, 0)
    if (token !== null) {
      return { target: { kind: 'private', reason: `the delivery URL carries a token (${token})` }, origin: null }
    }
    if (!key.follow) return { target: { kind: 'redirect', location }, origin: null }
    const origin = await this.#client.manifest(location, signal)
    return { target: await this.#body(origin, key, signal), origin }
  }

  /** What a 200 holds; an MPD that only says where it is is fetched there, whatever the delivery. */
  async #body(first: FetchResult, key: TargetKey, signal: AbortSignal): Promise<ReadTarget> {
    let answer = first
    for (let hop = 0; ; hop++) {
      const next = key.manifest === 'dash' ? mpdLocation(answer.body) : null
      if (next === null) return readBody(answer, key)
      if (hop === MAX_LOCATIONS) throw new UpstreamFailure('too-many-redirects', 'The MPD leads nowhere.')
      answer = await this.#client.manifest(nextHop(next, answer.url), signal)
    }
  }
}

/** Seconds that an answer has already spent in caches on the way. */
function ageOf(answer: FetchResult): number {
  const age = Number(header(answer, 'age') ?? 0)
  return Number.isFinite(age) && age > 0 ? age : 0
}

/** What the headers of a success say. */
function factsOf(answer: FetchResult): AnswerFacts {
  const { noStore, maxAge } = readCacheControl(answer.headers['cache-control'])
  const rules = header(answer, 'x-kaltura-acp')?.trim()
  return {
    error: null,
    unnumbered: false,
    noStore,
    maxAge,
    cookie: answer.headers['set-cookie'] !== undefined,
    // The profile's id alone: none of its rules took part.
    ruleTookPart: rules !== undefined && !/^\d*$/.test(rules),
    content: null
  }
}

/** An origin behind Kaltura may forbid what Kaltura allows, and need not say anything. */
function withOrigin(facts: AnswerFacts, origin: AnswerFacts): AnswerFacts {
  return {
    ...facts,
    cookie: facts.cookie || origin.cookie,
    ruleTookPart: facts.ruleTookPart || origin.ruleTookPart,
    content: origin.noStore ? 'the origin does not let its manifest be kept' : facts.content
  }
}
