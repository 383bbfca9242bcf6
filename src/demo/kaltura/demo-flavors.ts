import { type MediaKey, mediaFiles } from '../media-files.js'
import { makeFlavor } from './catalog.js'
import type { CatalogEntry, CatalogFlavor } from './catalog-types.js'

/** When everything in the demo was made, Unix seconds. */
export const CREATED = 1767225600

/** The ladder of the public video: which rendition is behind which tags. */
const LADDER: readonly (readonly [suffix: string, params: number, key: MediaKey, tags: string])[] = [
  ['180', 2, 'v180', 'mobile,web,mbr,iphone,iphonenew'],
  ['270', 3, 'v270', 'mobile,web,mbr,iphone,iphonenew,ipad,ipadnew,dash'],
  ['360', 4, 'v360', 'mobile,web,mbr,iphonenew,ipad,ipadnew,dash'],
  ['540', 5, 'v540', 'web,mbr,ipadnew,dash']
]

/** A flavor that really plays: what the API states of it is what the medium is. */
export function playable(
  id: string,
  entry: CatalogEntry,
  flavorParamsId: number,
  key: MediaKey,
  tags: string,
  over: Partial<CatalogFlavor> = {}
): CatalogFlavor {
  const medium = mediaFiles[key]
  return makeFlavor(id, entry, tags, {
    flavorParamsId,
    mediaKey: key,
    bitrate: medium.kbps,
    width: medium.width,
    height: medium.height,
    frameRate: medium.fps,
    size: Math.ceil(medium.bytes / 1024),
    sizeInBytes: medium.bytes,
    videoCodecId: medium.kind === 'video' ? 'avc1' : '',
    codecs: medium.codecs,
    createdAt: CREATED,
    updatedAt: CREATED,
    ...over
  })
}

/** Four characters that tell one entry's flavors from another's: the start of the entry's own name. */
function prefixOf(entry: CatalogEntry): string {
  return `0_${entry.id.slice(2, 6)}`
}

/** A video's four renditions. */
export function ladder(entry: CatalogEntry): CatalogFlavor[] {
  return LADDER.map(([suffix, params, key, tags]) => playable(`${prefixOf(entry)}v${suffix}`, entry, params, key, tags))
}

/** The public video's flavors: the source, the ladder, audio alone for phones, and another language. */
export function publicFlavors(entry: CatalogEntry): CatalogFlavor[] {
  const prefix = prefixOf(entry)
  return [
    playable(`${prefix}src0`, entry, 0, 'v540', 'source,web', { isOriginal: true }),
    ...ladder(entry),
    playable(`${prefix}aden`, entry, 11, 'audio-en', 'iphonenew,ipadnew,audio_only', {
      language: 'English',
      isDefault: true
    }),
    playable(`${prefix}ades`, entry, 12, 'audio-es', 'alt_audio,audio_only', { language: 'Spanish' })
  ]
}

/** Stated bitrates 2 % apart, so that Kaltura's optimisation keeps one of the two (reference section 5 step 9). */
export function nearDuplicateFlavors(entry: CatalogEntry): CatalogFlavor[] {
  const prefix = prefixOf(entry)
  const tags = 'web,mbr,iphone,iphonenew,ipad,ipadnew,dash'
  return [
    playable(`${prefix}v360`, entry, 4, 'v360', tags, { bitrate: 480 }),
    playable(`${prefix}v540`, entry, 5, 'v540', tags),
    playable(`${prefix}v180`, entry, 2, 'v180', tags)
  ]
}

/** Nothing to play yet: a source being imported and a rendition that waits for it. */
export function convertingFlavors(entry: CatalogEntry): CatalogFlavor[] {
  const prefix = prefixOf(entry)
  const size = { width: 640, height: 360, bitrate: 290, frameRate: 25 }
  return [
    makeFlavor(`${prefix}src0`, entry, 'source,web', { ...size, status: 7, isOriginal: true }),
    makeFlavor(`${prefix}v360`, entry, 'web,mbr,iphonenew,ipadnew', { ...size, flavorParamsId: 4, status: 6 })
  ]
}

/** Ingest renditions of a live entry. */
export function liveFlavors(entry: CatalogEntry): CatalogFlavor[] {
  const prefix = prefixOf(entry)
  const live = { isLive: true, version: '', fileExt: '', containerFormat: '', frameRate: 0 }
  return [
    makeFlavor(`${prefix}in32`, entry, 'source,ingest,web,mobile,ipad,ipadnew', {
      ...live,
      flavorParamsId: 32,
      bitrate: 900,
      width: 640,
      height: 480
    }),
    makeFlavor(`${prefix}in36`, entry, 'mbr,ingest,web,mobile,ipad,ipadnew', {
      ...live,
      flavorParamsId: 36,
      bitrate: 400,
      width: 480,
      height: 360
    })
  ]
}
