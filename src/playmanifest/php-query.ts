/**
 * Query strings as PHP reads them, since Kaltura does: the last of equal names wins, `a[b]=1` nests, spaces and dots in
 * names become underscores. Source: vector group `request-parsing` (query-*).
 */

export type QueryValue = string | QueryValue[] | { [key: string]: QueryValue }
export type QueryMap = Record<string, QueryValue>

/** One `name=value` of a query, as it came and as PHP reads it. */
export interface QueryPair {
  /** Text between two `&`, untouched. */
  raw: string
  /** Top-level name after PHP's mangling; empty when PHP drops the pair. */
  name: string
  value: string
}

/** PHP's limit on nesting (max_input_nesting_level); deeper pairs are dropped. */
const MAX_NESTING = 64

interface ParsedName {
  name: string
  /** Path inside the value; `null` appends. */
  keys: (string | null)[]
}

/** Splits and reads a query string without its question mark. Never throws; bad escapes stay as they are. */
export function parseQuery(query: string, decode: (raw: string) => string): { pairs: QueryPair[]; map: QueryMap } {
  const pairs: QueryPair[] = []
  const tree = new Tree()
  for (const raw of query.split('&')) {
    if (raw === '') continue
    const equals = raw.indexOf('=')
    const rawName = equals === -1 ? raw : raw.slice(0, equals)
    const value = equals === -1 ? '' : decode(raw.slice(equals + 1).replaceAll('+', ' '))
    const parsed = parseName(decode(rawName.replaceAll('+', ' ')))
    pairs.push({ raw, name: parsed?.name ?? '', value })
    if (parsed !== null) assign(tree, parsed, value)
  }
  return { pairs, map: toMap(tree) }
}

function parseName(text: string): ParsedName | null {
  let name = text.replace(/^ +/, '')
  const nul = name.indexOf('\0')
  if (nul !== -1) name = name.slice(0, nul)
  const bracket = name.indexOf('[')
  if (bracket === 0) return { name: mangle(`_${name.slice(1)}`), keys: [] }
  const top = mangle(bracket === -1 ? name : name.slice(0, bracket))
  if (top === '') return null
  const keys: (string | null)[] = []
  let at = bracket
  while (at !== -1 && name[at] === '[') {
    const close = name.indexOf(']', at + 1)
    if (close === -1) {
      // PHP turns the bracket that is never closed into an underscore; only at the top level does it become the name.
      return keys.length === 0 ? { name: `${top}_${name.slice(at + 1)}`, keys: [] } : { name: top, keys }
    }
    const key = name.slice(at + 1, close)
    keys.push(key.trim() === '' ? null : key)
    if (keys.length > MAX_NESTING) return null
    at = close + 1
  }
  return { name: top, keys }
}

function mangle(name: string): string {
  return name.replace(/[ .]/g, '_')
}

/** A PHP array: its elements, and the next index for `[]`. */
class Tree extends Map<string, string | Tree> {
  #next = 0

  override set(key: string, value: string | Tree): this {
    if (/^(?:0|[1-9]\d{0,14})$/.test(key)) this.#next = Math.max(this.#next, Number(key) + 1)
    return super.set(key, value)
  }

  next(): string {
    return String(this.#next)
  }
}

function assign(tree: Tree, { name, keys }: ParsedName, value: string): void {
  let node = tree
  let key = name
  for (const next of keys) {
    let child = node.get(key)
    if (!(child instanceof Tree)) {
      child = new Tree()
      node.set(key, child)
    }
    node = child
    key = next ?? child.next()
  }
  node.set(key, value)
}

function toMap(tree: Tree): QueryMap {
  const map: QueryMap = Object.create(null)
  for (const [key, value] of tree) map[key] = typeof value === 'string' ? value : toValue(value)
  return map
}

function toValue(tree: Tree): QueryValue {
  let index = 0
  const isList = [...tree.keys()].every((key) => key === String(index++))
  if (!isList) return toMap(tree)
  return [...tree.values()].map((value) => (typeof value === 'string' ? value : toValue(value)))
}
