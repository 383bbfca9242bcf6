import type { EffectiveParameters } from '../../../playmanifest/parameters.js'
import { type BadUrlCode, parsePlayManifestUrl } from '../../../playmanifest/parse.js'

const PATH = /^(?:\/s)?\/p\/[-0-9]+(?:\/sp\/[-0-9]+)?\/playManifest\//
/** The spelling without Apache's rewriting (recording prefix_index). */
const INDEX = /^\/index\.php\/extwidget\/playManifest\//

/** Apache refuses path segments beyond this length with a 403 (recording path_long_7k). */
const MAX_SEGMENT = 255

/** Status of the web server's own pages for paths that Kaltura never sees (recordings path_*). */
const STATUS_OF_BAD_URL: Readonly<Record<BadUrlCode, number>> = {
  NOT_PLAYMANIFEST: 404,
  URL_TOO_LONG: 414,
  TOO_MANY_PARAMETERS: 414,
  BAD_ESCAPE: 400,
  ENCODED_SLASH: 404,
  DOT_SEGMENT: 404,
  CONTROL_CHARACTER: 404,
  BACKSLASH: 404,
  NESTED_PARAMETER: 500
}

export type ReadRequest =
  | {
      ok: true
      params: EffectiveParameters
      /** The callback of the query, as the server's filter leaves it: without `<` and `>`. */
      callback: string | null
    }
  /** Refused by the web server, or, with 500, by an error inside Kaltura. */
  | { ok: false; status: number }

export function isPlayManifestPath(url: string): boolean {
  return PATH.test(url) || INDEX.test(url)
}

/** Reads a request's parameters: path > query > form body (reference playmanifest.md section 1). */
export function readParameters(url: string, form: string): ReadRequest {
  const path = url.replace(INDEX, '/p/0/playManifest/')
  const [before = '', query = ''] = split(path)
  if (before.split('/').some((segment) => segment.length > MAX_SEGMENT) && url.length <= 8190) {
    return { ok: false, status: 403 }
  }
  // Apache decodes a path once more when it rewrites it, and refuses the slash that comes out (path_pct252f).
  if (/%252f/i.test(before)) return { ok: false, status: 404 }
  // Of equal names in a query the last wins, so a body in front of it gives way.
  const pairs = [form, query].filter((part) => part !== '').join('&')
  const parsed = parsePlayManifestUrl(pairs === '' ? before : `${before}?${pairs}`)
  if (!parsed.ok) return { ok: false, status: STATUS_OF_BAD_URL[parsed.code] }
  const params = parsed.request.effective
  const inQuery = parsed.request.places.callback === 'query'
  return { ok: true, params, callback: inQuery ? (params.callback || '').replace(/[<>]/g, '') : null }
}

function split(url: string): [string, string] {
  const mark = url.indexOf('?')
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)]
}
