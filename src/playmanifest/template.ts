import { type EffectiveParameters, LONG_NAMES, type ParameterName, specOf } from './parameters.js'
import type { PathPair, PlayManifestRequest } from './parse.js'
import { encodeSegment } from './percent.js'

/** What has to change in a request before it may go to Kaltura. */
export interface TemplateEdit {
  /** Parameters to add, or to replace where they stand; values in clear. */
  set?: Partial<Record<ParameterName, string>>
  /** A KS that came in the `X-Kaltura-Ks` header: written as a query parameter, since Kaltura's caches misread the header. */
  headerKs?: string | undefined
}

/**
 * Kaltura's web server refuses a path segment of more than 255 characters (recording path_long_7k), so a longer value
 * goes into the query, which it reads just as well.
 */
const MAX_SEGMENT = 255

/**
 * Writes a request as a path and query for Kaltura's own playManifest: the text as it came, without the gateway's own
 * parameters, with the edit applied. Nothing that is not edited changes a byte; an edited path is written from the pairs
 * that Kaltura would have read.
 */
export function writeTemplate(request: PlayManifestRequest, edit: TemplateEdit = {}): string {
  const set = new Map(Object.entries(edit.set ?? {}) as [ParameterName, string][])
  if (edit.headerKs !== undefined) set.set('ks', edit.headerKs)
  const touches = (name: string): boolean => {
    const long = LONG_NAMES.get(name)
    return long !== undefined && (set.has(long) || specOf(long).class === 'gateway')
  }
  const inPath = [...set].filter(([name, value]) => name !== 'ks' && encodeSegment(value).length <= MAX_SEGMENT)
  const inQuery = [...set].filter(([name]) => !inPath.some(([other]) => other === name))
  const keepPath = inPath.length === 0 && !request.pairs.some((pair) => touches(pair.name))
  const path = keepPath ? request.rawPath : writePath(request, touches, inPath)
  const keepQuery = inQuery.length === 0 && !request.query.some((pair) => touches(pair.name))
  const query = keepQuery
    ? request.rawQuery
    : [
        ...request.query.filter((pair) => !touches(pair.name)).map((pair) => pair.raw),
        ...inQuery.map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      ].join('&')
  return query === '' ? path : `${path}?${query}`
}

function writePath(
  request: PlayManifestRequest,
  touches: (name: string) => boolean,
  added: [ParameterName, string][]
): string {
  const last = request.pairs.at(-1)
  const fileName: PathPair | undefined = last?.value === false && !touches(last.name) ? last : undefined
  let path = `${request.prefix}/playManifest`
  for (const pair of request.pairs) {
    if (pair.value === false || touches(pair.name)) continue
    path += `/${pair.rawName}/${pair.rawValue}`
  }
  for (const [name, value] of added) path += `/${name}/${encodeSegment(value)}`
  return fileName === undefined ? path : `${path}/${fileName.rawName}`
}

/**
 * Whether a value means the same as a path segment, whatever stands in between: web servers resolve dots, refuse escaped
 * percent signs and slashes, and Kaltura drops `index.php` and empty segments, which would shift all that follows.
 */
function isPlainSegment(value: string): boolean {
  return value.length <= MAX_SEGMENT && /^[\w,:-][\w.,:-]*$/.test(value) && value !== 'index.php'
}

/**
 * Writes a playManifest path from parameters alone, in the table's order: the upstream request of a value that is
 * shared, so that nothing of one viewer can be in it.
 */
export function writeCanonical(partnerId: number, parameters: EffectiveParameters): string {
  let path = `/p/${partnerId}/sp/${partnerId}00/playManifest`
  const query: string[] = []
  for (const [name, value] of Object.entries(parameters) as [ParameterName, string | false][]) {
    if (value === false) continue
    if (isPlainSegment(value)) path += `/${name}/${value}`
    else query.push(`${name}=${encodeURIComponent(value)}`)
  }
  return query.length === 0 ? path : `${path}?${query.join('&')}`
}
