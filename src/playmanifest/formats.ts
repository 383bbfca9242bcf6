/** What is known about `format` and `protocol` values. Source: reference playmanifest.md sections 2.2 and 3. */

/** Formats that Kaltura knows (reference playmanifest.md section 3). */
export const FORMATS = [
  'url',
  'download',
  'http',
  'applehttp',
  'hls',
  'applehttp_to_mc',
  'mpegdash',
  'hds',
  'hdnetwork',
  'hdnetworkmanifest',
  'hdnetworksmil',
  'sl',
  'rtmp',
  'rtsp',
  'multicast_silverlight'
] as const

/** Formats whose answer is, or leads to, a manifest that the gateway can serve itself. */
export type ManifestKind = 'hls' | 'dash'

const MANIFESTS: Readonly<Record<string, ManifestKind>> = { applehttp: 'hls', mpegdash: 'dash' }

/** Kind of manifest behind a format, or null: compared case-sensitively, as Kaltura's tag levels are (fmt_uppercase). */
export function manifestKind(format: string): ManifestKind | null {
  return Object.hasOwn(MANIFESTS, format) ? MANIFESTS[format]! : null
}

export const CONTENT_TYPES: Readonly<Record<ManifestKind, string>> = {
  hls: 'application/x-mpegurl',
  dash: 'application/dash+xml'
}

/** Progressive formats: a 302 to one file, unless a `responseFormat` is given. */
export function isProgressive(format: string): boolean {
  return format === 'url' || format === 'download'
}

/** Formats that are answered alike for everybody and that only Kaltura knows how to write: kept as they come. */
const DOCUMENTS: ReadonlySet<string> = new Set([
  'http',
  'hls',
  'hds',
  'hdnetworkmanifest',
  'hdnetworksmil',
  'sl',
  'rtmp',
  'applehttp_to_mc',
  'multicast_silverlight'
])

/**
 * Whether an answer in this format may be resolved here: a closed list, since a key must not be made of whatever a
 * stranger writes. Left to Kaltura: `hdnetwork` (its document holds the request itself), `rtsp` (a page) and unknown ones.
 */
export function isResolvable(format: string): boolean {
  return isProgressive(format) || manifestKind(format) !== null || DOCUMENTS.has(format)
}

/** Whether a scheme is one that a format is delivered by. */
export function isProtocolOf(format: string, protocol: string): boolean {
  return protocol === 'http' || protocol === 'https' || (format === 'rtmp' && /^rtmp(?:e|t|te)?$/.test(protocol))
}

const RESPONSE_FORMATS: ReadonlySet<string> = new Set(['f4m', 'f4mv2', 'smil', 'm3u8', 'json', 'redirect'])

/**
 * One spelling of a `responseFormat` that is shared: Kaltura ignores values it does not know, but any value at all
 * switches the redirect of `url` and `download` off (recordings rf_bogus_*). Null for `jsonp`, whose callback is the viewer's.
 */
export function canonicalResponseFormat(value: string): string | null {
  if (value === 'jsonp') return null
  return RESPONSE_FORMATS.has(value) ? value : 'none'
}

/** Schemes that Kaltura knows for `protocol`; the literal `null` counts as missing there. */
const PROTOCOLS: ReadonlySet<string> = new Set([
  'http',
  'https',
  'rtmp',
  'rtmpe',
  'rtmpt',
  'rtmpte',
  'rtsp',
  'null',
  ''
])

/**
 * Whether a `protocol` value is a scheme that Kaltura knows. Kaltura copies any value into its Location; anything else
 * is refused here (`javascript`, for one).
 */
export function isKnownProtocol(value: string): boolean {
  return PROTOCOLS.has(value)
}
