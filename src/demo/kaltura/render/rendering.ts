/** One media URL as a delivery profile hands it to a renderer; fields in the order in which JSON answers write them. */
export interface MediaItem {
  url: string
  urlPrefix?: string | null | undefined
  domainPrefix?: string | null | undefined
  /** File extension. */
  ext?: string | null | undefined
  /** kbps. */
  bitrate?: number | null | undefined
  width?: number | null | undefined
  height?: number | null | undefined
  audioLanguage?: string | null | undefined
  audioLanguageName?: string | null | undefined
  audioLabel?: string | null | undefined
  audioCodec?: string | null | undefined
  defaultAudio?: boolean | null | undefined
  frameRate?: number | null | undefined
  codecs?: string | null | undefined
}

/** Closed captions inside the video, declared on the entry. */
export interface ClosedCaptions {
  id: string
  label: string
  language?: string | undefined
}

/** A WebVTT caption of an HLS master. */
export interface Subtitles {
  url: string
  label: string
  /** Two-letter code; empty when unknown. */
  language: string
  isDefault: boolean
}

/** Everything a renderer may write. */
export interface Rendering {
  entryId: string
  /** Seconds; null when unknown, as for live. */
  duration: number | null
  items: readonly MediaItem[]
  /** Base of RTMP streams; empty for anything else. */
  baseUrl: string
  streamType: 'recorded' | 'live' | 'dvr'
  /** Seconds that viewers may go back in a live stream; 0: not at all. */
  dvrWindow: number
  /** The one URL of an F4M document that has no renditions (format hdnetwork); null for all others. */
  mediaUrl: string | null
  closedCaptions: readonly ClosedCaptions[]
  subtitles: readonly Subtitles[]
}

/** Values of a request that answers write. */
export interface RenderContext {
  deliveryCode: string
  playbackContext: string
  /** Stands for `{sessionId}`. */
  sessionId: string
  /** The `callback` of the query; null when it is missing or stood elsewhere. */
  callback: string | null
}

/** What a renderer answers, before what is common to all answers is added. */
export interface Rendered {
  status: 200 | 302
  /** Names in lower case. */
  headers: Record<string, string>
  body: string
  /** False where Kaltura ends without stating a length (a refused JSONP callback). */
  hasLength: boolean
}

/** A pure function from what is to be delivered to an answer's own headers and body. */
export type Renderer = (rendering: Rendering, context: RenderContext) => Rendered

/** Header, entries and footer of a body as Kaltura joins them; an empty header leaves no empty line. */
export function compose(header: string, entries: readonly string[], footer = ''): string {
  return `${header === '' ? '' : `${header}\n`}${entries.join('\n')}\n${footer}`
}

/** An answer with status 200. */
export function ok(headers: Record<string, string>, body: string): Rendered {
  return { status: 200, headers, body, hasLength: true }
}

/** Headers of F4M, SMIL and Smooth Streaming documents. */
export const XML_HEADERS = {
  'content-type': 'text/xml; charset=UTF-8',
  'content-disposition': 'inline; filename=manifest.xml'
}

const HTML_ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#039;'
}

/** Escapes text for XML and HTML as these documents do it, apostrophes included (vectors *-escaping). */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (char) => HTML_ESCAPES[char]!)
}

/** The URL of an item: `urlPrefix` in front (one slash between), `domainPrefix` in place of the scheme's first host. */
export function fullUrl(item: Pick<MediaItem, 'url' | 'urlPrefix' | 'domainPrefix'>): string {
  const { url } = item
  const urlPrefix = item.urlPrefix ?? ''
  const domainPrefix = item.domainPrefix ?? ''
  const whole = urlPrefix.endsWith('/') && url.startsWith('/') ? `${urlPrefix}${url.slice(1)}` : `${urlPrefix}${url}`
  return domainPrefix === '' ? whole : whole.replace(/^([a-z]+:\/\/)?/i, (scheme) => `${scheme}${domainPrefix}`)
}

/** URL of the first item; empty when there is none. */
export function firstUrl(items: readonly MediaItem[]): string {
  return items[0] === undefined ? '' : fullUrl(items[0])
}

/**
 * Fills the placeholders that delivery URLs may hold. Without a playback context its placeholder is removed
 * (reference playmanifest.md section 2.2).
 */
export function fillPlaceholders(
  text: string,
  values: Pick<RenderContext, 'deliveryCode' | 'playbackContext' | 'sessionId'>
): string {
  const { deliveryCode, playbackContext, sessionId } = values
  const context = playbackContext === '' ? '' : `/playbackContext/${encodeURIComponent(playbackContext)}`
  return text
    .replaceAll('{deliveryCode}', () => deliveryCode)
    .replaceAll('{playbackContext}', () => context)
    .replaceAll('{sessionId}', () => sessionId)
}
