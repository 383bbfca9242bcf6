import type { PartnerConfig } from '../config/config.js'
import { READY } from '../flavors/flavor-asset.js'
import { MAX_URL_LENGTH } from '../playmanifest/parse.js'
import type { GrantSubject } from '../signing/grant.js'
import type { KalturaApi } from './api.js'
import { UpstreamFailure } from './errors.js'
import { holdsKs } from './holds-ks.js'
import type { Locations, SafeLocation } from './locations.js'
import type { OwnSession, OwnSessions } from './session.js'
import { isObject, readApiError, readEntry } from './wire.js'

export type Granted =
  | { kind: 'url'; location: SafeLocation }
  /** Kaltura's number: 1 for the entry, 6 for the flavor. */
  | { kind: 'error'; code: 1 | 6 }
  /** Kaltura's answer is nothing to hand out; the reason is ours. */
  | { kind: 'unsafe'; reason: string }
  | { kind: 'timeout' | 'failed'; reason: string }

/** flavorAsset.getUrl also gives those that are still being exported (reference api-v3.md section 5). */
const EXPORTING = 9
const MANIFEST = /\.(?:m3u8|mpd|f4m|ism|isml|smil)(?:$|\/)|\/manifest$/i

/** Asks for the address of one flavor with the gateway's own credential. Nothing is kept. */
export class GrantClient {
  readonly #api: KalturaApi
  readonly #sessions: OwnSessions
  readonly #locations: Locations
  readonly #timeout: number

  /** @param timeout ms for one grant */
  constructor(api: KalturaApi, sessions: OwnSessions, locations: Locations, timeout: number) {
    this.#api = api
    this.#sessions = sessions
    this.#locations = locations
    this.#timeout = timeout
  }

  /** The download address of a ready flavor of an entry of this partner. Never throws for anything that upstream does. */
  async url(partner: PartnerConfig, subject: GrantSubject): Promise<Granted> {
    const signal = AbortSignal.timeout(this.#timeout)
    try {
      const own = await this.#session(partner, signal)
      const first = await this.#ask(partner, subject, own, signal)
      if (first !== 'refused') return first
      // A secret may have been rotated a moment ago: once more with the next one.
      this.#sessions.refused(partner, own)
      const second = await this.#ask(partner, subject, await this.#session(partner, signal), signal)
      return second === 'refused' ? { kind: 'failed', reason: 'Kaltura refuses the gateway credential' } : second
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error
      return { kind: error.kind === 'timeout' ? 'timeout' : 'failed', reason: `${error.kind}: ${error.message}` }
    }
  }

  async #session(partner: PartnerConfig, signal: AbortSignal): Promise<OwnSession> {
    const own = await this.#sessions.get(partner, signal)
    // To any other session "not found" may mean "not for you".
    if (own === null || !own.seesEverything) throw new UpstreamFailure('api', 'The gateway has no admin credential.')
    return own
  }

  async #ask(
    partner: PartnerConfig,
    { entryId, flavorId }: GrantSubject,
    { ks }: OwnSession,
    signal: AbortSignal
  ): Promise<Granted | 'refused'> {
    const [entry, flavor, url] = await this.#api.multirequest(
      [
        { service: 'baseEntry', action: 'get', entryId, ks },
        { service: 'flavorAsset', action: 'get', id: flavorId, ks },
        { service: 'flavorAsset', action: 'getUrl', id: flavorId, ks }
      ],
      signal
    )
    const codes = [entry, flavor, url].map((answer) => readApiError(answer)?.code)
    if (codes.includes('INVALID_KS')) return 'refused'
    if (codes[0] === 'ENTRY_ID_NOT_FOUND' || codes[0] === 'INVALID_ENTRY_ID') return { kind: 'error', code: 1 }
    const facts = readEntry(entry)
    if (facts === null) return { kind: 'failed', reason: `the entry could not be read (${codes[0] ?? 'no error'})` }
    // What was signed is this very id, whatever the API takes for it.
    if (facts.partnerId !== partner.id || facts.id !== entryId) return { kind: 'error', code: 1 }
    if (codes[1] === 'FLAVOR_ASSET_ID_NOT_FOUND' || codes[2] === 'FLAVOR_ASSET_ID_NOT_FOUND') {
      return { kind: 'error', code: 6 }
    }
    if (!isObject(flavor) || codes[1] !== undefined) {
      return { kind: 'failed', reason: `the flavor could not be read (${codes[1] ?? 'no error'})` }
    }
    const status = Number(flavor.status)
    const isIts = flavor.id === flavorId && flavor.entryId === entryId && Number(flavor.partnerId) === partner.id
    if (!isIts || (status !== READY && status !== EXPORTING)) return { kind: 'error', code: 6 }
    if (typeof url !== 'string') return { kind: 'failed', reason: `Kaltura gave no URL (${codes[2] ?? 'no error'})` }
    return this.#judge(url)
  }

  /** Handed out is only what is no credential itself and leads where the configuration says. */
  #judge(text: string): Granted {
    const unsafe = (reason: string): Granted => ({ kind: 'unsafe', reason })
    // No client takes such a Location, and looking for sessions in it would hold everybody up.
    if (text.length > MAX_URL_LENGTH) return unsafe('the URL is longer than any URL is')
    if (!URL.canParse(text)) return unsafe('what Kaltura gave is no URL')
    const url = new URL(text)
    if (url.protocol !== 'http:' && url.protocol !== 'https:') return unsafe('the URL is not http or https')
    const location = this.#locations.delivery(url.href)
    if (location === null) return unsafe(`${url.host} is not in ALLOWED_HOSTS`)
    if (holdsKs(text) || holdsKs(location)) return unsafe('the URL holds a KS')
    if (MANIFEST.test(url.pathname)) return unsafe('the URL is that of a manifest')
    // As it was read: what was checked is what the client gets.
    return { kind: 'url', location }
  }
}
