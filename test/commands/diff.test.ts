import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { linesOf, MAX_LINE, readLogLine } from '../../src/commands/access-log.js'
import { runDiff } from '../../src/commands/diff.js'
import { runCli, runHere } from '../helpers/command.js'
import { USER_AGENTS } from '../helpers/gateway.js'

const AT = '/p/101/sp/10100/playManifest/entryId/0_abc'
const line = (target: string, userAgent: string = USER_AGENTS.ipad, method = 'GET') =>
  `203.0.113.9 - - [22/Nov/2026:07:07:32 +0100] "${method} ${target} HTTP/1.1" 302 0 "-" "${userAgent}"\n`

const rule = (name: string, device: string, then: string) =>
  `  - { name: ${name}, when: { device: ${device} }, then: ${then} }\n`
const OLD = `rules:\n${rule('A', 'ipad', '{ tags: [[a]] }')}${rule('B', 'iphone', '{ format: applehttp }')}`
const BASES = 'cdnUrls: { de: "https://de.example", fr: "https://fr.example", same: "https://de.example" }\n'
const files = (changed: string, log: string) => ({ 'old.yaml': OLD, 'new.yaml': changed, log })
const run = (changed: string, log: string, ...args: string[]) =>
  runHere(runDiff, ['old.yaml', 'new.yaml', '--requests', 'log', ...args], {}, { files: files(changed, log) })

t.test('alike: nothing differs, and the status is 0', async (t) => {
  const log =
    line(`${AT}/format/applehttp`) + line('/favicon.ico') + line(AT, 'x', 'POST') + line(`${AT}?grant=x`).concat('x\n')
  const { status, out, err } = await run(OLD.replace('name: A', 'name: Z'), log, '--json')
  t.match({ status, err }, { status: 0, err: '' })
  t.strictSame(JSON.parse(out), {
    ok: true,
    old: 'old.yaml',
    new: 'new.yaml',
    lines: 5,
    unreadable: 1,
    compared: 1,
    notDecided: 1,
    different: 0,
    otherRule: 1,
    differences: {}
  })
})

t.test('rules on tags and categories need to be told how entries are filed', async (t) => {
  const changed = `${OLD}  - { name: kids, when: { entryTags: kids }, then: { tags: [[a]] } }\n`
  const log = line(`${AT}/format/applehttp`, 'x')
  const without = await run(changed, log)
  t.match(without, { status: 0, err: /without --entries they match no request/ })
  const all = { ...files(changed, log), entries: '0_abc: { tags: [kids] }\n', bad: '0_abc: { tagz: [kids] }\n' }
  const ask = (name: string) =>
    runHere(runDiff, ['old.yaml', 'new.yaml', '--requests', 'log', '--entries', name], {}, { files: all })
  t.match(await ask('entries'), { status: 1, err: '', out: /flavors: 1 request decided differently/ })
  await t.rejects(ask('bad'), /^bad:1: \/0_abc\/tagz is not a known key/)
})

