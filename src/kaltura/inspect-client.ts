import type { PartnerConfig } from '../config/config.js'
import type { FlavorAsset } from '../flavors/flavor-asset.js'
import type { EntryWords } from '../rules/entry-words.js'
import type { ApiCall, KalturaApi } from './api.js'
import type { OwnSessions } from './session.js'
import { isObject, readApiError, readEntryWords, readFlavors } from './wire.js'

/** Kaltura answered with an error of its own. Its text may quote a session, so that only the name is kept. */
export class ApiRefusal extends Error {
  readonly code: string

  constructor(code: string) {
    super(`Kaltura answers ${code}.`)
    this.name = 'ApiRefusal'
    this.code = code
  }
}

/** A flavor as an operator looks at it. `size`: KiB. */
export interface ListedFlavor extends FlavorAsset {
  size: number
}

export interface EntryFlavors {
  name: string
  /** How the entry is filed. */
  words: EntryWords
  flavors: readonly ListedFlavor[]
  /** `own`: all flavors; `widget`: without a credential, those that anyone may see. */
  seenBy: 'own' | 'widget'
}

/** Settings of one rendition; what the API does not tell is null. */
export interface ListedParams {
  id: number
  name: string | null
  tags: string | null
  /** kbps; 0 when it is that of the source. */
  videoBitrate: number | null
  width: number | null
  height: number | null
  format: string | null
}

export interface ListedProfile {
  id: number
  name: string
  /** KalturaConversionProfileType: 1 media, 2 live stream. */
  type: number
  isDefault: boolean
  params: readonly ListedParams[]
}

/** As much as one page of Kaltura's holds. */
const PAGE = 500
const PAGER = { objectType: 'KalturaFilterPager', pageSize: PAGE }

/** Asks Kaltura what an operator wants to see; nothing of it is kept or served. */
export class InspectClient {
  readonly #api: KalturaApi
  readonly #sessions: OwnSessions

  constructor(api: KalturaApi, sessions: OwnSessions) {
    this.#api = api
    this.#sessions = sessions
  }

  /**
   * An entry's flavors, whatever their status.
   * @throws ApiRefusal, or UpstreamFailure when Kaltura cannot be asked
   */
  async flavors(partner: PartnerConfig, entryId: string, signal: AbortSignal): Promise<EntryFlavors> {
    const { answers, seenBy } = await this.#ask(partner, signal, (ks) => [
      { service: 'baseEntry', action: 'get', entryId, ks },
      {
        service: 'flavorAsset',
        action: 'list',
        filter: { objectType: 'KalturaFlavorAssetFilter', entryIdEqual: entryId },
        pager: PAGER,
        ks
      }
    ])
    const [entry, list] = answers
    const sizes = new Map(objectsOf(list).map((asset) => [asset.id, Number(asset.size) || 0]))
    return {
      name: isObject(entry) && typeof entry.name === 'string' ? entry.name : '',
      words: readEntryWords(entry),
      flavors: (readFlavors(list) ?? []).map((flavor) => ({ ...flavor, size: sizes.get(flavor.id) ?? 0 })),
      seenBy
    }
  }

  /**
   * The conversion profiles of a partner and of Kaltura itself, with their flavor params (recordings conversionprofile_list,
   * flavorparams_list).
   * @throws ApiRefusal, or UpstreamFailure when Kaltura cannot be asked
   */
  async profiles(partner: PartnerConfig, signal: AbortSignal): Promise<ListedProfile[]> {
    const { answers } = await this.#ask(partner, signal, (ks) => [
      { service: 'conversionProfile', action: 'list', pager: PAGER, ks },
      { service: 'flavorParams', action: 'list', pager: PAGER, ks }
    ])
    const params = new Map(objectsOf(answers[1]).map((given) => [Number(given.id), readParams(given)]))
    return objectsOf(answers[0]).map((profile) => ({
      id: Number(profile.id),
      name: String(profile.name ?? ''),
      type: Number(profile.type),
      isDefault: profile.isDefault === true || profile.isDefault === 1 || profile.isDefault === '1',
      params: String(profile.flavorParamsIds ?? '')
        .split(',')
        .filter((id) => /^\d+$/.test(id.trim()))
        .map((id) => params.get(Number(id)) ?? { ...UNKNOWN, id: Number(id) })
    }))
  }

  /** With the gateway's own session, made anew once when it is refused; without a credential with a widget session. */
  async #ask(
    partner: PartnerConfig,
    signal: AbortSignal,
    callsWith: (ks: string) => ApiCall[],
    again = true
  ): Promise<{ answers: unknown[]; seenBy: EntryFlavors['seenBy'] }> {
    const own = await this.#sessions.get(partner, signal)
    const widget: ApiCall = { service: 'session', action: 'startWidgetSession', widgetId: `_${partner.id}` }
    const calls = own === null ? [widget, ...callsWith('{1:result:ks}')] : callsWith(own.ks)
    const all = await this.#api.multirequest(calls, signal)
    const code = all.map((answer) => readApiError(answer)?.code).find((name) => name !== undefined)
    if (code === 'INVALID_KS' && own !== null && again) {
      this.#sessions.refused(partner, own)
      return this.#ask(partner, signal, callsWith, false)
    }
    if (code !== undefined) throw new ApiRefusal(code)
    return { answers: own === null ? all.slice(1) : all, seenBy: own === null ? 'widget' : 'own' }
  }
}

const UNKNOWN = { name: null, tags: null, videoBitrate: null, width: null, height: null, format: null }

function readParams(given: Record<string, unknown>): ListedParams {
  const number = (value: unknown) => (value === undefined || value === null ? null : Number(value))
  const text = (value: unknown) => (typeof value === 'string' ? value : null)
  return {
    id: Number(given.id),
    name: text(given.name),
    tags: text(given.tags),
    videoBitrate: number(given.videoBitrate),
    width: number(given.width),
    height: number(given.height),
    format: text(given.format)
  }
}

/** The objects of a list answer. @throws ApiRefusal when it is none */
function objectsOf(answer: unknown): Record<string, unknown>[] {
  if (!isObject(answer) || !Array.isArray(answer.objects)) throw new ApiRefusal('something that is no list')
  return answer.objects.filter(isObject)
}
