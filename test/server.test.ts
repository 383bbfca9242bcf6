import { once } from 'node:events'
import { createServer } from 'node:net'
import { pino } from 'pino'
import t from 'tap'
import { ConfigError } from '../src/config/config.js'
import { loadConfig } from '../src/config/load.js'
import { startServer } from '../src/server.js'

const ENV = { KALTURA_SERVICE_URL: 'http://127.0.0.1:9', KALTURA_PARTNER_ID: '101', PORT: '0', ADMIN_PORT: '0' }
const ENTRY = '/p/101/sp/10100/playManifest/entryId/0_a/format/url/protocol/http/a.mp4'
const silent = pino({ level: 'silent' })

t.test('the admin side listens beside the gateway, and neither answers for the other', async (t) => {
  const server = await startServer(loadConfig(ENV), silent)
  t.teardown(() => server.close())
  const status = async (url: string) => (await fetch(url, { redirect: 'manual' })).status
  t.not(server.adminUrl, null)
  t.match(server.adminUrl, /^http:\/\/127\.0\.0\.1:\d+$/)
  for (const path of ['/metrics', '/console', '/explain', '/purge', '/'])
    t.equal(await status(server.url + path), 404, `${path} for viewers`)
  t.equal(await status(server.url + ENTRY), 302)
  t.equal(await status(server.adminUrl + ENTRY), 404)
  const metrics = await (await fetch(`${server.adminUrl}/metrics`)).text()
  t.match(metrics, /^playmanifest_answers_total\{kind="template",status="3xx"\} 1$/m)
  t.match(metrics, /^playmanifest_answers_total\{kind="problem",status="4xx"\} 5$/m)
  t.match(metrics, /^process_cpu_seconds_total /m, 'and the process')
  await server.close()
  await t.rejects(fetch(`${server.adminUrl}/livez`), 'both are stopped')
  await t.rejects(fetch(`${server.url}/livez`))
})

t.test('ADMIN_PORT=off: there is none', async (t) => {
  const server = await startServer(loadConfig({ ...ENV, ADMIN_PORT: 'off' }), silent)
  t.teardown(() => server.close())
  t.equal(server.adminUrl, null)
  t.equal((await fetch(`${server.url}/metrics`)).status, 404)
})

t.test('a port that is taken stops the start and is named; nothing is left listening', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.teardown(() => other.close())
  const { port } = other.address() as { port: number }
  const problem = async (env: Record<string, string>): Promise<string> => {
    const error = await startServer(loadConfig({ ...ENV, ...env }), silent).catch((error: unknown) => error)
    t.type(error, ConfigError)
    return (error as ConfigError).message
  }
  t.match(await problem({ ADMIN_PORT: String(port) }), `ADMIN_PORT is ${port} (on 127.0.0.1; ADMIN_PORT=off`)
  t.match(await problem({ PORT: String(port) }), `HOST and PORT are 127.0.0.1 and ${port}, but another program`)
  t.match(await problem({ HOST: '203.0.113.1' }), 'this machine has no such address')
})
