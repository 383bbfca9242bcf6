import { READY } from '../../../flavors/flavor-asset.js'
import { byBitrate } from '../../../flavors/order.js'
import { selectByLevels } from '../../../flavors/tag-levels.js'
import { allowsFlavorParams, isBlocked } from '../access.js'
import { type ApiCall, isAdmin, requireEntry } from '../api-context.js'
import { nested, type Params, text } from '../api-request.js'
import type { CatalogEntry } from '../catalog-types.js'
import { flavorToWire } from '../flavor-json.js'
import { evaluateFor, isOutsideSchedule } from './playback-context.js'

const LIVE = 7

/** Levels that do not depend on the streamer type (recording getcontextdata_noparams_streamer). */
const DEFAULT_LEVELS = [['mbr'], ['web']]

function levelsOf(stated: Params): string[][] {
  const tags = text(stated, 'flavorTags')
  return tags ? tags.split(',').map((tag) => [tag.trim()]) : DEFAULT_LEVELS
}

/** Streamer type and media protocol: as stated, else by the kind of entry; a stream entered by hand has no protocol. */
function streaming(entry: CatalogEntry, stated: Params): { streamerType: string; mediaProtocol?: string } {
  const streamerType = text(stated, 'streamerType') || ''
  if (streamerType !== '') return { streamerType, mediaProtocol: text(stated, 'mediaProtocol') || 'http' }
  if (entry.type !== LIVE) return { streamerType: 'http', mediaProtocol: 'http' }
  return (entry.live?.hlsStreamUrl ?? '') === ''
    ? { streamerType: 'hds', mediaProtocol: 'http' }
    : { streamerType: 'rtmp' }
}

/**
 * baseEntry.getContextData: the older question whether an entry may be played. Rules speak through `messages` and
 * `actions` only; the single restrictions are always false (recordings getcontextdata_*).
 */
export function getContextData(call: ApiCall): unknown {
  const entry = requireEntry(call, text(call.params, 'entryId') ?? '')
  const stated = nested(call.params, 'contextDataParams')
  const access = evaluateFor(call, entry, stated)
  const messages = access.messages.map(({ message }) => ({ value: message, objectType: 'KalturaString' }))
  const actions = [...access.actions]
  const ready = call.catalog
    .flavorsOf(entry.id)
    .filter((flavor) => flavor.status === READY && allowsFlavorParams(access, flavor.flavorParamsId))
    .sort(byBitrate)
  return {
    messages,
    actions,
    isSiteRestricted: false,
    isCountryRestricted: false,
    isSessionRestricted: false,
    isIpAddressRestricted: false,
    isUserAgentRestricted: false,
    previewLength: -1,
    isScheduledNow: !isOutsideSchedule(call, entry),
    isAdmin: isAdmin(call),
    ...streaming(entry, stated),
    accessControlMessages: messages,
    accessControlActions: actions,
    flavorAssets: isBlocked(access) ? [] : selectByLevels(ready, levelsOf(stated)).map(flavorToWire),
    msDuration: entry.lengthInMsecs,
    pluginData: [],
    objectType: 'KalturaEntryContextDataResult'
  }
}
