import { randomInt } from 'node:crypto'
import type { EffectiveParameters } from '../../../playmanifest/parameters.js'
import type { KalturaOptions } from '../options.js'
import { type Answer, chooseRenderer, renderAnswer } from '../render/answer.js'
import type { MediaItem } from '../render/rendering.js'
import { tokenizeItems } from '../tokenizers/tokenize.js'
import { admit, PlayManifestError } from './checks.js'
import { type Delivery, deliver } from './deliver.js'
import { errorAnswer } from './error-answer.js'
import { subtitlesOf } from './subtitles.js'

/** A playManifest request, as far as its answer depends on it. */
export interface PlayManifestRequest {
  method: string
  /** Path and query as sent. */
  url: string
  params: EffectiveParameters
  /** The `callback` of the query without `<` and `>`; null when it is missing or stood elsewhere. */
  callback: string | null
  /** The KS of header or parameter; empty without one. */
  ks: string
  ip: string
  /** The address that delivery URLs are bound to, where it is another one. */
  tokenIp?: string
  userAgent: string
  /** The Referer header. */
  referer: string
  /** The Origin header; empty without one. */
  origin: string
  /** Base of this server's API in answers: `http://127.0.0.1:18080`. */
  apiBase: string
}

/** Formats whose errors keep the status 200 (reference playmanifest.md section 3). */
const ERRORS_WITH_200 = 'applehttp_to_mc'

/** Seconds that clients may keep an answer when that is forced. */
const MAX_AGE = 60

const RESTRICTED_ORIGINS = 'FEATURE_RESTRICT_ACCESS_CONTROL_ALLOW_ORIGIN_DOMAINS'

/**
 * Kaltura's whole playManifest: checks, flavors, delivery profile, renderer (vector groups play-manifest,
 * hls-flavor-order, errors). Depends on nothing but the catalog and the clock in `options`; header names are in lower
 * case and are those that the application sets, before the web server adds its own.
 */
export function playManifest(options: KalturaOptions, request: PlayManifestRequest): Answer {
  const now = Math.floor((options.now ?? Date.now)() / 1000)
  const { params } = request
  try {
    const admitted = admit(options, params, request)
    const delivery = deliver(options, request, admitted)
    const renderer = chooseRenderer(delivery.responseFormat, delivery.renderer)
    const subtitles = renderer === 'm3u8' ? subtitlesOf(options, delivery, admitted, request) : []
    const partner = options.catalog.partners.get(admitted.entry.partnerId)
    const answer = renderAnswer(
      renderer,
      {
        ...delivery.rendering,
        items: signedItems(delivery, { now, clientIp: request.tokenIp ?? request.ip }),
        subtitles
      },
      {
        deliveryCode: params.deliveryCode || (partner?.defaultDeliveryCode ?? ''),
        playbackContext: params.playbackContext || '',
        sessionId: options.randomId?.() ?? String(randomInt(2 ** 31)),
        callback: request.callback
      },
      {
        maxAge: options.forcesCaching ? MAX_AGE : delivery.profile.tokenizer === undefined ? admitted.maxAge : 0,
        lastModified: now,
        now,
        restrictsOrigin: (partner?.permissions ?? []).includes(RESTRICTED_ORIGINS),
        origin: request.origin
      }
    )
    return admitted.acp === null || options.forcesCaching ? answer : withAccess(answer, admitted.acp)
  } catch (error) {
    if (!(error instanceof PlayManifestError)) throw error
    const { code, detail, acp } = error
    const notFoundStatus = params.format !== ERRORS_WITH_200
    const answer = errorAnswer({ code, detail, method: request.method, notFoundStatus, now })
    return acp === null ? answer : withAccess(answer, acp)
  }
}

/** The items, signed if the delivery profile has a tokenizer. */
function signedItems({ rendering, profile }: Delivery, at: { now: number; clientIp: string }): readonly MediaItem[] {
  const { items, baseUrl } = rendering
  return profile.tokenizer === undefined ? items : tokenizeItems(profile.tokenizer, at, items, baseUrl)
}

function withAccess(answer: Answer, acp: string): Answer {
  return { ...answer, headers: { ...answer.headers, 'x-kaltura-acp': acp } }
}
