import { type PlayManifestRequest, parsePlayManifestUrl } from './parse.js'
import { percentDecode } from './percent.js'

/**
 * A request as it would have come without some parameters: they are cut out where they stand, and not another byte
 * changes, since Kaltura may have signed all others (`kt`, `urirestrict`).
 */
export function withoutParameters(request: PlayManifestRequest, names: ReadonlySet<string>): PlayManifestRequest {
  const { pairs, query } = request
  if (![...pairs, ...query].some(({ name }) => names.has(name))) return request
  const path = cutPath(request, names)
  const rest = cutQuery(request, names)
  const parsed = parsePlayManifestUrl(rest === '' ? path : `${path}?${rest}`)
  // What parsed with more in it parses with less.
  return parsed.ok ? parsed.request : request
}

/** Segments are paired as the parser pairs them: empty ones and `index.php` do not count, a name of `0` ends it. */
function cutPath({ rawPath, prefix }: PlayManifestRequest, names: ReadonlySet<string>): string {
  const start = `${prefix}/playManifest`.length
  let path = rawPath.slice(0, start)
  let at = 0
  let cutting = false
  for (const segment of rawPath.slice(start).split('/').slice(1)) {
    const text = textOf(segment)
    const counts = text !== '' && text !== 'index.php' && at !== Number.POSITIVE_INFINITY
    if (counts && at % 2 === 0) {
      if (text === '0') at = Number.POSITIVE_INFINITY
      cutting = names.has(text)
    }
    if (!counts || !cutting) path += `/${segment}`
    if (counts) at++
  }
  return path
}

function cutQuery({ rawQuery, query }: PlayManifestRequest, names: ReadonlySet<string>): string {
  let at = 0
  return rawQuery
    .split('&')
    .filter((raw) => raw === '' || !names.has(query[at++]!.name))
    .join('&')
}

function textOf(raw: string): string {
  const decoded = percentDecode(raw)
  return decoded.ok ? decoded.text : raw
}
