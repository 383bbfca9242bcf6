import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { ConfigError } from '../../src/config/config.js'
import { loadConfig } from '../../src/config/load.js'
import { RuleReloader } from '../../src/config/reload.js'
import { watchFileText } from '../../src/config/watch-file.js'
import { aliasOf, LiveRules } from '../../src/rules/live-rules.js'
import { SHIPPED_RULES } from '../../src/rules/shipped.js'

const ENV = { KALTURA_SERVICE_URL: 'https://k.example', KALTURA_PARTNER_ID: '101', CONFIG_FILE: 'g.yaml' }
const rule = (name: string) => `rules:\n  - { name: ${name}, when: {}, then: {} }\n`

function reloader(files: Record<string, string>) {
  const read = (path: string): string => {
    const text = files[path]
    if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
    return text
  }
  const config = loadConfig(ENV, read)
  const live = new LiveRules(config)
  const lines: { level: string; args: unknown[] }[] = []
  const to =
    (level: string) =>
    (...args: unknown[]) =>
      void lines.push({ level, args })
  const log = { info: to('info'), warn: to('warn'), error: to('error') } as never
  const counted: string[] = []
  const it = new RuleReloader(config, { env: ENV, live, log, read, count: (result) => void counted.push(result) })
  return { it, live, lines, counted, files }
}

t.test('new rules replace the old ones at once', async (t) => {
  const { it, live, counted, files, lines } = reloader({ 'g.yaml': rule('old') })
  const held = live.rules
  files['g.yaml'] = rule('new')
  t.match(it.reload('test'), { result: 'replaced', rules: 1, needRestart: [] })
  t.equal(live.rules[0]?.name, 'new')
  t.equal(held[0]?.name, 'old', 'who began before goes on with what was')
  t.match(it.reload('test'), { result: 'unchanged' })
  files['g.yaml'] = ''
  t.match(it.reload('test'), { result: 'replaced' })
  t.same(live.rules, SHIPPED_RULES, 'without rules those that ship')
  t.same(counted, ['replaced', 'unchanged', 'replaced'])
  t.match(lines[0], { level: 'info', args: [{ cause: 'test', rules: 1, reads: [] }, 'rules replaced'] })
})

t.test('a file that is not usable changes nothing, and is told with its line', async (t) => {
  const { it, live, counted, files, lines } = reloader({ 'g.yaml': rule('old') })
  for (const [text, problem] of [
    ['rules:\n  - name: x\n    when: { devic: ipad }\n    then: {}\n', /^g\.yaml:3: .*devic is not a known key/],
    ['rules: [', /^g\.yaml:\d+: /],
    [`delivery: teleport\n${rule('new')}`, /^g\.yaml:1: \/delivery must be one of/],
    [`partners: [{ id: 101, adminSecretFile: /gone }]\n${rule('new')}`, /\/gone/]
  ] as const) {
    files['g.yaml'] = text
    t.match(it.reload('test'), { result: 'failed', problems: [problem] }, text)
    t.equal(live.rules[0]?.name, 'old')
    t.match(lines.at(-1), { level: 'error', args: [{ cause: 'test', problems: [problem] }] })
  }
  delete files['g.yaml']
  t.match(it.reload('test'), { result: 'failed', problems: [/cannot be read \(ENOENT\)/] })
  t.same(new Set(counted), new Set(['failed']))
  files['g.yaml'] = rule('new')
  t.match(it.reload('test'), { result: 'replaced' }, 'mended')
})

