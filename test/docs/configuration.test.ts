import { readFileSync } from 'node:fs'
import t from 'tap'
import { CONFIG_KEYS } from '../../scripts/config-keys.js'
import { describedSchema, type SchemaNode } from '../../scripts/config-schema.js'
import { configurationDoc } from '../../scripts/configuration-doc.js'
import { readConfigFile } from '../../src/config/file.js'
import { loadConfig } from '../../src/config/load.js'

const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')
const NEEDED = { KALTURA_SERVICE_URL: 'https://kaltura.example', KALTURA_PARTNER_ID: '101' }

/** Paths of all keys, as CONFIG_KEYS has them. */
function pathsOf(node: SchemaNode, path = ''): [path: string, node: SchemaNode][] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const at = path === '' ? name : `${path}.${name}`
    const inner = child.items === undefined ? child : child.items
    return [[at, child] as [string, SchemaNode], ...pathsOf(inner, child.items === undefined ? at : `${at}[]`)]
  })
}

t.test('the keys of the file are those of the schema (npm run docs)', async (t) => {
  t.equal(page, configurationDoc(page))
})

t.test('every key is explained, and nothing that is no key', async (t) => {
  const paths = pathsOf(describedSchema())
  t.ok(paths.length > 60)
  for (const [path, { description }] of paths) {
    if (/^(?:shadow\.)?rules\[\]\./.test(path)) continue
    t.match(description, /^[A-Z].{8,}\.$/, `${path}: say in scripts/config-keys.ts what it means`)
  }
  const known = new Set(paths.map(([path]) => path))
  for (const path of Object.keys(CONFIG_KEYS)) t.ok(known.has(path), `${path} is a key`)
})

t.test('what is said to be the default is: the file that says it means the same', async (t) => {
  for (const [path, { default: value }] of Object.entries(CONFIG_KEYS)) {
    if (value === undefined) continue
    t.same(loaded(path, value), loaded(path, undefined), path)
    // The test could see a difference.
    const other = typeof value === 'boolean' ? !value : typeof value === 'number' ? value + 1 : OTHERS[path]
    if (NEED_MORE.has(path)) continue
    t.notSame(loaded(path, other), loaded(path, undefined), `${path} is looked at`)
  }
})

/** Values other than the default, for keys that take words. */
const OTHERS: Readonly<Record<string, unknown>> = {
  'hosts.allowed': ['a.example'],
  delivery: 'proxy',
  'patience.catalog': '2s',
  'patience.target': '2s',
  'cache.maxBytes': '1MiB',
  'cache.staleWhileRevalidate': '2s',
  'cache.staleIfError': '2s',
  'cache.templateStaleIfError': '2s',
  cdnUrls: { one: 'https://cdn.example' },
  presets: { one: { format: 'auto' } },
  'partners[].ksUriRestrict': 'never',
  'partners[].otherPartnersEntries': 'redirect',
  'partners[].forwardedFor': 'trusted',
  'partners[].aliases': { one: '0_abc' }
}
/** Refused without what else they need; by itself `trustedHeaders` only says which names rules may use. */
const NEED_MORE = new Set([
  'partners[].grants',
  'partners[].viewerProxy',
  'partners[].apiPassthrough',
  'trustedHeaders'
])

/** The configuration of a file that says one thing, as something to compare. */
function loaded(path: string, value: unknown): unknown {
  const keys = path.replace(/^partners\[\]\./, '').split('.')
  const inner = value === undefined ? {} : keys.reduceRight<unknown>((made, key) => ({ [key]: made }), value)
  const file = path.startsWith('partners[]') ? { partners: [{ id: 101, ...(inner as object) }] } : inner
  const config = loadConfig({ ...NEEDED, CONFIG_FILE: 'x.yaml' }, () => JSON.stringify(file))
  return { ...config, hosts: config.hosts.names }
}

t.test('the table of variables names those that are read, and no other', async (t) => {
  const read = new Set<string>()
  const recording = (env: Record<string, string>) =>
    new Proxy(env, {
      get: (given, name: string) => {
        read.add(name)
        return given[name]
      }
    })
  for (const more of [{}, { ADMIN_TOKEN: 'x'.repeat(16) }]) loadConfig(recording({ ...NEEDED, ...more }))
  const secrets = [...read].filter((name) => read.has(`${name}_FILE`))
  const variables = [...read].filter((name) => !name.endsWith('_FILE') || name === 'CONFIG_FILE')
  const head = page.slice(0, page.indexOf('## The file'))
  const rows = head.split('\n').filter((line) => line.startsWith('| `'))
  const named = rows.flatMap((row) => [...row.split(' | ')[0]!.matchAll(/`([A-Z_]+)`/g)].map((match) => match[1]!))
  t.same(named.toSorted(), variables.toSorted())
  const sentence = /Secrets can be given as `NAME_FILE`[^:]*: ([^.]*)\./.exec(head)?.[1] ?? ''
  t.same([...sentence.matchAll(/`([A-Z_]+)`/g)].map((match) => match[1]!).toSorted(), secrets.toSorted())
})

t.test('the example is usable as it stands, and has every key of a partner', async (t) => {
  const example = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
  const file = readConfigFile('example.yaml', example)
  t.equal(file.warnings, undefined)
  const keys = Object.keys(describedSchema().properties!.partners!.items!.properties!)
  t.same(
    keys.filter((key) => !(key in file.partners![0]!)),
    ['appTokenId', 'appTokenFile'],
    'these stand in place of the admin secret'
  )
  const config = loadConfig({ CONFIG_FILE: 'example.yaml' }, (path) => (path === 'example.yaml' ? example : 'secret'))
  t.same(config.warnings, [])
})