t.test('every kind of difference is counted, with examples', async (t) => {
  for (const [changed, target, kind] of [
    [OLD.replace('[[a]]', '[[b]]'), `${AT}/format/applehttp`, 'flavors'],
    [OLD.replace('tags: [[a]]', 'tags: [[a]], excludeAudioOnly: true'), `${AT}/format/applehttp`, 'flavors'],
    [OLD.replace('tags: [[a]]', 'tags: [[a]], format: mpegdash'), `${AT}/format/auto`, 'format'],
    [`delivery: proxy\n${OLD}`, AT, 'delivery'],
    [OLD.replace('tags: [[a]]', 'tags: [[a]], deliveryHosts: [a.example]'), AT, 'hosts'],
    [`${BASES}${OLD.replace('tags: [[a]]', 'tags: [[a]], cdnUrl: de')}`, AT, 'hosts'],
    [OLD.replace('tags: [[a]]', 'tags: [[a]], manifest: { maxHeight: 9 }'), AT, 'manifest'],
    [OLD.replace('tags: [[a]]', 'tags: [[a]], caching: 5s'), AT, 'caching'],
    [OLD.replace('device: ipad', 'device: ipad, percent: 99.9999'), AT, 'caching'],
    [`presets: { p: { clipTo: 9 } }\n${OLD.replace('tags: [[a]]', 'tags: [[a]], preset: p')}`, AT, 'parameters'],
    [`partners: [{ id: 7 }]\n${OLD}`, AT, 'problem'],
    [`partners: [{ id: 7 }]\n${OLD}`, `${AT}?grant=x`, 'problem'],
    [`partners: [{ id: 101, upgradeInsecure: true }]\n${OLD}`, `${AT}/protocol/http`, 'protocol']
  ] as const) {
    const { status, out } = await run(changed, line(target).repeat(5), '--examples', '2', '--json')
    const said = JSON.parse(out)
    t.match({ status, ...said }, { status: 1, ok: false, different: 5, differences: { [kind]: { count: 5 } } }, kind)
    t.strictSame(Object.keys(said.differences), [kind])
    t.equal(said.differences[kind].examples.length, 2)
    t.match(said.differences[kind].examples[0], {
      url: target.replace('grant=x', 'grant=***'),
      userAgent: USER_AGENTS.ipad
    })
  }
  const { out } = await run(OLD.replace('[[a]]', '[[b]]'), line(AT) + line(AT, USER_AGENTS.desktop))
  t.match(
    out,
    /^flavors: 1 request decided differently\n {2}\/p\/101\/.*\n {4}Mozilla.*\n {4}tags: \[\["a"\]\] -> \[\["b"\]\]\n/
  )
  t.match(out, /^requests compared +2\n/m)
  t.match(out, /^decided differently +1\n$/m)
})

t.test('sessions of a log are not shown, nor what a terminal would obey', async (t) => {
  const ks =
    'djJ8MTAxfI6O6hOutZKLwFTjHY5WHXixRxW7wNT2RFvbZ4HryKFgMUBJ7OHtMMrzGSlezTRpFQmYwJdGRZ7A3Otmm2iGhn8I3z3XQPzlC9vDFF4gcCcyGvTYMfHGbiVHWh'
  const log = line(`${AT}/ks/${ks}?ks=${ks}`, `\\x1b[31m (iPad; ${ks})`)
  for (const args of [[], ['--json']]) {
    const { status, out } = await run(OLD.replace('[[a]]', '[[b]]'), log, ...args)
    t.equal(status, 1)
    t.notMatch(out, ks.slice(0, 40))
    t.notMatch(out, '\u001b')
  }
})

t.test('a log without a playManifest request proves nothing', async (t) => {
  t.match(await run(OLD, line('/')), { status: 1, err: /nothing was compared/ })
  t.match(await run(OLD, ''), { status: 1, err: /nothing was compared/ })
})

t.test('a line of a log as nginx and Apache write it', async (t) => {
  t.strictSame(readLogLine(line('https://video.example.com/a?b', 'x \\"y\\" \\x22z\\x22').trim()), {
    method: 'GET',
    target: '/a?b',
    userAgent: 'x "y" "z"',
    time: Date.parse('2026-11-22T06:07:32Z')
  })
  t.equal(readLogLine(line('/', '-').trim())?.userAgent, '')
  t.match(readLogLine(`${line('/a').trim()} "203.0.113.1" 0.01`), { target: '/a' })
  t.match(readLogLine(line('/a').replace('22/Nov', '22/Foo')), { target: '/a', time: null })
  t.match(readLogLine(line('/a').replace('22/Nov', 'x')), { target: '/a', time: null })
  for (const bad of [
    '',
    'x',
    '{"level":30}',
    line('/a b c'),
    line('/a').replace('GET', 'get'),
    line('/a').replace('302', 'x')
  ]) {
    t.equal(readLogLine(bad.trim()), null, bad)
  }
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('"', '\\', '[', ']', ' ', '-', 'GET / HTTP/1.1', '200', 'x') }),
      (text) => {
        const read = readLogLine(text)
        return read === null || /^[A-Z]+$/.test(read.method)
      }
    )
  )
})