t.test('shadow rules come and go with the rest, and a bad set is told like bad rules', async (t) => {
  const shadow = (name: string) => `shadow:\n  percent: 5\n  ${rule(name).replaceAll('\n', '\n  ')}`
  const { it, live, files, lines } = reloader({ 'g.yaml': rule('old') })
  t.equal(live.shadow, null)
  files['g.yaml'] = `${rule('old')}${shadow('new')}`
  t.match(it.reload('test'), { result: 'replaced', rules: 1, needRestart: [] })
  t.match(live.shadow, { percent: 5, rules: [{ name: 'new' }] })
  t.match(lines.at(-1), { args: [{ shadow: 1 }] })
  for (const [bad, problem] of [
    [shadow('new').replace('when: {}', 'when: { devic: ipad }'), /^g\.yaml:6: .*devic is not a known key/],
    [shadow('new').replace('then: {}', 'then: { single: largest }'), /^g\.yaml:6: rule "new" has single without tags/],
    [shadow('new').replace('percent: 5', 'percent: 0'), /^g\.yaml:4: \/shadow\/percent must be > 0/],
    ['shadow: { percent: 5 }\n', /^g\.yaml:3: \/shadow must have required propert\w+ rules/]
  ] as const) {
    files['g.yaml'] = rule('old') + bad
    t.match(it.reload('test'), { result: 'failed', problems: [problem] }, bad)
    t.match(live.shadow, { rules: [{ name: 'new' }] }, 'the old ones stay')
  }
  files['g.yaml'] = rule('old')
  t.match(it.reload('test'), { result: 'replaced' })
  t.equal(live.shadow, null)
})

t.test('a mistake anywhere leaves rules, presets and shadow rules as they were, all of them', async (t) => {
  const good = `trustedHeaders: [X-Network]
presets: { low: { maxBitrate: 500 } }
rules: [{ name: old, when: { header: { x-network: 2g } }, then: { preset: low } }]
shadow: { rules: [{ name: other, when: {}, then: {} }] }
`
  const { it, live, files } = reloader({ 'g.yaml': good })
  const before = live.now
  for (const [text, problem] of [
    [good.replace('500', '-5'), /^g\.yaml:3: rule "old" has the preset "low", whose bitrate is no number above 0/],
    [good.replace('maxBitrate', 'maxBitrat'), /^g\.yaml:2: \/presets\/low\/maxBitrat is not a known key/],
    [good.replace('low: {', 'high: {'), /^g\.yaml:3: rule "old" names the preset "low"/],
    [good.replace('[X-Network]', '[X-Other]'), /^g\.yaml:3: rule "old" looks at the header x-network/],
    [good.replace('[X-Network]', '[X-Network, Cookie]'), /^g\.yaml:1: \/trustedHeaders\/1 is "Cookie"/],
    [good.replace('name: other', 'nam: other'), /^g\.yaml:4: /]
  ] as const) {
    files['g.yaml'] = text
    const result = it.reload('test')
    t.equal(result.result, 'failed', text)
    t.match(result, { problems: { 0: problem } }, text)
    t.equal(live.now, before, 'the very ones')
  }
  files['g.yaml'] = good.replace('500', '600')
  t.match(it.reload('test'), { result: 'replaced' }, 'a preset alone is enough')
  t.match(live.presets.get('low'), { maxBitrate: '600' })
})

t.test('what else changed is named and left as it is; warnings are told', async (t) => {
  const secret = 'partners: [{ id: 101, adminSecretFile: /s }]\n'
  const { it, files, lines } = reloader({ 'g.yaml': `${secret}delivery: proxy\n${rule('old')}`, '/s': 'one' })
  files['g.yaml'] = `${secret}hosts: { allowed: [a.example] }\n${rule('new').replace('{}', '{ androidBelow: 4 }')}`
  files['/s'] = 'two'
  t.match(it.reload('test'), {
    result: 'replaced',
    needRestart: ['delivery', 'hosts', 'partners'],
    warnings: [/^g\.yaml:4: rule "new" matches Android only/]
  })
  t.match(lines.at(-1), { level: 'warn', args: [{ keys: ['delivery', 'hosts', 'partners'] }, /need a restart/] })
  t.notMatch(JSON.stringify(lines), /two/, 'no secret is told')
})

