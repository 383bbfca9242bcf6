import type { RequestParams } from './params.js'
import { isTruthy } from './php-number.js'

/** The format that a request asks for. Kaltura's default is `http`; an empty value or `0` counts as not sent. */
export function requestedFormat(params: RequestParams): string {
  return isTruthy(params.format) ? params.format : 'http'
}

/**
 * The protocol of the media URLs. Not sent, empty or the literal `null`: `http`, or `rtmp` for the format `rtmp`. Some
 * formats force a protocol that fits; `url` and `download` do not, and nothing else is validated: a caller must allow
 * only what it knows (reference section 2.2; vectors protocol-*).
 */
export function mediaProtocol(format: string, params: RequestParams): string {
  const { protocol } = params
  const asked = isTruthy(protocol) && protocol !== 'null' ? protocol : 'http'
  if (format === 'rtmp') return asked.startsWith('rtmp') ? asked : 'rtmp'
  if (['http', 'hdnetworkmanifest', 'hdnetworksmil'].includes(format)) return asked.startsWith('http') ? asked : 'http'
  return asked
}

/** Formats whose answer has one flavor: the first of the selection, normally the lowest bitrate. */
export function isOneFlavorOnly(format: string): boolean {
  return ['http', 'url', 'download', 'rtsp'].includes(format)
}

/** Formats to which Kaltura adds alternative audio by itself, except in media requests (`type=media`). */
export function addsAlternativeAudio(format: string, params: RequestParams): boolean {
  return ['applehttp', 'mpegdash', 'sl'].includes(format) && params.type !== 'media'
}

/**
 * Entries of 1 to 9 s, after rounding to whole seconds, are too short for `hdnetworkmanifest` and are answered as
 * `http` with one flavor (reference section 3, vector hdnetworkmanifest-duration-exactly-10s). An unknown duration (0) is not short.
 */
export function isTooShort(format: string, msDuration: number): boolean {
  const seconds = Math.round(msDuration / 1000)
  return format === 'hdnetworkmanifest' && seconds > 0 && seconds < 10
}

export interface EffectiveFormat {
  /** The format by which Kaltura looks up the delivery profile. */
  format: string
  /** As sent, or what the format implies; absent when the delivery profile decides. */
  responseFormat?: string
}

/**
 * What the request's format becomes after the selection: `url` and `download` are `http` with a redirect, unless the
 * request has a `responseFormat`, any value at all; `hdnetworksmil` is looked up as `hdnetwork` (reference section 5 step 10).
 */
export function effectiveFormat(format: string, params: RequestParams): EffectiveFormat {
  const { responseFormat } = params
  const given = responseFormat === undefined ? {} : { responseFormat: responseFormat || '' }
  if (format === 'url' || format === 'download') return { format: 'http', responseFormat: 'redirect', ...given }
  return { format: format === 'hdnetworksmil' ? 'hdnetwork' : format, ...given }
}
