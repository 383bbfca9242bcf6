import type { Locations } from '../kaltura/locations.js'
import { isViewerParameter, type ParameterName } from '../playmanifest/parameters.js'
import { type TemplateEdit, writeTemplate } from '../playmanifest/template.js'
import { AUTO_FORMAT } from '../rules/decide.js'
import type { Answer, TemplateLife } from './decision.js'
import type { ResolveInput } from './input.js'

/** Paths longer than this are not made by narrowing: proxies on the way stop at 8 kB. */
export const MAX_LOCATION = 7_500

/** Makes templates: Locations at Kaltura's own playManifest, which need no trust (rule 1 of the design). */
export class Templates {
  readonly #locations: Locations

  constructor(locations: Locations) {
    this.#locations = locations
  }

  asItCame(input: ResolveInput, life: TemplateLife): Answer {
    return this.#template(input, { set: input.plan.set }, life)
  }

  narrowed(input: ResolveInput, ids: readonly string[], life: TemplateLife): Answer {
    const answer = this.#template(input, { set: { ...input.plan.set, flavorIds: ids.join(',') } }, life)
    return isTooLong(answer) ? this.byTags(input, life) : answer
  }

  /** The catalog is not there in time: the rule's tags say it nearly as well, and it loads behind. */
  withoutCatalog(input: ResolveInput): Answer {
    return input.plan.narrowing === null ? this.asItCame(input, 'failed') : this.byTags(input, 'failed')
  }

  byTags(input: ResolveInput, life: TemplateLife): Answer {
    const answer = this.#template(input, { set: { ...input.plan.set, ...inTags(input) } }, life)
    return isTooLong(answer) ? this.asItCame(input, life) : answer
  }

  /** Not even the gateway's own parameters are taken out: what was signed was signed with them. */
  byteForByte({ request, ks }: ResolveInput): Answer {
    const query = [request.rawQuery, ks.place === 'header' ? `ks=${encodeURIComponent(ks.text)}` : '']
    const text = query.filter((part) => part !== '').join('&')
    return {
      kind: 'template',
      // No rule has a say in it, nor in the host.
      location: this.#locations.atKaltura(request.rawPath + (text === '' ? '' : `?${text}`)),
      base: this.#locations.base(null),
      life: 'private'
    }
  }

  /** What is ours alone means nothing to Kaltura, so no KS can be bound to it: translated, and nothing else is touched. */
  inKalturasWords(input: ResolveInput): Answer {
    const { format } = input.request.effective
    return this.#template(input, format === AUTO_FORMAT ? { set: { format: input.plan.format } } : {}, 'private', null)
  }

  #template(input: ResolveInput, edit: TemplateEdit, life: TemplateLife, cdnUrl = input.plan.cdnUrl): Answer {
    const { request, ks } = input
    const headerKs = ks.place === 'header' ? { headerKs: ks.text } : {}
    const isPrivate =
      ks.state !== 'none' || (Object.keys(request.effective) as ParameterName[]).some((name) => isViewerParameter(name))
    return {
      kind: 'template',
      location: this.#locations.atKaltura(writeTemplate(request, { ...edit, ...headerKs }), cdnUrl),
      base: this.#locations.base(cdnUrl),
      life: life === 'failed' ? 'failed' : isPrivate ? 'private' : life
    }
  }
}

/** What of a rule can be said without ids: its tags, and of its filters the bitrates, unless the URL says its own. */
function inTags({ plan, request }: ResolveInput): Partial<Record<ParameterName, string>> {
  const { levels, ownLevels, filters } = plan.narrowing ?? { levels: [], ownLevels: true, filters: null }
  const said: Partial<Record<ParameterName, string>> = {}
  // Kaltura's own tags are alternatives where tags of a URL are not, so these are left to Kaltura.
  if (!ownLevels) said.tags = [...new Set(levels.flat())].join(',')
  for (const name of ['minBitrate', 'maxBitrate'] as const) {
    const bound = filters?.[name]
    if (bound !== undefined && request.effective[name] === undefined) said[name] = String(bound)
  }
  return said
}

function isTooLong(answer: Answer): boolean {
  return answer.kind === 'template' && answer.location.length > MAX_LOCATION
}
