import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { startGateway } from '../helpers/gateway-process.js'

const AUTO = '/p/101/sp/10100/playManifest/entryId/0_a/format/auto/protocol/http/a'
const rules = (format: string) => `rules:\n  - { name: all, when: { format: auto }, then: { format: ${format} } }\n`

t.test(
  'a running gateway follows its file, a signal and the admin side, and keeps its rules over a bad file',
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'reload-'))
    t.teardown(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'gateway.yaml')
    const put = (text: string) => {
      writeFileSync(`${file}.new`, text)
      renameSync(`${file}.new`, file)
    }
    put(rules('applehttp'))
    const gateway = await startGateway(t, {
      KALTURA_SERVICE_URL: 'http://127.0.0.1:9',
      KALTURA_PARTNER_ID: '101',
      CONFIG_FILE: file
    })
    const format = async () => {
      const { headers } = await fetch(gateway.url + AUTO, { redirect: 'manual' })
      return /format\/(\w+)/.exec(headers.get('location') ?? '')?.[1]
    }
    const until = async (what: () => boolean | Promise<boolean>, name: string) => {
      for (let tries = 0; tries < 600; tries++) {
        if (await what()) return t.pass(name)
        await sleep(50)
      }
      t.fail(name)
    }
    const count = async (result: string) => {
      const text = await (await fetch(`${gateway.adminUrl}/metrics`)).text()
      return Number(
        new RegExp(`^playmanifest_rules_reloads_total\\{result="${result}"\\} (\\d+)$`, 'm').exec(text)?.[1]
      )
    }
    t.equal(await format(), 'applehttp')

    put(rules('mpegdash'))
    await until(async () => (await format()) === 'mpegdash', 'the file changed')

    put('rules:\n  - { name: all, when: { format: auto }, then: { format: mpegdsh } }\n')
    await until(async () => (await count('failed')) === 1, 'a bad file is counted')
    t.match(gateway.written(), `${file}:2: /rules/0/then/format must be one of url`)
    t.equal(await format(), 'mpegdash', 'and the rules stay')
    t.equal((await fetch(`${gateway.url}/readyz`)).status, 200, 'and it is ready')

    const refused = await fetch(`${gateway.adminUrl}/reload`, { method: 'POST' })
    t.equal(refused.status, 422)
    t.match(await refused.json(), { result: 'failed', problems: [/gateway\.yaml:2: /] })
    put(rules('url'))
    const taken = await fetch(`${gateway.adminUrl}/reload`, { method: 'POST' })
    t.equal(taken.status, 200)
    t.match(((await taken.json()) as { result: string }).result, /^(?:replaced|unchanged)$/)
    t.equal(await format(), 'url', 'by the admin side')

    gateway.child.kill('SIGHUP')
    await until(() => /"cause":"SIGHUP"/.test(gateway.written()), 'by a signal')
    t.equal(await format(), 'url')
    t.equal(gateway.child.exitCode, null, 'which does not end it')
    t.equal((await fetch(`${gateway.url}/reload`, { method: 'POST' })).status, 404, 'viewers have no such page')
    t.equal(await gateway.end(), 0)
  }
)
