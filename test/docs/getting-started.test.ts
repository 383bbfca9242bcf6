import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { runTest } from '../../src/commands/test.js'
import { readConfigFile } from '../../src/config/file.js'
import { writeRulesFile } from '../../src/demo/rules-file.js'
import { runHere } from '../helpers/command.js'
import { entryUrl, settledAnswer, withDemo } from '../helpers/demo.js'

const page = readFileSync(new URL('../../docs/getting-started.md', import.meta.url), 'utf8')
const story = page.slice(page.indexOf('### Why does an Android'), page.indexOf('## With your account'))
const block = (text: string, language: string, number: number): string =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))][number]?.[1] ?? ''

t.test("the story of Android's audio goes as it is told, with the demo's own file of rules", async (t) => {
  const rules = writeRulesFile(t.testdir({}))
  t.ok(rules)
  const configFile = rules!.path
  const demo = await withDemo(t, { configFile, admin: true })
  const asked = `/format/applehttp/protocol/http/a.m3u8`
  const at = `${entryUrl(demo, '0_public01')}${asked}`
  t.match(story, `URL=${new URL(at).pathname}\n`)
  const audio = async (device: string) =>
    (await settledAnswer(`${at}?device=${device}`)).body.split('\n').filter((line) => line.includes('TYPE=AUDIO'))
  t.equal((await audio('iphone')).length, 2)
  t.equal((await audio('android')).length, 0)

  const explained = async () => {
    const url = `${demo.adminUrl}/explain${new URL(at).pathname}?device=android`
    return (await (await fetch(url)).json()) as {
      rules: { matched: string }
      flavors: { rows: { id: string; cutFromManifest: boolean }[] }
    }
  }
  const before = await explained()
  t.equal(before.rules.matched, 'Android with HLS')
  t.match(
    before.flavors.rows.find(({ id }) => id === '0_publaden'),
    JSON.parse(block(story, 'json', 0))
  )

  const tests = join(dirname(configFile), 'android.test.yaml')
  writeFileSync(tests, block(story, 'yaml', 0))
  const run = () => runHere(runTest, [tests, '--config', configFile])
  const failing = await run()
  t.equal(failing.status, 1)
  t.match(failing.out, /1 of 2 cases failed/)

  const shipped = readFileSync(configFile, 'utf8')
  const place = '  # Android plays HLS from version 4 on'
  t.ok(shipped.includes(place))
  writeFileSync(configFile, shipped.replace(place, `${block(story, 'yaml', 1)}\n${place}`))
  t.match(await run(), { status: 0, out: /2 cases passed\./ })
  const others = await runHere(runTest, ['docs/rules.test.yaml', '--config', configFile])
  t.match(others.out, /FAILED.*an Android phone gets no audio-only rendition/)
  t.match(others.out, /\n1 of \d+ cases failed/)

  const reload = async () => await (await fetch(`${demo.adminUrl}/reload`, { method: 'POST' })).json()
  const printed = JSON.parse(/^ {4}(\{"result".*\})$/m.exec(story)?.[1] ?? 'null')
  const { result, ...rest } = (await reload()) as { result: string }
  t.ok(['replaced', 'unchanged'].includes(result))
  t.same({ ...rest, result: 'replaced' }, printed)
  t.equal((await explained()).rules.matched, 'Android 10 and later')
  t.equal((await audio('android')).length, 2)
  t.notOk(rules!.remove(), 'a file that was changed is kept')
})

t.test('the file for one account is usable', async (t) => {
  const text = block(page.slice(page.indexOf('## With your account')), 'yaml', 0)
  const file = readConfigFile('gateway.yaml', text)
  t.match(file, { partners: [{ id: 101, sharePublic: false }] })
  t.equal(file.warnings, undefined)
})

t.test('what is stated is what README and sharing.md say too', async (t) => {
  const sharing = readFileSync(new URL('../../docs/sharing.md', import.meta.url), 'utf8').replace(/\s+/g, ' ')
  for (const line of page.matchAll(/^\* no ([a-zA-Z -]+),$/gm)) t.match(sharing, `no ${line[1]}`, line[1]!)
})
