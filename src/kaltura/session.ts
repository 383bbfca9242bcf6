import { createHash } from 'node:crypto'
import type { PartnerConfig } from '../config/config.js'
import { makeKsV2 } from '../viewer/ks.js'
import type { KalturaApi } from './api.js'
import { UpstreamFailure } from './errors.js'
import { isObject, readApiError } from './wire.js'

/** The gateway's own session for a partner. A credential: never logged, never in an answer. */
export interface OwnSession {
  ks: string
  /** Whether "not found" from this session means the entry does not exist, rather than "not for you". */
  seesEverything: boolean
}

/** s a session made here is good for; renewed well before. */
const LIFE = 3600
const RENEW_BEFORE = 600
/** Hash types an app token may have; the API does not tell which, so they are tried in order of likelihood. */
const HASHES = ['sha256', 'sha1', 'sha512', 'md5'] as const

/** s in which a refused app token is not tried again. */
const TOKEN_PAUSE = 60

class TokenRefused extends Error {
  constructor(code: string) {
    super(`the app token was refused (${code}); it is tried again in ${TOKEN_PAUSE} s.`)
  }
}

/** Makes and renews the gateway's own sessions, one per partner: locally with an admin secret, else by app token. */
export class OwnSessions {
  readonly #api: KalturaApi
  readonly #now: () => number
  readonly #made = new Map<number, { session: OwnSession; until: number }>()
  readonly #secretIndex = new Map<number, number>()
  readonly #tokenRefusedUntil = new Map<number, number>()
  readonly #warn: (text: string) => void

  /** @param warn takes what an operator should know; never holds a credential */
  constructor(api: KalturaApi, now: () => number = Date.now, warn: (text: string) => void = () => {}) {
    this.#api = api
    this.#now = now
    this.#warn = warn
  }

  /** The session to use now; null when the partner has no credential. */
  async get(partner: PartnerConfig, signal: AbortSignal): Promise<OwnSession | null> {
    const now = Math.floor(this.#now() / 1000)
    const known = this.#made.get(partner.id)
    if (known !== undefined && now < known.until - RENEW_BEFORE) return known.session
    if (partner.adminSecrets.length > 0) {
      const secret = partner.adminSecrets[(this.#secretIndex.get(partner.id) ?? 0) % partner.adminSecrets.length]!
      const session: OwnSession = {
        ks: makeKsV2({
          partnerId: partner.id,
          secret,
          userId: '',
          type: 2,
          expiry: now + LIFE,
          privileges: 'disableentitlement'
        }),
        seesEverything: true
      }
      this.#made.set(partner.id, { session, until: now + LIFE })
      return session
    }
    return partner.appToken === null ? null : this.#tryToken(partner.id, partner.appToken, now, signal)
  }

  /** Kaltura refused this session: the next one is made anew, with the next secret of a rotation. */
  refused(partner: PartnerConfig, session: OwnSession): void {
    // Others may have been refused with the same session a moment ago, and the next one be made already.
    if (this.#made.get(partner.id)?.session !== session) return
    this.#made.delete(partner.id)
    this.#secretIndex.set(partner.id, (this.#secretIndex.get(partner.id) ?? 0) + 1)
  }

  /** A token that is refused leaves what anyone may see: said once, and tried again after a while. */
  async #tryToken(
    partnerId: number,
    appToken: { id: string; token: string },
    now: number,
    signal: AbortSignal
  ): Promise<OwnSession | null> {
    if (now < (this.#tokenRefusedUntil.get(partnerId) ?? 0)) return null
    try {
      return await this.#startByToken(partnerId, appToken, signal)
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error
      this.#tokenRefusedUntil.set(partnerId, now + TOKEN_PAUSE)
      this.#warn(`Partner ${partnerId}: ${error.message} The gateway works without a credential until then.`)
      return null
    }
  }

  /** Source: reference ks.md section 7, appToken.startSession. */
  async #startByToken(
    partnerId: number,
    appToken: { id: string; token: string },
    signal: AbortSignal
  ): Promise<OwnSession> {
    const [widget] = await this.#api.multirequest(
      [{ service: 'session', action: 'startWidgetSession', widgetId: `_${partnerId}` }],
      signal
    )
    const widgetKs = isObject(widget) ? widget.ks : undefined
    if (typeof widgetKs !== 'string') throw new UpstreamFailure('api', 'No widget session could be started.')
    const answers = await this.#api.multirequest(
      HASHES.map((hash) => ({
        service: 'appToken',
        action: 'startSession',
        ks: widgetKs,
        id: appToken.id,
        tokenHash: createHash(hash)
          .update(widgetKs + appToken.token)
          .digest('hex')
      })),
      signal
    )
    const info = answers.find((answer) => isObject(answer) && typeof answer.ks === 'string')
    if (!isObject(info)) {
      const code = answers.map((answer) => readApiError(answer)?.code).find((name) => name !== 'INVALID_APP_TOKEN_HASH')
      throw new TokenRefused(code ?? 'INVALID_APP_TOKEN_HASH')
    }
    const session: OwnSession = {
      ks: String(info.ks),
      seesEverything:
        Number(info.sessionType) >= 1 &&
        String(info.privileges ?? '')
          .split(',')
          .includes('disableentitlement')
    }
    const now = Math.floor(this.#now() / 1000)
    const expiry = Number(info.expiry)
    this.#made.set(partnerId, { session, until: Number.isFinite(expiry) && expiry > 0 ? expiry : now + LIFE })
    return session
  }
}
