import type { CatalogFlavor } from './catalog-types.js'

/**
 * A flavor asset as the API answers it: field order, types and omissions as recorded (flavorasset_list_*,
 * flavorasset_get_audio): the version is a string, an unknown language or label is left out, and an ingest rendition
 * of a live entry has neither version nor file extension.
 */
export function flavorToWire(flavor: CatalogFlavor): Record<string, unknown> {
  return {
    id: flavor.id,
    entryId: flavor.entryId,
    partnerId: flavor.partnerId,
    version: flavor.isLive || flavor.version === '' ? undefined : flavor.version,
    size: flavor.size,
    tags: flavor.tags.join(','),
    fileExt: flavor.isLive || flavor.fileExt === '' ? undefined : flavor.fileExt,
    createdAt: flavor.createdAt,
    updatedAt: flavor.updatedAt,
    description: '',
    sizeInBytes: flavor.sizeInBytes,
    flavorParamsId: flavor.flavorParamsId,
    width: flavor.width,
    height: flavor.height,
    bitrate: flavor.bitrate,
    frameRate: flavor.frameRate,
    isOriginal: flavor.isOriginal,
    isWeb: flavor.tags.includes('web'),
    containerFormat: flavor.containerFormat,
    videoCodecId: flavor.videoCodecId,
    status: flavor.status,
    language: flavor.language === '' ? undefined : flavor.language,
    label: flavor.label ?? undefined,
    isDefault: flavor.isDefault,
    objectType: flavor.isLive ? 'KalturaLiveAsset' : 'KalturaFlavorAsset'
  }
}
