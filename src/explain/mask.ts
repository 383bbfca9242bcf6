import type { IncomingHttpHeaders } from 'node:http'
import { LONG_NAMES, PARAMETER_NAMES, type ParameterName, specOf } from '../playmanifest/parameters.js'
import { type PlayManifestRequest, parsePlayManifestUrl } from '../playmanifest/parse.js'
import { redactText, redactUrl, redactValue } from '../playmanifest/redact.js'
import type { Recorder } from '../resolve/recorder.js'
import { tokenIn } from '../resolve/tokens.js'

export const MASK = '***'

export interface ShownParameter {
  name: ParameterName
  value: string | false
  from: string
  class: string
  secret: boolean
}

/**
 * The parameters that count, each with what may be shown of it: what stands in the URL once it is masked as a whole, as
 * logs have it. A value that the mask touched is not shown at all.
 *
 * @param target the URL as it was asked
 */
export function shownParameters(request: PlayManifestRequest, target: string): ShownParameter[] {
  const masked = parsePlayManifestUrl(redactUrl(target))
  const safe = masked.ok ? masked.request.effective : {}
  return PARAMETER_NAMES.filter((name) => request.effective[name] !== undefined).map((name) => {
    const value = request.effective[name]!
    const secret = specOf(name).secret === true
    const shown = value === false || (!secret && value === safe[name] && redactValue(value) === value)
    return {
      name,
      value: shown ? value : MASK,
      from: request.places[name] ?? 'query',
      class: specOf(name).class,
      secret
    }
  })
}

/** What a preset or a name put beside them. A preset holds no secret, and an entry's id is in the answer. */
export function addedParameters({ added }: Pick<Recorder, 'added'>): ShownParameter[] {
  return added.map(({ name, value, from }) => ({
    name,
    value: redactValue(value) === value ? value : MASK,
    from,
    class: specOf(name).class,
    secret: specOf(name).secret === true
  }))
}

/** Names that Kaltura does not know, and neither do we; their values are not shown. */
export function unknownParameters(request: PlayManifestRequest, target: string): string[] {
  const masked = parsePlayManifestUrl(redactUrl(target))
  const safe = masked.ok ? masked.request.params : {}
  return Object.keys(request.params)
    .filter((name) => !LONG_NAMES.has(name))
    .map((name) => (Object.hasOwn(safe, name) ? redactValue(name) : MASK))
}

/** A name and its masked value, in path and query. */
const MASKED_PAIR = /[/?&][^/?&=]*[/=]\*{3}/g

/** A URL that was answered: masked as in logs, and where something that opens it is left, its host alone. */
export function shownLocation(location: string): string {
  const masked = redactUrl(location)
  return tokenIn(masked.replace(MASKED_PAIR, '')) === null ? masked : hostOf(location)
}

/** What was opened for one viewer alone: where it is, is all that anybody else may know. */
export function hostOf(location: string): string {
  const [origin = ''] = /^https?:\/\/[^/?#@]+(?=[/?#]|$)/i.exec(location) ?? []
  return `${origin}/${MASK}`
}

/**
 * The headers of an answer. `Connection` is that of the connection within the process, which no viewer has.
 *
 * @param isOneViewers whether the Location opens what only one viewer may have
 */
export function shownHeaders(headers: IncomingHttpHeaders, isOneViewers: boolean): Record<string, string> {
  const shown: Record<string, string> = {}
  for (const [name, given] of Object.entries(headers)) {
    if (given === undefined || name === 'connection' || name === 'date') continue
    const value = Array.isArray(given) ? given.join(', ') : given
    if (name !== 'location') shown[name] = redactValue(value)
    else shown[name] = isOneViewers ? hostOf(value) : shownLocation(value)
  }
  return shown
}

/** Every text in a value, masked: behind all that is masked by name, nothing that looks like a session gets out. */
export function masked<T>(value: T): T {
  if (typeof value === 'string') return redactText(value) as T
  if (Array.isArray(value)) return value.map(masked) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, masked(inner)])) as T
}

/** The same, with every text that holds a credential by its looks or by a name before it masked as a whole. */
export function maskedWhole<T>(value: T): T {
  if (typeof value === 'string') return redactValue(value) as T
  if (Array.isArray(value)) return value.map(maskedWhole) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, maskedWhole(inner)])) as T
}

/** Pieces of a URL shorter than this are words, and tell nothing of what was masked. */
const MIN_PIECE = 6

/**
 * What the mask takes out of a URL, piece by piece: a session with slashes in it is several segments, and a URL that is made
 * from the request may hold them apart, where nothing tells what they are.
 */
export function maskedPieces(target: string): string[] {
  const shown = new Set(redactUrl(target).split(/[/?&=]/))
  const hidden = target.split(/[/?&=]/).filter((piece) => piece.length >= MIN_PIECE && !shown.has(piece))
  return [...new Set(hidden.flatMap((piece) => [piece, ...decoded(piece)]))].sort((a, b) => b.length - a.length)
}

function decoded(piece: string): string[] {
  try {
    return [decodeURIComponent(piece)]
  } catch {
    return []
  }
}

/** Every text in a value without the pieces, wherever they stand. */
export function withoutPieces<T>(value: T, pieces: readonly string[]): T {
  if (pieces.length === 0) return value
  if (typeof value === 'string')
    return pieces.reduce((text, piece) => text.replaceAll(piece, MASK), value as string) as T
  if (Array.isArray(value)) return value.map((inner) => withoutPieces(inner, pieces)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutPieces(inner, pieces)])) as T
}
