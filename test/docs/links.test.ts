import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { PROBLEMS } from '../../src/answer/problem.js'
import { runSign } from '../../src/cli-sign.js'
import { COMMANDS } from '../../src/commands/index.js'
import { errorName } from '../../src/playmanifest/errors.js'
import { Metrics } from '../../src/plugins/metrics.js'
import { runCli, runHere } from '../helpers/command.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const docs = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'))
const PAGES = ['README.md', 'SECURITY.md', ...docs.map((name) => `docs/${name}`)]
const text = (path: string) => readFileSync(join(ROOT, path), 'utf8')

/** What a page can be linked at: its headings as GitHub names them, and anchors of its own. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set([...page.matchAll(/<a id="([^"]+)">/g)].map((match) => match[1]!))
  const prose = page.replace(/^```[\s\S]*?^```/gm, '')
  for (const [, heading = ''] of prose.matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .trim()
      .replaceAll(' ', '-')
    for (let number = 0; ; number++) {
      const name = number === 0 ? slug : `${slug}-${number}`
      if (anchors.has(name)) continue
      anchors.add(name)
      break
    }
  }
  return anchors
}

t.test('every link of README and the pages leads to a file and an anchor that are there', async (t) => {
  let seen = 0
  for (const path of PAGES) {
    const prose = text(path)
      .replace(/^```[\s\S]*?^```/gm, '')
      .replace(/`[^`\n]*`/g, '')
    for (const [, target = ''] of prose.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      seen++
      const [file = '', anchor] = target.split('#')
      const to = file === '' ? path : relative(ROOT, join(ROOT, dirname(path), file))
      if (!existsSync(join(ROOT, to))) {
        t.fail(`${path} -> ${target}: there is no such file`)
        continue
      }
      if (anchor === undefined || !statSync(join(ROOT, to)).isFile()) continue
      t.ok(anchorsOf(text(to)).has(anchor), `${path} -> ${target}`)
    }
  }
  t.ok(seen > 120, `${seen} links`)
})

t.test('every page is to be found from README', async (t) => {
  const readme = text('README.md')
  for (const name of docs) t.ok(readme.includes(`(docs/${name}`), name)
})

/** Lines on which somebody is told to type a command, with the lines that go on from it. */
const commandLines = PAGES.flatMap((path) => {
  const joined = text(path).replace(/\\\n\s*/g, ' ')
  return [...joined.matchAll(/(?:playmanifest-gateway|dist\/cli\.js) ([a-z]+)\b([^\n`]*)/g)].map((match) => ({
    path,
    command: match[1]!,
    rest: match[2]!.replace(/ #.*$/, '')
  }))
})

t.test('every command that is written down exists, and has the options that stand behind it', async (t) => {
  const help = (await runCli(['--help'])).out
  const names = new Set([...help.matchAll(/^ {2}playmanifest-gateway (\w+)/gm)].map((match) => match[1]!))
  t.same([...names].toSorted(), ['serve', 'demo', 'sign', ...COMMANDS.keys()].toSorted(), '--help names them all')
  const helps = new Map<string, string>([
    ['serve', ''],
    ['demo', '']
  ])
  runSign(['--help'], {}, { out: (written) => void helps.set('sign', written), err: () => undefined })
  for (const [name, load] of COMMANDS) helps.set(name, (await runHere(await load(), ['--help'])).out)

  t.ok(commandLines.length > 20)
  for (const { path, command, rest } of commandLines) {
    // Prose: "playmanifest-gateway COMMAND", or a name of the program within a sentence.
    if (['configuration', 'link', 'version'].includes(command)) continue
    t.ok(helps.has(command), `${path}: ${command}`)
    for (const [, option = ''] of rest.matchAll(/(?:^|\s)--([a-z-]+)/g)) {
      if (option === 'help') continue
      t.match(helps.get(command), `--${option}`, `${path}: ${command} --${option}`)
    }
  }
  const cli = text('docs/cli.md')
  for (const name of names) t.match(cli, new RegExp(`^\\| \`${name}\\b`, 'm'), `docs/cli.md has ${name}`)
})

t.test('npm scripts, metrics, variables and codes are those that exist', async (t) => {
  const { scripts } = JSON.parse(text('package.json')) as { scripts: Record<string, string> }
  const metrics = (await new Metrics().read()).body
  const variables = new Set([...text('docs/configuration.md').matchAll(/`([A-Z][A-Z_]+)`/g)].map((match) => match[1]!))
  const codes = new Set<string>([
    ...Object.keys(PROBLEMS),
    ...Array.from({ length: 100 }, (_, number) => errorName(number) ?? '')
  ])
  for (const path of PAGES) {
    const page = text(path)
    for (const [, name = ''] of page.matchAll(/npm run (?:--silent )?([a-z]+)/g))
      t.ok(scripts[name], `${path}: ${name}`)
    for (const [name] of page.matchAll(/\bplaymanifest_[a-z_]+/g)) t.ok(metrics.includes(name), `${path}: ${name}`)
    for (const [, name = ''] of page.matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)) {
      const known =
        variables.has(name) || variables.has(name.replace(/_FILE$/, '')) || codes.has(name) || ELSEWHERE.has(name)
      t.ok(known, `${path}: ${name} is a variable or a code`)
    }
  }
})

/** Names of others: the API's error codes, and variables of this project's tests. */
const ELSEWHERE = new Set(['INTERNAL_SERVER_ERROR', 'NO_COLOR', 'REQUIRE_ALL', 'NAME_FILE'])

t.test('troubleshooting names every kind of failure, and reasons that are given', async (t) => {
  const page = text('docs/troubleshooting.md')
  const metrics = (await new Metrics().read()).body
  const kinds = [...metrics.matchAll(/^playmanifest_upstream_failures_total\{kind="([^"]+)"\}/gm)].map(
    (match) => match[1]!
  )
  t.ok(kinds.length > 10)
  for (const kind of kinds) if (kind !== 'other') t.match(page, `\`${kind}\``, kind)
  const section = page.slice(
    page.indexOf('## Everything goes to Kaltura'),
    page.indexOf('## Kaltura cannot be reached')
  )
  const reasons = [...section.matchAll(/^\| `((?:the|sharing) [^`]+)` \|/gm)].map((match) => match[1]!)
  t.ok(reasons.length >= 5)
  const code = ['sharing.ts', 'sharing-class.ts', 'sharing-answer.ts']
    .map((name) => text(`src/resolve/${name}`))
    .join('')
  for (const reason of reasons) t.ok(code.includes(reason.replace(/^the access/, 'access')), reason)
})
