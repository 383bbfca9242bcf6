import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { withDemo } from '../helpers/demo.js'
import { BASE } from '../helpers/gateway.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Without this test's variables: its coverage would be taken for that of the sources, which a built copy is not. */
const env = { PATH: process.env.PATH }

interface Pack {
  filename: string
  files: { path: string; mode: number }[]
}

/** All files below a folder, with slashes. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
}

const vendored = (name: string) => `console/vendor/${name}`

/** The project as npm would pack it after a build, in a folder of its own. */
function pack(folder: string): Pack {
  mkdirSync(folder, { recursive: true })
  for (const name of [
    'package.json',
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
    'SECURITY.md',
    'deploy',
    'docs',
    'src',
    'scripts'
  ]) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true })
  }
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs'), join(folder, 'dist')], { env })
  const args = ['pack', '--json', '--ignore-scripts', '--offline']
  const run = (more: string[]) =>
    JSON.parse(
      execFileSync('npm', [...args, ...more], { cwd: folder, encoding: 'utf8', env: { ...env, HOME: folder } })
    )[0] as Pack
  const dry = run(['--dry-run'])
  const real = run([])
  if (JSON.stringify(dry.files) !== JSON.stringify(real.files)) throw new Error('a dry run says something else')
  return real
}

// A whole build, and types checked without skipping anybody's.
t.setTimeout(600_000)

t.test('the package, and another project that uses it', { timeout: 590_000 }, async (t) => {
  const folder = join(t.testdir({}), 'source')
  const { filename, files } = pack(folder)
  const paths = files.map(({ path }) => path)

  t.test('it holds what it needs and nothing else', async (t) => {
    const compiled = filesIn(join(ROOT, 'src'))
      .filter((path) => path.endsWith('.ts'))
      .flatMap((path) => [path.replace(/\.ts$/, '.js'), path.replace(/\.ts$/, '.d.ts')])
    const served = [
      ...filesIn(join(ROOT, 'src/demo/media')).map((path) => `demo/media/${path}`),
      ...filesIn(join(ROOT, 'src/demo/page')).map((path) => `demo/page/${path}`),
      ...filesIn(join(ROOT, 'src/console/page')).map((path) => `console/page/${path}`),
      ...['hls.min.js', 'hls.js-LICENSE.txt', 'shaka-player.compiled.js', 'shaka-player-LICENSE.txt'].map(vendored),
      ...['diff.min.js', 'diff-LICENSE.txt'].map(vendored)
    ]
    const expected = [
      'package.json',
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
      ...filesIn(join(ROOT, 'docs')).map((path) => `docs/${path}`),
      ...filesIn(join(ROOT, 'deploy')).map((path) => `deploy/${path}`),
      ...new Set([...compiled, ...served].map((path) => `dist/${path}`))
    ]
    t.strictSame(paths.toSorted(), expected.toSorted())
    const { bin, exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    const named = [bin['playmanifest-gateway'], ...JSON.stringify(exports).matchAll(/"\.\/([^"]+\.(?:js|ts|json))"/g)]
    for (const path of named.map((match) => (typeof match === 'string' ? match : match[1])))
      t.ok(paths.includes(path), path)
    t.ok((files.find(({ path }) => path === 'dist/cli.js')?.mode ?? 0) & 0o100, 'the command can be run')
  })

  t.test('it compiles strictly in another project, and answers there', { timeout: 400_000 }, async (t) => {
    const project = join(t.testdir({}), 'project')
    const packed = join(project, 'node_modules/playmanifest-gateway')
    mkdirSync(packed, { recursive: true })
    execFileSync('tar', ['-xzf', join(folder, filename), '-C', packed, '--strip-components=1'], { env })
    // What npm would put beside it: the one Fastify of both.
    for (const name of readdirSync(join(ROOT, 'node_modules'))) {
      if (!name.startsWith('.')) symlinkSync(join(ROOT, 'node_modules', name), join(project, 'node_modules', name))
    }
    writeFileSync(join(project, 'package.json'), '{"type":"module"}')
    const example = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'docs/library.md'), 'utf8'))?.[1] ?? ''
    t.match(example, /app\.register\(playManifest/)
    const demo = await withDemo(t)
    const own = example.replace('https://www.kaltura.com', demo.kalturaUrl).replace(/^await app\.listen.*$/m, '')
    writeFileSync(join(project, 'example.ts'), example)
    writeFileSync(
      join(project, 'use.ts'),
      `${own}
import type { PartnerOptions, PlayManifestOptions, Rule } from 'playmanifest-gateway'
const partner: PartnerOptions = { id: 101, signedLinks: 'off' }
const rules: Rule[] = [{ name: 'all', when: { device: 'ipad' }, then: { format: 'applehttp' } }]
const typed: PlayManifestOptions = { serviceUrl: '${demo.kalturaUrl}', partners: [partner], rules }
await app.register(playManifest, { ...typed, prefix: '/typed' })
` +
        `// @ts-expect-error what is no option does not compile
const wrong: PlayManifestOptions = { ...typed, delivery: 'teleport' }
const answers = []
for (const prefix of ['/video', '/typed']) {
  const { statusCode, headers } = await app.inject(prefix + '${BASE}/entryId/${DEMO_ENTRIES.public}/format/url')
  answers.push([statusCode, headers.location])
}
await app.close()
process.stdout.write('\\nRESULT ' + JSON.stringify([answers, wrong.delivery]) + '\\n')
`
    )
    const options = {
      strict: true,
      exactOptionalPropertyTypes: true,
      target: 'es2022',
      module: 'nodenext',
      types: ['node']
    }
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: options, files: ['use.ts', 'example.ts'] })
    )
    const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
    t.match(spawnSync(process.execPath, [tsc, '-p', project], { encoding: 'utf8', env }), { status: 0, stdout: '' })
    // No variable reaches it: whatever the environment says, the options count.
    const disturbed = {
      ...env,
      KALTURA_SERVICE_URL: 'http://127.0.0.1:1',
      KALTURA_PARTNER_ID: '999',
      DELIVERY: 'nonsense'
    }
    const out = execFileSync(process.execPath, ['use.js'], { cwd: project, encoding: 'utf8', env: disturbed })
    const [answers, wrong] = JSON.parse(/^RESULT (.*)$/m.exec(out)?.[1] ?? 'null')
    t.match(answers, [
      [302, demo.kalturaUrl],
      [302, demo.kalturaUrl]
    ])
    t.equal(wrong, 'teleport')
  })
})