t.test('lines are those of the text, however it comes in pieces; one too long is skipped, not kept', async (t) => {
  const collect = async (chunks: readonly string[]) => {
    const lines: (string | null)[] = []
    for await (const item of linesOf(
      (async function* () {
        yield* chunks
      })()
    ))
      lines.push(item)
    return lines
  }
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\n') })), async (chunks) => {
      const expected = chunks.join('').split('\n')
      if (expected.at(-1) === '') expected.pop()
      return JSON.stringify(await collect(chunks)) === JSON.stringify(expected)
    })
  )
  const long = 'x'.repeat(MAX_LINE / 2 + 1)
  t.strictSame(await collect(['a\n', long, long, long, '\nb\r\n', long + long]), ['a', null, 'b', null])
})

t.test('the command as it is run', async (t) => {
  const log = line(AT) + line(AT, USER_AGENTS.desktop)
  const folder = t.testdir({
    'old.yaml': OLD,
    'new.yaml': OLD.replace('[[a]]', '[[b]]'),
    'bad.yaml': 'rules: 5\n',
    log,
    'log.gz': gzipSync(log),
    'no.gz': log
  })
  const at = (...names: string[]) => names.map((name) => `${folder}/${name}`)
  const cli = (one: string, other: string, requests: string, input?: string) =>
    runCli(['diff', ...at(one, other), '--requests', requests], {}, input)
  t.match(await cli('old.yaml', 'new.yaml', at('log.gz')[0]!), { status: 1, err: '', out: /flavors: 1 request/ })
  t.match(await cli('old.yaml', 'old.yaml', '-', log), { status: 0, err: '', out: /decided differently +0\n/ })
  t.match(await cli('old.yaml', 'bad.yaml', '-', log), { status: 1, out: '', err: /bad\.yaml:1: \/rules/ })
  t.match(await cli('old.yaml', 'old.yaml', '/nowhere'), {
    status: 1,
    out: '',
    err: /^\/nowhere cannot be read \(ENOENT\)/
  })
  t.match(await cli('old.yaml', 'old.yaml', at('no.gz')[0]!), {
    status: 1,
    out: '',
    err: /no\.gz cannot be read \(Z_DATA/
  })
  t.match(await runCli(['diff', '--help']), { status: 0, out: /Examples:/ })
})

t.test('what is asked wrongly is told', async (t) => {
  const f = ['old.yaml', 'new.yaml']
  for (const [args, message] of [
    [['old.yaml'], /two configuration files/],
    [f, /needs --requests/],
    [[...f, '--requests', 'log', '--scheme', 'ftp'], /http or https/],
    [[...f, '--requests', 'log', '--examples', 'x'], /0 to 999/]
  ] as [string[], RegExp][]) {
    await t.rejects(runHere(runDiff, args, {}, { files: files(OLD, '') }), { name: 'CommandError', message })
  }
})

t.test('a base is another one by its URL, not by its name', async (t) => {
  const to = (name: string) => `${BASES}rules:\n${rule('A', 'ipad', `{ cdnUrl: ${name} }`)}`
  const log = line(`${AT}/format/url`)
  const ask = (changed: string) =>
    runHere(runDiff, ['old', 'new', '--requests', 'log'], {}, { files: { old: to('de'), new: changed, log } })
  t.match(await ask(to('same')), { status: 0 })
  t.match(await ask(to('fr')), { status: 1, out: /cdnBase: https:\/\/de\.example -> https:\/\/fr\.example/ })
  t.match(await ask(to('de').replaceAll('de.example', 'es.example')), { status: 1, out: /-> https:\/\/es\.example/ })
  const signed = line(`${AT}/format/url/kt/0123456789012345678901234567890123456789`)
  const files = { old: to('de'), new: to('fr'), log: signed }
  t.match(
    await runHere(runDiff, ['old', 'new', '--requests', 'log'], {}, { files }),
    { status: 0 },
    'no rule has a say'
  )
})
