import { parseQuery } from '../../playmanifest/php-query.js'

/** Request parameters after nesting is resolved: values are scalars (usually strings) or further parameters. */
export type Params = { [name: string]: unknown }

/** Parameter names come from the outside: no prototype to reach. */
function emptyParams(): Params {
  return Object.create(null) as Params
}

export function isParams(value: unknown): value is Params {
  return typeof value === 'object' && value !== null
}

function decode(raw: string): string {
  try {
    return decodeURIComponent(raw)
  } catch {
    return raw
  }
}

/** Puts a value below a path of names; a scalar in the way is replaced, as PHP does. */
function assign(target: Params, path: readonly string[], value: unknown): void {
  let node = target
  for (const name of path.slice(0, -1)) {
    const next = node[name]
    const child = isParams(next) ? next : emptyParams()
    node[name] = child
    node = child
  }
  node[path[path.length - 1]!] = value
}

/** A form or query string with PHP's bracket nesting; a repeated name keeps its last value. */
export function parseForm(form: string): Params {
  return Object.assign(emptyParams(), parseQuery(form, decode).map)
}

/** Path pairs after the endpoint: `service/x/action/y`; empty segments and `index.php` do not count. */
export function parsePathPairs(path: string): Params {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== 'index.php')
  const params = emptyParams()
  for (let i = 0; i + 1 < segments.length; i += 2) {
    const name = decode(segments[i]!)
    if (!(name in params)) params[name] = decode(segments[i + 1]!)
  }
  return params
}

/**
 * Colon nesting, `1:filter:entryIdEqual=x`, at every level; `name__null` sets null (reference api-v3.md section 1).
 * JSON objects and PHP's brackets are already nested and pass through.
 */
function expandColons(params: Params): Params {
  const out = emptyParams()
  for (const [name, raw] of Object.entries(params)) {
    const value = Array.isArray(raw) || !isParams(raw) ? raw : expandColons(raw)
    const isNull = name.endsWith('__null')
    const path = (isNull ? name.slice(0, -'__null'.length) : name).split(':')
    const before = path.length === 1 ? out[path[0]!] : undefined
    if (isParams(before) && isParams(value) && !Array.isArray(value)) Object.assign(before, value)
    else assign(out, path, isNull ? null : value)
  }
  return out
}

/** The body counts when it is a form, or JSON with exactly `application/json` and one object in it. */
function parseBody(contentType: string, body: string): Params {
  const type = contentType.toLowerCase()
  if (type === 'application/json') {
    const text = body.trim()
    if (!text.startsWith('{') || !text.endsWith('}')) return emptyParams()
    try {
      const parsed: unknown = JSON.parse(text)
      return isParams(parsed) ? Object.assign(emptyParams(), parsed) : emptyParams()
    } catch {
      return emptyParams()
    }
  }
  return type.startsWith('application/x-www-form-urlencoded') ? parseForm(body) : emptyParams()
}

/**
 * All parameters of an API call: path > query > body (reference api-v3.md section 1, recording post_body_over_query;
 * a JSON body with a charset is ignored: multirequest_resolution_json_charset).
 * `path` is what follows the endpoint, still encoded; `query` has no question mark.
 */
export function parseApiRequest(input: { path: string; query: string; contentType: string; body: string }): Params {
  const merged = Object.assign(
    emptyParams(),
    parseBody(input.contentType, input.body),
    parseForm(input.query),
    parsePathPairs(input.path)
  )
  return expandColons(merged)
}

/** A parameter as text; null when it was not sent or is not a scalar. */
export function text(params: Params, name: string): string | null {
  const value = params[name]
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return null
}

/** A parameter as an integer in PHP's manner: text without a leading number is 0; null when it was not sent. */
export function integer(params: Params, name: string): number | null {
  const value = text(params, name)
  if (value === null || value === '') return null
  const parsed = Number.parseInt(value, 10)
  return Number.isNaN(parsed) ? 0 : parsed
}

/** A nested parameter; empty when it was not sent or is not an object. */
export function nested(params: Params, name: string): Params {
  const value = params[name]
  return isParams(value) ? value : emptyParams()
}
