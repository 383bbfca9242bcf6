import { decodeKs } from '../viewer/ks.js'
import { type ApiParameters, type ApiValue, UnclearApiRequest } from './api-parameters.js'

/** What an API request would do, and for whom. */
export interface ApiCalls {
  /** `service.action` in lower case of each call, sub-requests included. Never empty. */
  actions: readonly string[]
  /** Every partner that the request speaks for: by number, by default widget, by KS. */
  partners: ReadonlySet<number>
}

/** Kaltura's `format`s but JSONP; the names of the others do not matter. */
const FORMAT = /^[1-8]?$/
const NUMBERED = /^\s*[-+]?\d+\s*$/
const MAX_CALLS = 50
const WIDGET_ACTION = 'session.startwidgetsession'

/**
 * Which actions a request asks for, as Kaltura reads it (reference api-v3.md sections 1 and 3): one action, or in a
 * multirequest every numbered one. Kaltura stops at the first that lacks service or action; here all that are present
 * count, and one that is incomplete makes the request unclear.
 *
 * @throws UnclearApiRequest when it cannot be judged or asks for JSONP or a content type of its own
 */
export function readApiCalls(parameters: ApiParameters): ApiCalls {
  checkOutput(parameters)
  // In the order of execution, which references to results count by.
  const numbered = [...parameters]
    .filter(([name]) => NUMBERED.test(name))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, value]) => subRequest(value))
  if (numbered.length > MAX_CALLS) throw new UnclearApiRequest(`There are more than ${MAX_CALLS} sub-requests.`)
  const partners = new Set<number>()
  const actions = numbered.map(actionOf)
  if (textOf(parameters, 'service')?.toLowerCase() === 'multirequest') {
    if (actions.length === 0) throw new UnclearApiRequest('The multirequest holds no request.')
  } else actions.unshift(actionOf(parameters))
  for (const level of [parameters, ...numbered]) addPartners(level, actions, partners)
  return { actions, partners }
}

/** What would make the answer a script or a page of another kind than it says. */
function checkOutput(parameters: ApiParameters): void {
  for (const name of parameters.keys()) {
    const lower = name.toLowerCase()
    if (lower === 'content-type' || lower === 'content_type') {
      throw new UnclearApiRequest('The parameter content-type is not passed through.')
    }
    if (lower === 'callback') throw new UnclearApiRequest('JSONP (callback) is not passed through.')
  }
  if (!FORMAT.test(textOf(parameters, 'format') ?? '')) {
    throw new UnclearApiRequest('format has to be a number from 1 to 8: JSONP (9) is not passed through.')
  }
}

function subRequest(value: ApiValue): ApiParameters {
  if (typeof value === 'string') throw new UnclearApiRequest('A sub-request is no set of parameters.')
  return value
}

function actionOf(call: ApiParameters): string {
  const service = textOf(call, 'service')
  const action = textOf(call, 'action')
  if (!service || !action) throw new UnclearApiRequest('A request lacks its service or its action.')
  return `${service}.${action}`.toLowerCase()
}

/** Partners named at one level of a request: what is no plain number or KS could be anybody's. */
function addPartners(level: ApiParameters, actions: readonly string[], partners: Set<number>): void {
  for (const name of ['partnerId', 'p']) {
    const id = textOf(level, name)
    if (id) partners.add(partnerNumber(id, name))
  }
  const widget = textOf(level, 'widgetId')
  if (widget) {
    if (!widget.startsWith('_')) {
      throw new UnclearApiRequest(
        'widgetId has to be an underscore and the partner id: other widgets hide whose they are.'
      )
    }
    partners.add(partnerNumber(widget.slice(1), 'widgetId'))
  }
  const ks = textOf(level, 'ks')
  if (!ks) return
  if (ks.includes('{')) {
    requireWidgetReference(ks, actions)
    return
  }
  const partnerId = decodeKs(ks)?.partnerId ?? null
  if (partnerId === null) throw new UnclearApiRequest('The KS cannot be read: it does not say whose it is.')
  partners.add(partnerId)
}

/** A KS may come out of the same request, from a widget session: any other reference could hold anybody's. */
function requireWidgetReference(ks: string, actions: readonly string[]): void {
  const match = /^\{(\d{1,3}):result:ks\}$/.exec(ks)
  if (match === null || actions[Number(match[1]) - 1] !== WIDGET_ACTION) {
    throw new UnclearApiRequest('A KS may only refer to the session.startWidgetSession of the same request.')
  }
}

function partnerNumber(text: string, name: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new UnclearApiRequest(`${name} does not name a partner by its number.`)
  return Number(text)
}

function textOf(parameters: ApiParameters, name: string): string | null {
  const value = parameters.get(name)
  if (value === undefined) return null
  if (typeof value !== 'string') throw new UnclearApiRequest(`${name} is no single value.`)
  return value
}
