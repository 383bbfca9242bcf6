import type { DeliveryKind } from '../catalog-types.js'
import type { RendererName } from '../render/answer.js'

/** Which of the clip's ends stand in a path, and how often (reference delivery-urls.md section 1). */
export type ClipStyle = 'end' | 'end-start' | 'end-start-end'

/** What is common to all URLs of a kind of delivery profile (reference delivery-urls.md section 2). */
export interface KindSpec {
  /** Unless `responseFormat` says otherwise (reference playmanifest.md section 7). */
  renderer: RendererName
  /** Whether renditions are put in adaptive order first (reference playmanifest.md section 5.1). */
  isSorted: boolean
  clip: ClipStyle
  /** File name of the one URL that all renditions are joined to; null when each has its own URL. */
  joinedName: string | null
  /** A packager takes `/speed/{r}` and `/tracks/{t}`. */
  isPackager: boolean
}

const FILE: KindSpec = { renderer: 'f4m', isSorted: false, clip: 'end', joinedName: null, isPackager: false }
const ADAPTIVE: KindSpec = { ...FILE, isSorted: true }
const PACKAGER: KindSpec = { ...ADAPTIVE, clip: 'end-start-end', isPackager: true }

type VodKind = Exclude<DeliveryKind, `live-${string}` | 'other'>

const KINDS: Readonly<Record<VodKind, KindSpec>> = {
  http: FILE,
  'akamai-http': FILE,
  'generic-http': FILE,
  'akamai-hd': { ...FILE, renderer: 'smil' },
  rtmp: FILE,
  rtsp: { ...FILE, renderer: 'rtsp' },
  hds: ADAPTIVE,
  'apple-http': { ...ADAPTIVE, renderer: 'm3u8' },
  'generic-hls': { ...ADAPTIVE, renderer: 'm3u8' },
  'packager-hls': { ...PACKAGER, renderer: 'm3u8', clip: 'end-start' },
  'packager-hls-manifest': { ...PACKAGER, renderer: 'redirect', clip: 'end-start', joinedName: 'master.m3u8' },
  'packager-dash': { ...PACKAGER, renderer: 'redirect', joinedName: 'manifest.mpd' },
  'packager-mss': { ...PACKAGER, renderer: 'redirect', joinedName: 'manifest' },
  'packager-hds': { ...PACKAGER, joinedName: 'manifest.f4m' }
}

/** The rules of a kind that delivers recorded media; null for live ones and those that playManifest does not serve. */
export function kindSpec(kind: DeliveryKind): KindSpec | null {
  return Object.hasOwn(KINDS, kind) ? KINDS[kind as VodKind] : null
}
