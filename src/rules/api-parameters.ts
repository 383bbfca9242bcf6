import { parseQuery, type QueryPair } from '../playmanifest/php-query.js'

/** The request cannot be judged, so it is refused; the message says why and holds no value of the request. */
export class UnclearApiRequest extends Error {}

/** Parameters after nesting is resolved; a value is text or further parameters. */
export type ApiParameters = ReadonlyMap<string, ApiValue>
export type ApiValue = string | ApiParameters
type Tree = Map<string, string | Tree>

/** Levels of nesting and number of values; a player needs 4 and about 40. */
const MAX_DEPTH = 16
const MAX_VALUES = 1000

/** Settings whose removal (`name__null`) would change what was judged. */
const GUARDED = /^(?:service|action|ks|partnerid|p|widgetid|format|callback|content-type|\d+)$/i

export interface ApiRequestParts {
  /** Segments behind `/api_v3`, decoded, without empty ones and without `index.php` in front. */
  segments: readonly string[]
  /** Without its question mark. */
  query: string
  /** Null without a body. */
  body: { type: 'json' | 'form'; text: string } | null
}

/**
 * Reads path, query and body of an API v3 request into one set of parameters: path pairs, colon names (`1:service`),
 * PHP's brackets, JSON (reference api-v3.md sections 1 and 3). Kaltura lets path win over query over body; here a
 * parameter that is given twice with different values is refused instead, so that nothing depends on the order in
 * which somebody else reads them.
 *
 * @throws UnclearApiRequest
 */
export function readApiParameters({ segments, query, body }: ApiRequestParts): ApiParameters {
  const tree: Tree = new Map()
  const left = { values: MAX_VALUES }
  for (let at = 0; at + 1 < segments.length; at += 2) put(tree, [segments[at]!], segments[at + 1]!, left)
  putForm(tree, query, left)
  if (body?.type === 'form') putForm(tree, body.text, left)
  if (body?.type === 'json') putAll(tree, [], parseObject(body.text), left)
  return tree
}

function parseObject(text: string): object {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The parser's message quotes the text, which may hold a KS.
    throw new UnclearApiRequest('The body is no JSON.')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UnclearApiRequest('The body is no JSON object.')
  }
  return value
}

function putForm(tree: Tree, text: string, left: { values: number }): void {
  if (text === '') return
  const { pairs, map } = parseQuery(text, decode)
  requireSingle(pairs)
  putAll(tree, [], map, left)
}

/** The reader keeps the last of equal names, as PHP does; which one is meant is not for us to say. */
function requireSingle(pairs: readonly QueryPair[]): void {
  const seen = new Map<string, string>()
  for (const { raw, value } of pairs) {
    const name = decode(raw.split('=', 1)[0]!.replaceAll('+', ' '))
    const before = seen.get(name)
    if (before !== undefined && before !== value && !name.endsWith('[]')) throw twice()
    seen.set(name, value)
  }
}

function putAll(tree: Tree, path: readonly string[], value: unknown, left: { values: number }): void {
  if (typeof value === 'object' && value !== null) {
    if (path.length > MAX_DEPTH) throw new UnclearApiRequest('The parameters are nested too deeply.')
    for (const [name, inner] of Object.entries(value)) putAll(tree, [...path, name], inner, left)
  } else if (value !== null && value !== undefined) put(tree, path, String(value), left)
}

/** A name may nest by colons wherever it stands, also inside JSON and brackets. */
function put(tree: Tree, names: readonly string[], value: string, left: { values: number }): void {
  left.values--
  if (left.values < 0) throw new UnclearApiRequest(`There are more than ${MAX_VALUES} parameters.`)
  const path = names.flatMap((name) => name.split(':'))
  const last = path.at(-1) ?? ''
  if (last.endsWith('__null') && GUARDED.test(last.slice(0, -'__null'.length))) {
    throw new UnclearApiRequest('A parameter that decides who asks for what is set to null.')
  }
  let node = tree
  for (const name of path.slice(0, -1)) {
    const child = node.get(name) ?? new Map()
    if (!(child instanceof Map)) throw twice()
    node.set(name, child)
    node = child
  }
  const before = node.get(last)
  if (before !== undefined && before !== value) throw twice()
  node.set(last, value)
}

function twice(): UnclearApiRequest {
  return new UnclearApiRequest('A parameter is given twice with different values.')
}

function decode(raw: string): string {
  try {
    return decodeURIComponent(raw)
  } catch {
    throw new UnclearApiRequest('A percent sign or bytes in it cannot be decoded.')
  }
}
