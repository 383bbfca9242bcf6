import type { CatalogFlavor, DeliveryProfile } from '../catalog-types.js'
import type { PathRequest } from './base-path.js'

/** Container formats that are MP4, whatever the file is called. */
const MP4_CONTAINERS: ReadonlySet<string> = new Set(['isom', 'mp42'])

const FLV_CONTAINER = 'flash video'

/** What the path of one flavor depends on besides its base. */
export interface FlavorPathInput {
  profile: DeliveryProfile
  base: string
  flavor: CatalogFlavor
  request: Pick<PathRequest, 'seekFrom' | 'clipTo'>
  /** `/speed/{r}/tracks/{t}` as far as requested. */
  packagerOptions: string
}

function nameOf(ext: string): string {
  return ext === '' ? '' : `/name/a.${ext}`
}

/** The file's extension or, missing that, what its container says. */
function extensionOf({ containerFormat, fileExt }: CatalogFlavor): string {
  return fileExt === '' && MP4_CONTAINERS.has(containerFormat) ? 'mp4' : fileExt
}

/** `{url}` has no slash in front; without a pattern there is nothing but it (vector generic-http-no-pattern). */
function genericUrl(pattern: string | undefined, url: string, seekFrom: number): string {
  return (pattern ?? '/{url}')
    .replaceAll('{url}', () => url.replace(/^\//, ''))
    .replaceAll('{seekFromSec}', () => String(Math.max(0, Math.floor(seekFrom / 1000))))
}

/** RTMP stream names have no slash in front, and a `mp4:` unless they are FLV (vectors rtmp-flv*). */
function rtmpName(base: string, flavor: CatalogFlavor): string {
  const container = flavor.containerFormat.toLowerCase()
  const isNamedFlv = ['', 'flv'].includes(flavor.fileExt.toLowerCase())
  const isFlv = isNamedFlv && ['', FLV_CONTAINER].includes(container)
  const ext = isNamedFlv && MP4_CONTAINERS.has(container) ? 'mp4' : flavor.fileExt
  return `${isFlv ? '' : 'mp4:'}${base.slice(1)}/forceproxy/true${nameOf(ext)}`
}

/**
 * Path of one flavor by kind of profile, up to and without what a packager's joined URL puts behind it (reference
 * delivery-urls.md section 2).
 */
export function flavorPath({ profile, base, flavor, request, packagerOptions }: FlavorPathInput): string {
  const name = nameOf(flavor.fileExt)
  switch (profile.kind) {
    case 'akamai-http': {
      const path = `${base}${request.clipTo > 0 ? '' : '/forceproxy/true'}${nameOf(extensionOf(flavor))}`
      const seeks = profile.useIntelliseek === true && request.seekFrom > 0
      return seeks ? `${path}?aktimeoffset=${Math.floor(request.seekFrom / 1000)}` : path
    }
    case 'http':
      return `${base}${name}${request.seekFrom > 0 ? `/seekFrom/${request.seekFrom}` : ''}`
    case 'generic-http':
    case 'generic-hls':
      return genericUrl(profile.pattern, `${base}${name}`, request.seekFrom)
    case 'apple-http':
      return `${base}/file/playlist.m3u8`
    case 'akamai-hd':
      return `${base}/forceproxy/true${nameOf(extensionOf(flavor))}`
    case 'rtmp':
      return rtmpName(base, flavor)
    case 'packager-hls':
    case 'packager-hls-manifest':
      return `${base}${name}${packagerOptions}/index.m3u8`
    case 'packager-dash':
    case 'packager-mss':
      return `${base}/forceproxy/true/name/a.mp4${packagerOptions}`
    case 'packager-hds':
      return `${base}/forceproxy/true${name}${packagerOptions}`
    default:
      return base
  }
}
