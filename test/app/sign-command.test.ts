import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { runSign } from '../../src/cli-sign.js'
import { GRANT_KEY, KEY, KEY_ENV, NOW, OLD_KEY, outcome } from '../helpers/signing.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PATH = '/p/101/sp/10100/playManifest/entryId/0_abc/format/url/a.mp4'
const GRANTED = '/p/101/sp/10100/playManifest/entryId/0_abc/flavorId/0_def'

function run(args: string[], env: Record<string, string> = KEY_ENV) {
  const said = { out: '', err: '' }
  const add = (where: 'out' | 'err') => (text: string) => {
    said[where] += text
  }
  runSign(args, env, { out: add('out'), err: add('err') }, NOW)
  return said
}

t.test('one URL in, one line out', async (t) => {
  const { out, err } = run([PATH])
  t.match(out, /^\/p\/101[^\n]+signature=v1~k1~[^\n]+\n$/)
  t.equal(err, '')
  t.equal(outcome(out.trim()), 'valid')
  t.match(run([PATH, '--key', 'k0']).out, '=v1~k0~')
  const bound = run([PATH, '--device', 'ipad', '--address', '203.0.113.9/24', '--expires', '1h']).out
  t.match(bound, '=v1~k1~1870003600~ipad~203.0.113.0_24~')
  const granted = run(['--grant', 'archive', '--expires', '7d', GRANTED]).out.trim()
  t.match(granted, 'grant=v1~g1~1870604800~~~archive~')
  t.equal(outcome(granted, { kind: 'grant' }), 'valid')
  t.match(run([`${PATH}?clientTag=x`]).err, /Not signed.*clientTag/)
  const said = JSON.parse(run([`${PATH}?clientTag=x`, '--json']).out)
  t.equal(outcome(said.url), 'valid')
  t.strictSame(said.unsigned, ['clientTag'])
  const key = 'k1:c29tZWJvZHkncyBvd24ga2V5'
  t.throws(() => run([PATH, '--key', key]), { message: /^--key names no key; right would be one of k1, k0\.$/ })
})

t.test('an expiry as people write it', async (t) => {
  for (const [given, end] of [
    ['90s', NOW / 1000 + 90],
    ['2030-01-01', 1_893_456_000],
    ['2030-01-01T12:00:00Z', 1_893_499_200],
    ['1893456000', 1_893_456_000]
  ] as const) {
    t.match(run([PATH, '--expires', given]).out, `~k1~${end}~`, given)
  }
  for (const given of ['1000000000', '2001-01-01', '0h'])
    t.throws(() => run([PATH, '--expires', given]), /has passed/, given)
  for (const given of ['60', 'soon', '1w', '2030-13-01', '2030-01-01T12:00', '']) {
    t.throws(() => run([PATH, '--expires', given]), { message: /--expires is/ }, given)
  }
})

t.test('mistakes are told with what would be right, keys never', async (t) => {
  const short = { SIGNING_KEYS: 'k1:c2VjcmV0' }
  for (const [args, env, message] of [
    [[], KEY_ENV, /one URL/],
    [[PATH, PATH], KEY_ENV, /one URL/],
    [['https://example.com'], KEY_ENV, /no playManifest URL/],
    [[PATH], {}, /SIGNING_KEYS is not set/],
    [['--grant', 'x', PATH], { SIGNING_KEYS: KEY_ENV.SIGNING_KEYS }, /GRANT_KEYS is not set/],
    [[PATH], short, /SIGNING_KEYS cannot be read/],
    [[PATH], { SIGNING_KEYS_FILE: '/nowhere/at/all' }, /ENOENT/],
    [[PATH, '--key', 'k9'], KEY_ENV, /right would be one of k1, k0/],
    [[PATH, '--device', 'toaster'], KEY_ENV, /toaster/],
    [[PATH, '--grant', 'x'], KEY_ENV, /has to expire/],
    [[PATH, '--expires', '1h', '--grant', 'x'], KEY_ENV, /flavorId/],
    [[PATH, '--nonsense'], KEY_ENV, /nonsense/]
  ] as [string[], Record<string, string>, RegExp][]) {
    t.throws(() => run(args, env), { message }, args.join(' '))
    t.throws(() => run(args, env), { message: /^(?:(?!c2VjcmV0).)*$/s })
  }
  t.match(run(['--help']).out, /Examples:/)
})

