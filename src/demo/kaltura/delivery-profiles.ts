import type { Catalog } from './catalog.js'
import type { CatalogEntry, DeliveryProfile } from './catalog-types.js'

const LIVE = 7

function isLiveKind(profile: DeliveryProfile): boolean {
  return profile.kind.startsWith('live-')
}

/** Profiles of the entry's kind (live or not) that its partner may use: its own and those of partner 0. */
function usable(catalog: Catalog, entry: CatalogEntry): DeliveryProfile[] {
  return catalog.deliveryProfiles.filter(
    (profile) => [0, entry.partnerId].includes(profile.partnerId) && isLiveKind(profile) === (entry.type === LIVE)
  )
}

/** Ids of `deliveryProfileIds`, or of `deliveryProfileId`; null when neither was given. */
export function requestedProfiles(params: Readonly<Record<string, string | false | undefined>>): number[] | null {
  const given = params.deliveryProfileIds || params.deliveryProfileId
  return given ? given.split(',').map(Number) : null
}

/**
 * The profile that serves a request: of the requested ids the lowest (dp_ids), whatever its streamer type, else the partner's own
 * default for the format and then the global one, as far as it can write URLs (reference delivery-urls.md section 6).
 * `isAllowed` is what access rules leave. The look-up by format does not mind case (recording fmt_uppercase). Null: error 25.
 */
export function chooseProfile(
  catalog: Catalog,
  entry: CatalogEntry,
  format: string,
  ids: readonly number[] | null,
  isAllowed: (id: number) => boolean = () => true
): DeliveryProfile | null {
  const all = usable(catalog, entry).filter((profile) => isAllowed(profile.id))
  if (ids !== null) return all.filter((profile) => ids.includes(profile.id)).sort((a, b) => a.id - b.id)[0] ?? null
  const manual = (entry.live?.hlsStreamUrl ?? '') !== ''
  const fitting = all.filter(
    (profile) =>
      (profile.isDefault || manual) &&
      profile.simuliveOnly !== true &&
      profile.streamerType === format.toLowerCase() &&
      (entry.type !== LIVE || (profile.kind === 'live-external') === manual)
  )
  return fitting.find((profile) => profile.partnerId !== 0) ?? fitting[0] ?? null
}

/**
 * The profiles that a playback context names, in the catalog's order: the partner's own defaults, then the global ones
 * for streamer types that the partner has none of (recording getplaybackcontext_testvid1_widget).
 */
export function profilesForContext(catalog: Catalog, entry: CatalogEntry): DeliveryProfile[] {
  const defaults = usable(catalog, entry).filter((profile) => profile.isDefault)
  const own = defaults.filter((profile) => profile.partnerId !== 0)
  const covered = new Set(own.map((profile) => profile.streamerType))
  return [...own, ...defaults.filter((profile) => profile.partnerId === 0 && !covered.has(profile.streamerType))]
}
