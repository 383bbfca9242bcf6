import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const src = fileURLToPath(new URL('../src', import.meta.url))
const files = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => relative(src, join(entry.parentPath ?? entry.path, entry.name)))

interface Import {
  file: string
  from: string
  typeOnly: boolean
}

const imports: Import[] = files.flatMap((file) => {
  const text = readFileSync(join(src, file), 'utf8')
  return [...text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^'"]*?\sfrom\s+)?'([^']+)'/gm)].map((match) => ({
    file,
    from: match[2]!.startsWith('.') ? normalize(join(dirname(file), match[2]!)) : match[2]!,
    typeOnly: match[1] !== undefined
  }))
})

const folderOf = (path: string) => path.split('/')[0]!

t.test('pure folders import no framework and no client', async (t) => {
  const pure = ['playmanifest', 'viewer', 'rules', 'flavors', 'manifest', 'signing']
  const forbidden = /^(?:fastify|@fastify\/|undici|lru-cache|pino|node:(?:http|https|net|dns|fs))/
  // Reading addresses is arithmetic, not networking.
  const allowed = new Set(['viewer/trusted-proxies.ts node:net', 'viewer/bare-address.ts node:net'])
  for (const { file, from } of imports) {
    if (!pure.includes(folderOf(file)) || !forbidden.test(from)) continue
    t.ok(allowed.has(`${file} ${from}`), `${file} imports ${from}`)
  }
  t.ok(imports.length > 100, 'the imports were read')
})

t.test('arrows go down: routes, answer, resolve, kaltura, flavors, rules, cache, playmanifest', async (t) => {
  /** What each folder may import as code; types may be known further up. */
  const below: Record<string, readonly string[]> = {
    playmanifest: [],
    flavors: [],
    manifest: [],
    cache: [],
    viewer: ['playmanifest'],
    signing: ['playmanifest', 'viewer'],
    rules: ['flavors', 'playmanifest', 'viewer'],
    kaltura: ['flavors', 'playmanifest', 'viewer'],
    resolve: ['kaltura', 'flavors', 'rules', 'cache', 'manifest', 'playmanifest', 'viewer'],
    answer: ['resolve', 'playmanifest'],
    limits: ['cache', 'viewer'],
    plugins: ['answer', 'limits', 'rules', 'playmanifest', 'viewer'],
    explain: ['answer', 'resolve', 'rules', 'flavors', 'playmanifest'],
    console: [],
    admin: ['answer', 'plugins', 'limits', 'explain', 'console', 'cache', 'playmanifest'],
    routes: ['answer', 'resolve', 'rules', 'flavors', 'signing', 'viewer', 'playmanifest']
  }
  for (const { file, from, typeOnly } of imports) {
    const folder = folderOf(file)
    const target = folderOf(from)
    if (
      typeOnly ||
      from === target ||
      folder === target ||
      below[folder] === undefined ||
      !files.includes(from.replace(/\.js$/, '.ts'))
    )
      continue
    t.ok(below[folder].includes(target), `${file} imports ${from}`)
  }
})

t.test('nothing of the gateway depends on the demo', async (t) => {
  for (const { file, from } of imports) {
    if (folderOf(file) !== 'demo' && folderOf(from) === 'demo') t.equal(file, 'cli.ts', `${file} imports ${from}`)
  }
})

t.test('the environment is read in one place, the process ends in one place', async (t) => {
  for (const file of files) {
    const text = readFileSync(join(src, file), 'utf8')
    if (/process\.env/.test(text)) t.match(file, /^config\//, `${file} reads process.env`)
    if (/process\.exit\(/.test(text)) t.equal(file, 'cli.ts', `${file} ends the process`)
  }
})

t.test('one idea a file', async (t) => {
  for (const file of files) {
    const lines = readFileSync(join(src, file), 'utf8').split('\n').length
    t.ok(lines <= 300, `${file} has ${lines} lines`)
  }
})

t.test('one place each makes a Location and calls something public', async (t) => {
  const texts = files
    .filter((file) => !file.startsWith('demo/'))
    .map((file) => [file, readFileSync(join(src, file), 'utf8')] as const)
  const only = (pattern: RegExp, allowed: readonly string[], what: string) => {
    const found = texts.filter(([, text]) => pattern.test(text)).map(([file]) => file)
    t.strictSame(found.sort(), [...allowed].sort(), what)
  }
  only(/as SafeLocation/, ['kaltura/locations.ts'], 'text becomes a Location in one place')
  only(/as Public(?:Verdict|<)/, ['resolve/sharing-class.ts'], 'a verdict and a public value are made in one place')
  only(/verdictOf\(\[/, ['resolve/sharing.ts'], 'the proof is asked for with all facts')
  const answering = texts.filter(([file]) => /^(?:routes|plugins|answer|admin)\//.test(file))
  const naming = answering.filter(([, text]) =>
    /\blocation['"]?:|\{ location\b/i.test(text.replace(/SafeLocation/g, ''))
  )
  t.strictSame(
    naming.map(([file]) => file),
    ['answer/render.ts'],
    'a header named location is written in one place'
  )
})

t.test('as a library it brings no Fastify, no command, no admin side and no demo', async (t) => {
  const reached = new Set(['library.ts'])
  for (const file of reached) {
    for (const { from, typeOnly } of imports.filter((one) => one.file === file)) {
      const source = from.replace(/\.js$/, '.ts')
      if (files.includes(source)) {
        if (!typeOnly) reached.add(source)
      } else t.notOk(from === 'fastify' && !typeOnly, `${file} imports fastify as code`)
    }
  }
  t.ok(reached.size > 50, 'the imports were followed')
  for (const file of reached) t.notMatch(file, /^(?:app|server|cli.*|admin\/.*|console\/.*|demo\/.*)\.ts$/)
})
