import { type EntryKind, notReadyFlavor, PARTNERS, readyFlavor } from './entries.js'
import type { Sent, Viewer } from './viewers.js'

/** A way to ask for an entry. */
export interface RequestKind {
  name: string
  /** Pairs between the entry and the viewer's own, without `format` and `protocol`. */
  pairs?: (entry: EntryKind) => string
  /** Absent: none in the URL. */
  format?: string
  /** Absent: none in the URL. */
  protocol?: 'http' | 'https'
  file: string
}

/** A flavor of an entry that a session protects: nobody gets it by naming it in another entry's URL. */
const FOREIGN_FLAVOR = readyFlavor('0_01rulese')

export const REQUESTS: readonly RequestKind[] = [
  { name: 'url', format: 'url', protocol: 'http', file: 'a.mp4' },
  { name: 'applehttp', format: 'applehttp', protocol: 'http', file: 'a.m3u8' },
  { name: 'auto, no protocol', format: 'auto', file: 'a.m3u8' },
  { name: 'mpegdash', format: 'mpegdash', protocol: 'http', file: 'manifest.mpd' },
  { name: 'download', format: 'download', protocol: 'http', file: 'a.mp4' },
  { name: 'no format', protocol: 'http', file: '' },
  { name: 'hdnetworkmanifest', format: 'hdnetworkmanifest', protocol: 'http', file: 'a.f4m' },
  {
    name: 'applehttp by tags',
    format: 'applehttp',
    protocol: 'https',
    pairs: () => '/tags/mbr',
    file: 'a.m3u8'
  },
  {
    name: 'url by flavor id',
    format: 'url',
    protocol: 'http',
    pairs: ({ entryId }) => `/flavorIds/${readyFlavor(entryId)}`,
    file: 'a.mp4'
  },
  {
    name: 'url by the id of a flavor that is not ready',
    format: 'url',
    protocol: 'http',
    pairs: ({ entryId }) => `/flavorId/${notReadyFlavor(entryId)}`,
    file: 'a.mp4'
  },
  {
    name: "applehttp by another entry's flavor id",
    format: 'applehttp',
    protocol: 'http',
    pairs: ({ entryId }) => `/flavorIds/${FOREIGN_FLAVOR},${readyFlavor(entryId)}`,
    file: 'a.m3u8'
  },
  { name: 'applehttp as JSON', format: 'applehttp', protocol: 'http', pairs: () => '/responseFormat/json', file: '' },
  { name: 'a clip', format: 'applehttp', protocol: 'http', pairs: () => '/seekFrom/1000/clipTo/2000', file: 'a.m3u8' },
  {
    name: 'a delivery profile',
    format: 'applehttp',
    protocol: 'http',
    pairs: () => '/deliveryProfileId/1004',
    file: ''
  },
  {
    name: 'stitched with a protected entry',
    format: 'applehttp',
    protocol: 'http',
    pairs: () => '/sequence/0_01rulese',
    file: 'a.m3u8'
  }
]

function path(
  kind: EntryKind,
  request: RequestKind,
  sent: Sent,
  format?: string,
  protocol?: string,
  more = ''
): string {
  const { entryId, partnerId } = kind
  const pairs =
    `/entryId/${entryId}` +
    (format === undefined ? '' : `/format/${format}`) +
    (protocol === undefined ? '' : `/protocol/${protocol}`) +
    (request.pairs?.(kind) ?? '')
  const file = request.file === '' ? '' : `/${request.file}`
  const query = sent.query === '' ? '' : `?${sent.query}`
  return `/p/${partnerId}/sp/${partnerId}00/playManifest${pairs}${more}${sent.path}${file}${query}`
}

/** Path and query as the viewer sends them to the gateway. */
export function gatewayPath(kind: EntryKind, request: RequestKind, sent: Sent): string {
  return path(kind, request, sent, request.format, request.protocol)
}

/**
 * The same request as the viewer would put it to Kaltura: the gateway's `auto`, its default format and its choice of the
 * viewer's own scheme in Kaltura's terms; `more`: further pairs. Device hints mean nothing there and are left in.
 */
export function kalturaPath(kind: EntryKind, request: RequestKind, sent: Sent, viewer: Viewer, more = ''): string {
  const format = request.format === 'auto' ? autoFormat(sent) : (request.format ?? 'url')
  const protocol = request.protocol ?? (viewer.https ? 'https' : 'http')
  return path(kind, request, sent, format, protocol, more)
}

/** What `auto` means by the shipped rules: progressive for Android without HLS, HLS for all others. */
function autoFormat(sent: Sent): string {
  return /Android 2\./.test(sent.headers['user-agent'] ?? '') ? 'url' : 'applehttp'
}

/** Whether a rule for devices may choose other renditions than Kaltura would: then they have only to be ones of the viewer's. */
export function isRuled(request: RequestKind, sent: Sent): boolean {
  const pairs = request.pairs?.({ name: '', entryId: '0_', partnerId: PARTNERS.main }) ?? ''
  if (/tags|flavor/i.test(pairs)) return false
  const agent = sent.headers['user-agent'] ?? ''
  const format = request.format ?? 'url'
  if (format === 'url' || format === 'auto') if (/Android 2\./.test(agent)) return true
  if (format !== 'applehttp' && format !== 'auto') return false
  const isStated = /device=/.test(sent.query) || sent.headers['cloudfront-is-ios-viewer'] !== undefined
  return isStated || /iPad|iPhone|Android/.test(agent)
}
