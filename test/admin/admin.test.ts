import { connect } from 'node:net'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { ADMIN_HEADERS, buildAdmin } from '../../src/admin/admin.js'
import type { AdminConfig } from '../../src/config/config.js'
import { loadConfig } from '../../src/config/load.js'
import { Metrics } from '../../src/plugins/metrics.js'

const TOKEN = 'a-token-of-this-test'
const ENV = { KALTURA_SERVICE_URL: 'http://127.0.0.1:9', KALTURA_PARTNER_ID: '101' }

function admin(t: Pick<Test, 'teardown'>, token: string | null) {
  const given: AdminConfig = { host: '127.0.0.1', port: 0, token }
  const app = buildAdmin(
    { ...loadConfig(ENV), admin: given },
    { metrics: new Metrics(), logger: pino({ level: 'silent' }) }
  )
  t.teardown(() => app.close())
  const ask = async (url: string, headers: Record<string, string> = {}, method: 'GET' | 'POST' | 'OPTIONS' = 'GET') =>
    await app.inject({ url, method, headers: { host: 'localhost:3001', ...headers } })
  return { app, ask }
}

const PATHS = ['/', '/metrics', '/livez', '/nothing', '/console', '/explain', '/purge']
const PLAY_MANIFEST = '/p/101/sp/10100/playManifest/entryId/0_public01/format/url/protocol/http/a.mp4'

t.test('without a token: what there is, for loopback names only', async (t) => {
  const { ask } = admin(t, null)
  t.match((await ask('/')).body, /\/metrics/)
  t.equal((await ask('/livez')).body, 'ok\n')
  const metrics = await ask('/metrics')
  t.match(metrics.headers['content-type'], /^text\/plain; version=0\.0\.4/)
  t.match(metrics.body, /^# TYPE playmanifest_answers_total counter$/m)
  for (const path of PATHS) {
    const rebound = await ask(path, { host: 'attacker.example:3001' })
    t.equal(rebound.statusCode, 403, path)
    t.equal(rebound.json().code, 'ADMIN_HOST_REFUSED')
  }
})

t.test('there is no playManifest, and nothing that does not exist yet', async (t) => {
  const { ask } = admin(t, null)
  for (const path of [
    PLAY_MANIFEST,
    '/api_v3/service/session/action/get',
    '/console',
    '/explain',
    '/purge',
    '/readyz'
  ]) {
    const answer = await ask(path)
    t.equal(answer.statusCode, 404, path)
    t.equal(answer.headers.location, undefined)
  }
  t.equal((await ask('/metrics', {}, 'POST')).statusCode, 404)
  t.equal(
    (await ask('/metrics', { 'access-control-request-method': 'GET', origin: 'http://x' }, 'OPTIONS')).statusCode,
    403
  )
})

t.test('strict headers on every answer, and never CORS', async (t) => {
  for (const token of [null, TOKEN]) {
    const { ask } = admin(t, token)
    const sent = [
      {},
      { authorization: `Bearer ${TOKEN}` },
      { host: 'attacker.example' },
      { origin: 'http://localhost:3001' },
      { origin: 'https://attacker.example' }
    ]
    for (const path of [...PATHS, PLAY_MANIFEST, '/%zz', '/%c3%28']) {
      for (const headers of sent) {
        const answer = await ask(path, headers)
        t.match(answer.headers, ADMIN_HEADERS, `${path} ${JSON.stringify(headers)}`)
        t.same(
          Object.keys(answer.headers).filter((name) => /^access-control|^timing-allow/.test(name)),
          []
        )
        t.ok(answer.statusCode < 500)
      }
    }
  }
})

t.test('a page of another origin gets nothing, whatever it sends', async (t) => {
  for (const token of [null, TOKEN]) {
    const { ask } = admin(t, token)
    const right = { authorization: `Bearer ${TOKEN}` }
    t.equal((await ask('/', right)).statusCode, 200)
    for (const headers of [
      { origin: 'https://attacker.example' },
      { origin: 'null' },
      { origin: 'http://localhost:4200' },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
      { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }
    ]) {
      const answer = await ask('/metrics', { ...right, ...headers })
      t.equal(answer.statusCode, 403, JSON.stringify(headers))
      t.equal(answer.json().code, 'ADMIN_ORIGIN_REFUSED')
    }
    for (const headers of [
      { origin: 'http://localhost:3001' },
      { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' },
      { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
    ])
      t.equal((await ask('/metrics', { ...right, ...headers })).statusCode, 200, JSON.stringify(headers))
  }
})

t.test('with a token: nothing without it, whatever the address, and wrong ones are limited', async (t) => {
  const { ask } = admin(t, TOKEN)
  for (const path of [...PATHS, PLAY_MANIFEST]) {
    const answer = await ask(path)
    t.equal(answer.statusCode, 401, path)
    t.match(answer.headers['www-authenticate'], /^Bearer /)
    t.equal(answer.json().code, 'ADMIN_TOKEN_NEEDED')
  }
  const right = { authorization: `Bearer ${TOKEN}` }
  t.equal((await ask('/metrics', right)).statusCode, 200)
  t.equal((await ask('/metrics', { ...right, host: 'admin.example' })).statusCode, 200, 'any name: the token is asked')
  for (const url of [`/metrics?token=${TOKEN}`, `/metrics?access_token=${TOKEN}`])
    t.equal((await ask(url)).statusCode, 401, 'a token in an address would stand in logs')
  for (let i = 0; i < 10; i++) t.equal((await ask('/', { authorization: `Bearer wrong${i}` })).statusCode, 401)
  const limited = await ask('/', { authorization: 'Bearer wrong' })
  t.equal(limited.statusCode, 429)
  t.match(limited.headers['retry-after'], /^\d+$/)
})

t.test('bytes that are no request end in a 400', async (t) => {
  const { app } = admin(t, null)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as { port: number }
  const socket = connect(port, '127.0.0.1')
  socket.end('no request\r\n\r\n')
  let text = ''
  for await (const chunk of socket) text += chunk
  t.match(text, /^HTTP\/1\.1 400 /)
})
