import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { runTest } from '../../src/commands/test.js'
import { readTestFile } from '../../src/commands/test-file.js'
import { ConfigError } from '../../src/config/config.js'
import { runCli, runHere } from '../helpers/command.js'

const EXAMPLE = 'docs/rules.test.yaml'
const AT = '/p/101/sp/10100/playManifest/entryId/0_abc'

/** A file of one case, in which a test changes what it is about. */
function oneCase(expect: string, rest = `url: ${AT}/format/auto\n    device: ipad`): Record<string, string> {
  return { 'x.test.yaml': `cases:\n  - name: one\n    ${rest}\n    expect: ${expect}\n` }
}

const run = (files: Record<string, string>, ...args: string[]) =>
  runHere(runTest, ['x.test.yaml', ...args], {}, { files })

t.test('the example of the documentation passes, and every rule that ships has a case', async (t) => {
  const { status, out } = await runHere(runTest, [EXAMPLE])
  t.equal(status, 0)
  t.match(out, /^ok +an iPad gets HLS/)
  t.match(out, /\n9 cases passed\.\n$/)
  t.notMatch(out, /No case is decided by|\u001b/)
  t.match(await runCli(['test', EXAMPLE, '--json']), { status: 0, err: '', out: /"failed": 0/ })
})

t.test('a case says what the preset of a rule adds', async (t) => {
  const config =
    'presets: { low: { maxBitrate: 900, clipTo: 9 } }\nrules:\n  - { name: it, when: {}, then: { preset: low } }\n'
  for (const [adds, rest, status] of [
    ['{ clipTo: 9, maxBitrate: "900" }', '', 0],
    ['{ clipTo: 9 }', '/maxBitrate/1', 0],
    ['{ clipTo: 9 }', '', 1],
    ['{}', '', 1]
  ] as const) {
    const files = { ...oneCase(`{ adds: ${adds} }`, `url: ${AT}${rest}`), 'g.yaml': config }
    t.equal((await run(files, '--config', 'g.yaml')).status, status, adds + rest)
  }
})

t.test('a case says what is filtered, and what is made of a manifest', async (t) => {
  const then = '{ filters: { maxHeight: 720, codecs: h264 }, manifest: { order: descending } }'
  const config = `rules:\n  - { name: it, when: {}, then: ${then} }\n`
  for (const [expect, status] of [
    ['{ filters: { codecs: h264, maxHeight: 720 }, manifest: { order: descending }, tags: null }', 0],
    ['{ filters: { maxHeight: 720 } }', 1],
    ['{ manifest: null }', 1],
    ['{ manifest: { order: ascending } }', 1]
  ] as const) {
    t.equal((await run({ ...oneCase(expect), 'g.yaml': config }, '--config', 'g.yaml')).status, status, expect)
  }
})

t.test('a case says which hosts the rule chooses', async (t) => {
  const config =
    'cdnUrls: { de: "https://de.example" }\nrules:\n  - { name: it, when: { format: url }, then: { cdnUrl: de, deliveryHosts: [a.example] } }\n'
  for (const [expect, rest, status] of [
    ['{ cdnUrl: de, deliveryHosts: [a.example] }', '/format/url', 0],
    ['{ cdnUrl: null }', '/format/url', 1],
    ['{ deliveryHosts: null }', '/format/url', 1],
    ['{ cdnUrl: null, deliveryHosts: null }', '/format/hds', 0],
    ['{ cdnUrl: de }', '/format/hds', 1],
    ['{ cdnUrl: null, untouched: true }', '/format/url/kt/0123456789012345678901234567890123456789', 0]
  ] as const) {
    const files = { ...oneCase(expect, `url: ${AT}${rest}`), 'g.yaml': config }
    t.equal((await run(files, '--config', 'g.yaml')).status, status, expect + rest)
  }
})

t.test('a case says how long caches may keep the answer', async (t) => {
  const rules = (when: string) => ({ 'g.yaml': `rules:\n  - { name: it, when: ${when}, then: { caching: 5s } }\n` })
  for (const [when, expect, status] of [
    ['{}', '{ caching: 5 }', 0],
    ['{}', '{ caching: null }', 1],
    ['{ device: iphone }', '{ caching: null }', 0],
    ['{ percent: 50 }', '{ caching: one viewer }', 0]
  ] as const) {
    t.equal((await run({ ...oneCase(expect), ...rules(when) }, '--config', 'g.yaml')).status, status, when + expect)
  }
})

