import type { Catalog } from '../catalog.js'
import type { CatalogEntry, CatalogFlavor, DeliveryProfile } from '../catalog-types.js'
import { basePath, downloadName } from './base-path.js'
import { flavorPath } from './flavor-path.js'
import { profileHost } from './host.js'

const FALLBACK: DeliveryProfile = {
  id: 0,
  partnerId: 0,
  kind: 'http',
  streamerType: 'http',
  isDefault: true,
  url: ''
}

/** The progressive download URL of flavorAsset.getUrl; `fileName` as given by the caller is not touched. */
export function attachmentUrl(
  catalog: Catalog,
  entry: CatalogEntry,
  flavor: CatalogFlavor,
  options: { cdn: string; protocol: string; onlyScheme: 'http' | 'https' | null; fileName: string | null }
): string {
  const profile =
    catalog.deliveryProfiles.find(
      (candidate) =>
        candidate.streamerType === 'http' && candidate.isDefault && [0, entry.partnerId].includes(candidate.partnerId)
    ) ?? FALLBACK
  const fileName = options.fileName ?? downloadName(catalog, entry, flavor)
  const request = { seekFrom: 0, clipTo: 0, playServer: null, sequence: [], fileName }
  const base = basePath(catalog, entry, flavor, 'end', request)
  const { origin, prefix } = profileHost(profile.url, options.cdn, options.onlyScheme ?? options.protocol)
  return `${origin}${prefix}${flavorPath({ profile, base, flavor, request, packagerOptions: '' })}`
}
