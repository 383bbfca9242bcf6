/** What is known about `format` and `protocol` values. Source: reference playmanifest.md sections 2.2 and 3. */

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