t.test('a case says how its entry is filed', async (t) => {
  const config = 'rules:\n  - { name: kids, when: { entryTags: kids, category: [News, 7] }, then: {} }\n'
  for (const [entry, rule] of [
    ['{ tags: [kids], categories: ["News>Sport"] }', 'kids'],
    ['{ tags: [kids], categoryIds: [7] }', 'kids'],
    ['{ tags: [kids] }', 'null'],
    ['', 'null']
  ] as const) {
    const rest = `url: ${AT}/format/auto${entry === '' ? '' : `\n    entry: ${entry}`}`
    const files = { ...oneCase(`{ rule: ${rule} }`, rest), 'g.yaml': config }
    t.equal((await run(files, '--config', 'g.yaml')).status, 0, entry)
  }
  const wrong = oneCase('{ rule: x }', `url: ${AT}\n    entry: { tag: kids }`)
  await t.rejects(run(wrong), /:4: \/cases\/0\/entry\/tag is not a known key/)
})

t.test('every expectation of the example can fail', async (t) => {
  const text = readFileSync(EXAMPLE, 'utf8')
  const { cases } = readTestFile(EXAMPLE, text)
  let tried = 0
  for (const [index, { name, expect }] of cases.entries()) {
    for (const [key, value] of Object.entries(expect)) {
      const other =
        key === 'tags'
          ? [['nothing']]
          : Array.isArray(value)
            ? ['0_other']
            : typeof value === 'boolean'
              ? !value
              : value === null
                ? key === 'flavorIds'
                  ? ['x']
                  : 'other'
                : 'other'
      const { parse, stringify } = await import('yaml')
      const changed = parse(text)
      changed.cases[index].expect[key] = key === 'delivery' ? 'proxy' : other
      const { status, out } = await run({ 'x.test.yaml': stringify(changed) }, '--json')
      const said = JSON.parse(out)
      t.match(
        { status, failed: said.failed, key: said.cases[index].differences[0]?.key },
        { status: 1, failed: 1, key },
        `${name}: ${key}`
      )
      tried++
    }
  }
  t.ok(tried > 20)
})

t.test('a difference is readable', async (t) => {
  const { status, out } = await run(oneCase('{ rule: iPhone, tags: null }'))
  t.equal(status, 1)
  t.equal(
    out,
    `FAILED  x.test.yaml:2: one
          rule
            expected  iPhone
            decided   iPad
          tags
            expected  none
            decided   [["ipadnew"],["iphonenew"],["ipad","iphone"]]
No case is decided by: iPhone; Android with HLS; Android without HLS; Windows Phone; Everything else
1 of 1 case failed.
`
  )
})

t.test('a refused request passes no expectation of a decision', async (t) => {
  const bad = `url: ${AT}/format/auto/protocol/javascript`
  for (const expect of ['{ rule: null }', '{ tags: null }', '{ untouched: false }', '{ problem: BAD_ID }']) {
    t.match(await run(oneCase(expect, bad)), { status: 1, out: /decided +BAD_PROTOCOL/ }, expect)
  }
  t.equal((await run(oneCase('{ problem: BAD_PROTOCOL }', bad))).status, 0)
  t.match(await run(oneCase('{ problem: BAD_PROTOCOL }')), { status: 1, out: /decided +none/ })
})

