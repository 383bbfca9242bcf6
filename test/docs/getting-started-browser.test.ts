// The steps of docs/getting-started.md as somebody takes them who has just cloned the project: the demo as a process, the console
// in a browser, an editor, the command line, curl. Words, files and commands are those of the page.
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { playedPast, withPage } from '../helpers/browser.js'
import { demo, freeBase, HOST, started } from '../helpers/demo-process.js'
import { program } from '../helpers/require-program.js'

t.setTimeout(300_000)

const page = readFileSync(new URL('../../docs/getting-started.md', import.meta.url), 'utf8')
const story = page.slice(page.indexOf('### Why does an Android'), page.indexOf('## With your account'))

/** A block of the page: fenced, in a language, the first that holds a word. */
function fenced(language: string, word: string): string {
  const blocks = [...story.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text]) => text!)
  return blocks.find((text) => text.includes(word)) ?? ''
}

/** A command of the page, without its comment. */
function command(word: string): string {
  const line = story.split('\n').find((text) => text.startsWith('    ') && text.includes(word)) ?? ''
  return line.replace(/ {2,}#.*$/, '').trim()
}

t.test('why an Android phone gets no audio-only rendition, and how that is changed', async (t) => {
  const curl = program(t, 'curl', 'curl')
  if (curl === null) return
  const base = await freeBase()
  const run = demo(t, { PORT: String(base) })
  await started(run)
  const rules = /^Change the rules: (\S+)$/m.exec(run.text())?.[1] ?? ''
  t.teardown(() => rmSync(dirname(rules), { recursive: true, force: true }))
  /** With the ports of this demo in place of those that the page names. */
  const here = (text: string) =>
    text.replaceAll('localhost:3000', `${HOST}:${base}`).replaceAll('localhost:3001', `${HOST}:${base + 1}`)
  const shell = (text: string) => {
    const made = `${command('URL=/p/')}\n${here(text)}`
    const { stdout, stderr, status } = spawnSync('sh', ['-c', made], { encoding: 'utf8' })
    return { out: stdout, err: stderr, status }
  }
  const consoleUrl = /http:\/\/localhost:3001\/console/.exec(story)?.[0] ?? ''
  t.match(run.text(), here(consoleUrl), 'the demo names the console too')
  const [entry, format, device, button] = [...story.matchAll(/\*\*([^*.]+)\*\*/g)].map(([, text]) =>
    text!.replace(/\s+/g, ' ')
  )

  const audioOf = command('?device=android" | grep TYPE=AUDIO')
  t.equal(shell(audioOf).out, '')

  await withPage(t, async (browser) => {
    const explain = async (): Promise<string> => {
      const answer = browser.waitForResponse((response) => response.url().endsWith('/explain'))
      await browser.getByRole('button', { name: button!, exact: true }).click()
      await (await answer).finished()
      await browser.locator('#summary', { hasNotText: 'Asking …' }).waitFor()
      return (await browser.textContent('#summary')) ?? ''
    }
    await browser.goto(here(consoleUrl))
    await browser.getByLabel('or pick an entry').selectOption({ label: entry! })
    await browser.getByLabel('Format').selectOption({ label: format! })
    await browser.getByLabel('Device').selectOption({ label: device! })
    t.match(await explain(), 'Rule “Android with HLS” matched.')
    const row = browser.locator('tr', { hasText: '0_publaden' }).first()
    const why = (await row.textContent()) ?? ''
    t.match(why, 'dropped by the rule')
    const spanish = browser.locator('tr', { hasText: '0_publades' }).first()
    t.match(await spanish.textContent(), 'cut from the manifest')
    t.match(why, /audio-only: no width, height and frame rate, and the rule excludes audio only/)
    t.match(story.replace(/\s+/g, ' '), 'audio-only: no width, height and frame rate, and the rule excludes audio only')

    const tests = join(dirname(rules), 'android.test.yaml')
    writeFileSync(tests, fenced('yaml', 'cases:'))
    const test = () => {
      const [, ...args] = command('test android.test.yaml').split(' ')
      const given = args.map((arg) => (arg === '$RULES' ? rules : arg === 'android.test.yaml' ? tests : arg))
      const { stdout, status } = spawnSync(process.execPath, [...process.execArgv, 'src/cli.ts', ...given], {
        encoding: 'utf8'
      })
      return { out: stdout, status }
    }
    t.match(test(), { status: 1, out: /FAILED.*a new Android phone gets the audio-only rendition/ })

    const lines = readFileSync(rules, 'utf8').split('\n')
    const at = lines.findIndex((line) => line.includes('name: Android with HLS'))
    lines.splice(at, 0, fenced('yaml', 'Android 10 and later').trimEnd())
    writeFileSync(rules, lines.join('\n'))
    t.match(test(), { status: 0, out: /2 cases passed\./ })

    const reloaded = shell(command('-X POST'))
    t.match(reloaded.out, /"result":"(?:replaced|unchanged)","rules":7,/)
    t.match(shell(audioOf).out, /TYPE=AUDIO.*\n.*TYPE=AUDIO/)
    t.match(await explain(), 'Rule “Android 10 and later” matched.')
    t.match(await row.textContent(), 'kept')
    t.notMatch(await row.textContent(), 'dropped')
    t.notMatch(await spanish.textContent(), 'cut from the manifest')
    await browser.getByRole('button', { name: 'Play here' }).click()
    await playedPast(browser, 0.5)
  })
  t.equal((await run.end('SIGTERM')).status, 0)
})