t.test('aliases follow the file; what else is said of a partner does not', async (t) => {
  const partner = (more: string) => `partners: [{ id: 101, ${more} }]\n${rule('same')}`
  const { it, live, files, lines } = reloader({ 'g.yaml': partner('aliases: { trailer: 0_old }') })
  t.equal(aliasOf(live.now, 101, 'trailer'), '0_old')
  files['g.yaml'] = partner('aliases: { trailer: 0_new, constructor: 0_other }')
  t.match(it.reload('test'), { result: 'replaced', needRestart: [] })
  t.equal(aliasOf(live.now, 101, 'trailer'), '0_new')
  t.equal(aliasOf(live.now, 101, 'constructor'), '0_other')
  t.equal(aliasOf(live.now, 101, 'toString'), undefined)
  t.equal(aliasOf(live.now, 102, 'trailer'), undefined)
  t.match(it.reload('test'), { result: 'unchanged', needRestart: [] })
  files['g.yaml'] = partner('aliases: { trailer: 0_x/../y }')
  t.match(it.reload('test'), { result: 'failed' })
  t.equal(aliasOf(live.now, 101, 'trailer'), '0_new')
  files['g.yaml'] = partner('delivery: proxy')
  t.match(it.reload('test'), { result: 'replaced', needRestart: ['partners'] })
  t.equal(aliasOf(live.now, 101, 'trailer'), undefined)
  t.match(lines.at(-1), { level: 'warn', args: [{ keys: ['partners'] }, /need a restart/] })
})

t.test('without a file there is nothing to reload', async (t) => {
  const env = { ...ENV, CONFIG_FILE: '' }
  const config = loadConfig(env)
  t.throws(() => new RuleReloader(config, { env, live: new LiveRules(config), log: console as never }), ConfigError)
})

function folder(t: Test): string {
  const made = mkdtempSync(join(tmpdir(), 'watch-'))
  t.teardown(() => rmSync(made, { recursive: true }))
  return made
}

function watcher(t: Test, path: string) {
  const seen = { times: 0 }
  t.teardown(watchFileText(path, () => void seen.times++, { interval: 20, settled: 20 }))
  const until = async (times: number) => {
    for (let tries = 0; seen.times < times && tries < 500; tries++) await sleep(20)
    t.equal(seen.times, times)
  }
  return { seen, until }
}

t.test('a change is seen however the file is written', async (t) => {
  const path = join(folder(t), 'g.yaml')
  writeFileSync(path, 'one')
  const { until, seen } = watcher(t, path)
  writeFileSync(path, 'two')
  await until(1)
  writeFileSync(`${path}.tmp`, 'three')
  renameSync(`${path}.tmp`, path)
  await until(2)
  rmSync(path)
  await sleep(100)
  writeFileSync(path, 'four')
  for (let tries = 0; seen.times < 3 && tries < 500; tries++) await sleep(20)
  t.ok(seen.times >= 3, 'away and back')
})

t.test('as Kubernetes does it: a link to a folder moves', async (t) => {
  const root = folder(t)
  for (const [name, text] of [
    ['a', 'one'],
    ['b', 'two']
  ] as const) {
    mkdirSync(join(root, name))
    writeFileSync(join(root, name, 'g.yaml'), text)
  }
  symlinkSync('a', join(root, '..data'))
  symlinkSync('..data/g.yaml', join(root, 'g.yaml'))
  const { until } = watcher(t, join(root, 'g.yaml'))
  symlinkSync('b', join(root, '..data_tmp'))
  renameSync(join(root, '..data_tmp'), join(root, '..data'))
  await until(1)
})

t.test('the same text again is no change', async (t) => {
  const path = join(folder(t), 'g.yaml')
  writeFileSync(path, 'one')
  const { seen, until } = watcher(t, path)
  writeFileSync(path, 'one')
  await sleep(200)
  t.equal(seen.times, 0)
  writeFileSync(path, 'two')
  await until(1)
})
