import { READY } from '../flavors/flavor-asset.js'
import type { KalturaApi } from './api.js'
import { UpstreamFailure } from './errors.js'
import { isObject, readApiError } from './wire.js'

/** Newest first; that more entries than this share a reference id is a mistake, and the newest is among them. */
const MAX_ENTRIES = 100
const FIELDS = 'id,partnerId,status,createdAt,referenceId,displayInSearch'
const RECYCLED = '-2'
const ENTRY_ID = /^[0-9A-Za-z_]{1,64}$/

/** Finds entries by the reference ids that their owners gave them. */
export class ReferenceClient {
  readonly #api: KalturaApi

  constructor(api: KalturaApi) {
    this.#api = api
  }

  /**
   * Asks as a widget session of the partner, which anybody can start, and as nothing else: the id that is found stands in
   * a Location, so it may only be one that anybody could have listed.
   *
   * @returns the newest ready entry of the partner with exactly this reference id, null when anybody sees none
   * @throws UpstreamFailure when upstream fails in the sense of rule 6 of the design, or does not let itself be asked
   */
  async find(partnerId: number, referenceId: string, signal: AbortSignal): Promise<string | null> {
    const [, list] = await this.#api.multirequest(
      [
        { service: 'session', action: 'startWidgetSession', widgetId: `_${partnerId}` },
        {
          service: 'baseEntry',
          action: 'list',
          ks: '{1:result:ks}',
          filter: {
            objectType: 'KalturaBaseEntryFilter',
            referenceIdEqual: referenceId,
            statusEqual: READY,
            orderBy: '-createdAt'
          },
          pager: { objectType: 'KalturaFilterPager', pageSize: MAX_ENTRIES },
          responseProfile: { objectType: 'KalturaDetachedResponseProfile', type: 1, fields: FIELDS }
        }
      ],
      signal
    )
    const code = readApiError(list)?.code
    if (code !== undefined) throw new UpstreamFailure('api', `The API answered ${code}.`)
    if (!isObject(list) || !Array.isArray(list.objects)) throw new UpstreamFailure('api', 'The API gave no list.')
    return newest(list.objects.slice(0, MAX_ENTRIES), partnerId, referenceId)
  }
}

/** Kaltura lets several entries have one reference id. Of the same second the greatest id: always the same one. */
function newest(entries: readonly unknown[], partnerId: number, referenceId: string): string | null {
  const fitting = entries.flatMap((entry) => {
    if (!isObject(entry) || typeof entry.id !== 'string' || !ENTRY_ID.test(entry.id)) return []
    // Its search may be laxer than "equal"; a session of one partner may see entries of another.
    if (String(entry.referenceId) !== referenceId || Number(entry.partnerId) !== partnerId) return []
    if (String(entry.status) !== String(READY) || String(entry.displayInSearch) === RECYCLED) return []
    return [{ id: entry.id, createdAt: Number(entry.createdAt) || 0 }]
  })
  fitting.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
  return fitting[0]?.id ?? null
}