t.test('the command as it is run', async (t) => {
  const cli = (args: string[], env: Record<string, string>) =>
    spawnSync(process.execPath, [...process.execArgv, join(ROOT, 'src/cli.ts'), ...args], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, ...env }
    })
  const good = cli(['sign', PATH], KEY_ENV)
  t.match(good, { status: 0, stderr: '' })
  t.equal(outcome(good.stdout.trim()), 'valid')
  t.match(cli(['sign', PATH], {}), { status: 1, stdout: '', stderr: /SIGNING_KEYS is not set/ })
  t.match(cli(['sign', 'x'], KEY_ENV), { status: 1, stderr: /^This is no playManifest URL[^\n]*\n$/ })
  t.match(cli(['sign', '--help'], {}), { status: 0, stdout: /--expires/ })
})

t.test('another project imports it from the package as it is published', async (t) => {
  const project = t.testdir()
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  const packed = join(project, 'node_modules/playmanifest-gateway')
  mkdirSync(packed, { recursive: true })
  writeFileSync(join(packed, 'package.json'), readFileSync(join(ROOT, 'package.json')))
  // As the build does it, but for what this needs only, and into a folder that nobody else reads.
  const build = {
    extends: join(ROOT, 'tsconfig.build.json'),
    compilerOptions: {
      rootDir: join(ROOT, 'src'),
      outDir: join(packed, 'dist'),
      typeRoots: [join(ROOT, 'node_modules/@types')]
    },
    include: [],
    files: [join(ROOT, 'src/sign.ts')]
  }
  writeFileSync(join(packed, 'build.json'), JSON.stringify(build))
  execFileSync(process.execPath, [tsc, '-p', join(packed, 'build.json')])
  t.ok(existsSync(join(packed, 'dist/sign.d.ts')))
  // What npm would put beside it.
  symlinkSync(join(ROOT, 'node_modules'), join(packed, 'node_modules'))
  writeFileSync(join(project, 'package.json'), '{"type":"module"}')
  writeFileSync(
    join(project, 'use.ts'),
    `import { grantUrl, SignError, signUrl, type SignUrlOptions } from 'playmanifest-gateway/sign'
declare const process: { stdout: { write(text: string): void } }
const options: SignUrlOptions = { keyId: 'k1', key: '${KEY.key.toString('base64')}', expires: ${NOW / 1000 + 60} }
const granted = { keyId: 'g1', key: '${GRANT_KEY.key.toString('base64')}', purpose: 'archive', expires: new Date(${NOW + 60_000}) }
let refused = false
try {
  signUrl('x', options)
} catch (error) {
  refused = error instanceof SignError
}
const bytes = signUrl('${PATH}', { keyId: 'k0', key: new Uint8Array(32).fill(2) })
process.stdout.write(JSON.stringify([signUrl('${PATH}', options), grantUrl('${GRANTED}', granted), bytes, refused]))
`
  )
  const strict = { strict: true, target: 'es2022', module: 'nodenext', types: [] }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: strict, files: ['use.ts'] }))
  const types = spawnSync(process.execPath, [tsc, '-p', project], { encoding: 'utf8' })
  t.match(types, { status: 0, stdout: '' }, 'its types need no others')
  const [link, grantLink, bytes, refused] = JSON.parse(
    // Without this test's variables: its coverage would be taken for that of the sources, which its lines are not.
    execFileSync(process.execPath, ['use.js'], { cwd: project, encoding: 'utf8', env: { PATH: process.env.PATH } })
  )
  t.equal(outcome(link), 'valid')
  t.equal(outcome(grantLink, { kind: 'grant' }), 'valid')
  t.equal(outcome(bytes, { keys: [OLD_KEY] }), 'valid')
  t.equal(refused, true)
})

t.test('the example of the documentation is right', async (t) => {
  const page = readFileSync(join(ROOT, 'docs/signed-links.md'), 'utf8')
  const link = /^ {4}https:\S+signature=\S+$/m.exec(page)?.[0].trim() ?? ''
  const key = Buffer.from(/With the key `([^`]+)`/.exec(page)?.[1] ?? '', 'base64')
  const path = link.replace('https://video.example.com', '')
  const user = { device: () => 'unknown' as const, address: () => '203.0.113.1' }
  t.equal(outcome(path, { keys: [{ id: 'k1', key }], user }), 'valid')
})
