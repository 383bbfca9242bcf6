import { CONFIG_KEYS } from './config-keys.js'
import { describedSchema, type SchemaNode } from './config-schema.js'
import { replaceMade } from './made-part.js'

const NAME = 'keys of the file'

/** docs/configuration.md with the tables of its keys made from the schema; the rest of the page stays as it is. */
export function configurationDoc(page: string): string {
  const schema = describedSchema()
  const rule = schema.properties!.rules!.items!.properties!
  const lines = [
    ...table('key', rowsOf(schema, '')),
    '',
    'Each of `partners`:',
    '',
    ...table('key', rowsOf(schema.properties!.partners!.items!, 'partners[]')),
    '',
    'Each of `rules` has a `name`, `when` and `then`; all keys of both may be left out. [Rules](rules.md) says how they work together.',
    '',
    ...table('key of `when`', rowsOf(rule.when!, 'rules[].when')),
    '',
    ...table('key of `then`', rowsOf(rule.then!, 'rules[].then'))
  ]
  return replaceMade(page, NAME, lines.join('\n'))
}

interface Row {
  key: string
  node: SchemaNode
  path: string
}

/** Keys in the order of the schema; those of an object inside stand behind it under its name. */
function rowsOf(node: SchemaNode, path: string, prefix = ''): Row[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const at = path === '' ? name : `${path}.${name}`
    const inner = at.startsWith('rules') || at === 'shadow.rules' ? [] : rowsOf(child, at, `${prefix}${name}.`)
    return inner.length > 0 ? inner : [{ key: `${prefix}${name}`, node: child, path: at }]
  })
}

function table(head: string, rows: readonly Row[]): string[] {
  // No key of a rule has a default: what it does not say is not looked at, or left to Kaltura.
  const withDefault = rows.some(({ path }) => !path.startsWith('rules'))
  return [
    withDefault ? `| ${head} | value | default | meaning |` : `| ${head} | value | meaning |`,
    withDefault ? '|---|---|---|---|' : '|---|---|---|',
    ...rows.map(({ key, node, path }) => {
      const words = CONFIG_KEYS[path]
      const cells = [`\`${key}\``, words?.value ?? allowedIn(node)]
      if (withDefault) cells.push(defaultOf(node, path))
      return `| ${[...cells, meaningOf(node)].join(' | ')} |`
    })
  ]
}

/** Editors show plain text; a page has links, and variables that stand out. */
function meaningOf({ description = '' }: SchemaNode): string {
  return description
    .replaceAll('|', '\\|')
    .replace(/\b([a-z-]+)\.md\b/g, '[$1.md]($1.md)')
    .replace(/(?<!`)\b[A-Z]+(?:_[A-Z]+)+\b/g, '`$&`')
}

function defaultOf(node: SchemaNode, path: string): string {
  const words = CONFIG_KEYS[path]
  if (words?.otherwise !== undefined) return words.otherwise
  const value = words?.default ?? node.default
  if (value === undefined || JSON.stringify(value) === '[]' || JSON.stringify(value) === '{}') return 'none'
  return `\`${value}\``
}

/** What may stand in a place of the schema, in words. */
function allowedIn(node: SchemaNode): string {
  const words = wordsOf(node)
  if (words !== null) return words.map((word) => `\`${word}\``).join(', ')
  const [first, second] = node.anyOf ?? []
  if (first !== undefined && second?.type === 'array') return `${allowedIn(first)}; or a list`
  if (node.anyOf !== undefined) return [...new Set(node.anyOf.map(allowedIn))].join(' or ')
  if (node.type === 'array') return `list of ${node.items?.type === 'array' ? 'lists' : 'values'}`
  if (node.type === 'boolean') return '`true`, `false`'
  if (node.type === 'string') return 'text'
  if (node.type === 'integer' || node.type === 'number') return numberOf(node)
  const names = Object.keys(node.properties ?? {})
  return names.length > 0 && names.length < 5 ? names.map((name) => `\`${name}\``).join(', ') : 'keys and values'
}

function wordsOf({ enum: words, const: word, anyOf }: SchemaNode): unknown[] | null {
  if (words !== undefined) return words
  if (word !== undefined) return [word]
  return anyOf?.every((one) => one.const !== undefined) ? anyOf.map((one) => one.const) : null
}

function numberOf({ type, minimum, maximum, exclusiveMinimum, exclusiveMaximum }: SchemaNode): string {
  const kind = type === 'integer' ? 'whole number' : 'number'
  const bounds = [
    minimum !== undefined && `from ${minimum}`,
    exclusiveMinimum !== undefined && `above ${exclusiveMinimum}`,
    maximum !== undefined && `up to ${maximum}`,
    exclusiveMaximum !== undefined && `below ${exclusiveMaximum}`
  ]
  return [kind, ...bounds.filter(Boolean)].join(' ')
}