t.test('a case that would look at nothing is refused with its line', async (t) => {
  for (const [files, message] of [
    [oneCase('{}'), /x\.test\.yaml:5: \/cases\/0\/expect must not have fewer than 1/],
    [oneCase('{ ruel: iPad }'), /x\.test\.yaml:5: \/cases\/0\/expect\/ruel is not a known key/],
    [
      oneCase('{ rule: iPad }', `url: ${AT}\n    user_agent: x`),
      /x\.test\.yaml:4: \/cases\/0\/user_agent is not a known/
    ],
    [{ 'x.test.yaml': 'cases: []\n' }, /x\.test\.yaml:1: \/cases must/],
    [{ 'x.test.yaml': '' }, /x\.test\.yaml:1: the file must/],
    [oneCase('{ flavorIds: [a] }'), /x\.test\.yaml:5: .*needs the flavors/],
    [oneCase('{ rule: iPad, problem: BAD_ID }'), /x\.test\.yaml:5: .*one of them/],
    [oneCase('{ rule: iPad }', `url: ${AT}\n    device: toaster`), /x\.test\.yaml:4: .*no device/],
    [oneCase('{ rule: iPad }', `url: ${AT}/device/ipad\n    device: ipad`), /x\.test\.yaml:4: .*in the url too/],
    [oneCase('{ rule: iPad }', 'url: example.com'), /x\.test\.yaml:3: .*is no URL/],
    [oneCase('{ rule: iPad }', `url: ${AT}?grant=x`), /x\.test\.yaml:3: .*a grant/],
    [oneCase('{ rule: iPad }', `url: ${AT}\n    flavors: ladder`), /x\.test\.yaml:4: .*names "ladder"/],
    [oneCase('{ rule: iPad }', `url: ${AT}\n    time: soon`), /x\.test\.yaml:4: .*2026/],
    [
      oneCase('{ rule: iPad }', `url: ${AT}\n    userAgent: x\n    headers: { User-Agent: y }`),
      /x\.test\.yaml:4: .*headers too/
    ],
    [oneCase('{ rule: iPad }', `url: ${AT}\n    headers: { A: x, a: y }`), /x\.test\.yaml:4: .*twice/],
    [
      { 'x.test.yaml': `cases:\n${`  - { name: a, url: ${AT}, expect: { rule: x } }\n`.repeat(2)}` },
      /x\.test\.yaml:3: .*a second time/
    ]
  ] as [Record<string, string>, RegExp][]) {
    await t.rejects(run(files), { name: 'CommandError', message }, String(message))
  }
})

t.test('rules come from the file that is named, partners and all', async (t) => {
  const config = `delivery: redirect
partners: [{ id: 101, signedLinks: required, adminSecretFile: /nowhere }, { id: 102, delivery: proxy }]
rules: [{ name: Mine, when: { device: ipad }, then: { tags: [[x]] } }]
`
  const files = { ...oneCase('{ rule: Mine, tags: [[x]] }'), 'c.yaml': config }
  t.match(await run(files, '--config', 'c.yaml'), { status: 1, out: /SIGNATURE_MISSING/ })
  const ask = async (path: string, expect: string) =>
    (await run({ ...oneCase(expect, `url: ${path}\n    device: ipad`), 'c.yaml': config }, '--config', 'c.yaml')).status
  t.equal(await ask(`${AT}?signature=x`, '{ rule: Mine, tags: [[x]], delivery: redirect }'), 0)
  t.equal(await ask('/p/102/playManifest/entryId/0_abc', '{ rule: Mine, delivery: proxy }'), 0)
  t.equal(await ask('/p/103/playManifest/entryId/0_abc', '{ problem: PARTNER_NOT_FOUND }'), 0)
  const folder = t.testdir({
    'c.yaml': 'rules: [{ name: Beside, when: {}, then: {} }]\n',
    'a.test.yaml': `config: c.yaml\ncases: [{ name: a, url: ${AT}, expect: { rule: Beside } }]\n`
  })
  t.match(await runCli(['test', `${folder}/a.test.yaml`]), { status: 0, err: '' })
})

t.test('the command as it is run', async (t) => {
  const folder = t.testdir({ 'x.test.yaml': oneCase('{ rule: x }')['x.test.yaml']!, 'bad.yaml': 'cases: 5\n' })
  t.match(await runCli(['test', `${folder}/x.test.yaml`]), { status: 1, err: '', out: /FAILED/ })
  t.match(await runCli(['test', `${folder}/bad.yaml`]), { status: 1, out: '', err: /bad\.yaml:1: / })
  t.match(await runCli(['test', '/nowhere']), { status: 1, out: '', err: /^\/nowhere cannot be read \(ENOENT\)\.\n$/ })
  t.match(await runCli(['test']), { status: 1, err: /takes one file/ })
  t.match(await runCli(['test', '--help']), { status: 0, out: /Examples:/ })
})

t.test('no text breaks the reader: it is read, or refused with a line', async () => {
  const line = fc.constantFrom(
    'cases:',
    '  - name: a',
    `    url: ${AT}`,
    '    expect: { rule: x }',
    '    flavors: [{}]',
    '  ?',
    '    expect: *a'
  )
  const text = fc.oneof(
    fc.string(),
    fc.array(line).map((lines) => lines.join('\n'))
  )
  fc.assert(
    fc.property(text, (yaml) => {
      try {
        const { cases } = readTestFile('f', yaml)
        return cases.length > 0 && cases.every(({ expect }) => Object.keys(expect).length > 0)
      } catch (error) {
        return error instanceof ConfigError && error.problems.every((problem) => /^f:\d+: /.test(problem))
      }
    })
  )
})
