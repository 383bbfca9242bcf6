/**
 * A rendition of an entry, with the names and units of API v3's KalturaFlavorAsset
 * (reference api-v3.md section 4). Missing numbers are 0, as Kaltura reads them.
 */
export interface FlavorAsset {
  id: string
  /** 0 is the uploaded source. */
  flavorParamsId: number
  /** Trimmed, in order; comparison is exact and case-sensitive. */
  tags: readonly string[]
  /** Overall bitrate, kbps. */
  bitrate: number
  /** Pixels; 0 for audio. */
  width: number
  height: number
  /** Frames per second; 0 for audio or when unknown. */
  frameRate: number
  fileExt: string
  containerFormat: string
  videoCodecId: string
  /** 2 is READY; other values are in reference api-v3.md section 4. */
  status: number
  /** Full English name such as `English`, or empty. */
  language: string
  label: string | null
  /** The entry's default audio. */
  isDefault: boolean
  isOriginal: boolean
  /** Content version, as a string; empty when unknown. */
  version: string
  /**
   * Kaltura's internal numeric id, which breaks ties. The API does not show it; a list is in its order, so the
   * position in the list as received stands for it.
   */
  order: number
}

/** KalturaFlavorAssetStatus.READY: the only status that playManifest delivers. */
export const READY = 2

/** Splits Kaltura's comma list of tags; surrounding white space does not count and empty elements are dropped. */
export function parseTags(list: string): string[] {
  return list
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
}

/** Audio as Kaltura sees it: neither a width nor a height (reference playmanifest.md section 5.1). */
export function isAudioOnly(flavor: Pick<FlavorAsset, 'width' | 'height'>): boolean {
  return flavor.width === 0 && flavor.height === 0
}
