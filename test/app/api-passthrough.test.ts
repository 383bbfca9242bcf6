import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { buildApp } from '../../src/app.js'
import { loadConfig } from '../../src/config/load.js'
import { makeKsV2 } from '../../src/viewer/ks.js'
import { askRaw, withGateway } from '../helpers/gateway.js'

interface Seen {
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: string
}

const SHARED = 'partners:\n  - id: 101\n    sharePublic: true\n    apiPassthrough: player\n'
const LIST = '/api_v3/service/baseEntry/action/list'
const JSON_TYPE = { 'content-type': 'application/json' }
const json = (response: ServerResponse, text: string) => {
  response.setHeader('content-type', 'application/json')
  response.end(text)
}

interface Options {
  file?: string
  env?: Record<string, string>
  answer?: (response: ServerResponse, seen: Seen) => void
  logs?: string[]
}

/** The gateway before an API that writes down what it is asked. */
async function gateway(t: Test, { file = SHARED, env = {}, answer = (r) => json(r, 'true'), logs }: Options = {}) {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() })
      answer(response, seen.at(-1)!)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const variables = { KALTURA_SERVICE_URL: base, CONFIG_FILE: 'gateway.yaml', UPSTREAM_TIMEOUT_MS: '400', ...env }
  const config = loadConfig(variables, () => file)
  const sink = new Writable({
    write(chunk, _encoding, done) {
      logs?.push(String(chunk))
      done()
    }
  })
  const app = await buildApp(config, { logger: pino({ level: logs === undefined ? 'silent' : 'trace' }, sink) })
  t.teardown(async () => {
    await app.close()
    server.closeAllConnections()
    server.close()
  })
  const post = (url: string, payload: object | string, headers: Record<string, string> = JSON_TYPE) =>
    app.inject({
      method: 'POST',
      url,
      headers,
      payload: typeof payload === 'string' ? payload : JSON.stringify(payload)
    })
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers })
  return { app, base, seen, post, get, server }
}

const code = (answer: { json(): { code?: string } }) => answer.json().code

t.test('a player is passed on and its answer comes back byte for byte', async (t) => {
  const text = '[{"a":"http:\\/\\/x\\/p\\/1\\/playManifest\\/"},"\u00fc"]'
  const { seen, post, get } = await gateway(t, { answer: (response) => json(response, text) })
  const body = {
    1: { service: 'session', action: 'startWidgetSession', widgetId: '_101' },
    2: { service: 'baseEntry', action: 'list', ks: '{1:result:ks}' },
    format: 1
  }
  const answer = await post('/api_v3/service/multirequest', body)
  t.equal(answer.statusCode, 200)
  t.equal(answer.body, text)
  t.match(answer.headers, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'access-control-allow-origin': '*'
  })
  t.match(seen[0], { method: 'POST', url: '/api_v3/service/multirequest', body: JSON.stringify(body) })
  t.equal(seen[0]!.headers['content-type'], 'application/json')
  const forms = [
    `${LIST}?partnerId=101&x=a%20b`,
    `/api_v3/index.php${LIST.slice(7)}?p=101`,
    '/api_v3?service=baseEntry&action=list&p=101'
  ]
  for (const url of forms) {
    t.equal((await get(url)).statusCode, 200, url)
    t.equal(seen.at(-1)!.url, url, 'as it came')
  }
  t.equal((await get('/api_v3/?service=baseEntry&action=list&p=101')).statusCode, 200)
  const form = 'service=baseEntry&action=list&partnerId=101'
  const charset = { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' }
  t.equal((await post('/api_v3/', form, charset)).statusCode, 200)
  t.match(seen.at(-1), { body: form, headers: { 'content-type': 'application/x-www-form-urlencoded' } })
})

t.test('off is off: no partner with it, no route; another partner, nothing for it', async (t) => {
  const off = await gateway(t, { file: 'partners:\n  - id: 101\n    sharePublic: true\n    apiPassthrough: off\n' })
  const gone = await off.get(`${LIST}?partnerId=101`)
  t.same([gone.statusCode, code(gone)], [404, 'NOT_FOUND'])
  const one = await gateway(t, { file: `${SHARED}  - id: 102\n` })
  for (const url of [`${LIST}?partnerId=102`, `${LIST}?partnerId=103`, `${LIST}?widgetId=_102&partnerId=101`]) {
    const answer = await one.get(url)
    t.same([answer.statusCode, code(answer)], [404, 'API_NOT_SERVED'], url)
  }
  const ks = makeKsV2({ partnerId: 102, secret: 's', userId: '', type: 0, expiry: 4e9, privileges: '' })
  t.equal((await one.get(`${LIST}?ks=${ks}&partnerId=101`)).statusCode, 404, 'a KS of another partner')
  const nobody = await one.get(LIST)
  t.same([nobody.statusCode, code(nobody)], [400, 'API_UNCLEAR'])
  t.same([off.seen, one.seen], [[], []])
})

t.test('only what is on the list, on its own and in multirequests', async (t) => {
  const { seen, post, get } = await gateway(t)
  const refused = [
    await get('/api_v3/service/baseEntry/action/get?p=101&entryId=0_a'),
    await get('/api_v3/service/session/action/start?p=101&secret=x'),
    await get('/api_v3/service/flavorAsset/action/getUrl?p=101&id=0_a'),
    await post('/api_v3/service/multirequest', {
      partnerId: 101,
      1: { service: 'baseEntry', action: 'list' },
      2: { service: 'flavorAsset', action: 'getDownloadUrl' }
    })
  ]
  for (const answer of refused) {
    t.same([answer.statusCode, code(answer)], [403, 'API_ACTION_REFUSED'])
    t.equal(answer.headers['access-control-allow-origin'], '*')
  }
  t.same(seen, [])
  const own = await gateway(t, {
    file: 'partners:\n  - id: 101\n    sharePublic: true\n    apiPassthrough: [baseEntry.get]\n'
  })
  t.equal((await own.get('/api_v3/service/baseentry/action/GET?p=101')).statusCode, 200)
  t.equal((await own.get(`${LIST}?p=101`)).statusCode, 403)
})

t.test('what cannot be judged is refused', async (t) => {
  const { seen, post, get, app } = await gateway(t)
  const urls = [
    `${LIST}?p=101&callback=x`,
    `${LIST}?p=101&format=9`,
    `${LIST}?p=101&content-type=text/html`,
    `${LIST}?p=101&action=get`,
    `${LIST}?p=101&x=%ff`,
    '/api_v3/getFeed.php?service=baseEntry&action=list&p=101',
    '/api_v3/testme/?service=baseEntry&action=list&p=101',
    '/api_v3/service/baseEntry/index.php/action/list?p=101',
    '/api_v3/service/baseEntry/action/list/x/%252e?p=101',
    '/api_v3/service/baseEntry/action/list/x/a%2Fb?p=101',
    '/api_v3/service/baseEntry/action/list/x/a%0Ab?p=101'
  ]
  for (const url of urls) {
    const answer = await get(url)
    t.same([answer.statusCode, code(answer)], [400, 'API_UNCLEAR'], url)
  }
  const target = `${LIST}?p=101`
  const bodies = [
    await post(target, 'service=baseEntry', { 'content-type': 'multipart/form-data; boundary=x' }),
    await post(target, '{"action":"get"}', { 'content-type': 'text/plain' }),
    await post(target, '{"action":"get"}'),
    await post(target, 'not json'),
    await app.inject({
      method: 'POST',
      url: target,
      headers: JSON_TYPE,
      payload: Buffer.from('{"x":"\xff"}', 'latin1')
    })
  ]
  for (const answer of bodies) t.same([answer.statusCode, code(answer)], [400, 'API_UNCLEAR'])
  const large = await post(target, { x: 'a'.repeat(64 * 1024) })
  t.equal(large.statusCode, 413)
  t.match(large.headers, { 'access-control-allow-origin': '*', 'content-type': /problem\+json/ })
  t.equal((await post(target, { x: 'a'.repeat(60 * 1024) })).statusCode, 200)
  t.equal(seen.length, 1)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const own = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  for (const path of [
    `${LIST}?p=101#&action=get`,
    '/api_v3/%2e%2e/service/baseEntry/action/list?p=101',
    '/api_v3/../api_v3/service/baseEntry/action/list?p=101',
    '/api_v3/service/baseEntry/action/list/x/a\\b?p=101'
  ]) {
    t.match(await askRaw(own, path, { agent: false }), { status: 400, body: /"API_UNCLEAR"/ }, path)
  }
  t.equal(seen.length, 1)
  for (const method of ['PUT', 'DELETE', 'PATCH', 'HEAD'] as const) {
    const answer = await app.inject({ method, url: target })
    t.same([answer.statusCode, answer.headers.allow], [405, 'GET, POST, OPTIONS'], method)
  }
})

t.test('headers: a viewer is seen, his credentials and whoever claims to stand before him are not', async (t) => {
  const given = {
    'user-agent': 'agent',
    referer: 'https://site.example/',
    'accept-language': 'es',
    accept: 'application/json',
    cookie: 'a=b',
    authorization: 'Bearer x',
    'proxy-authorization': 'x',
    'x-forwarded-for': '198.51.100.1',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-server': 'x',
    'x-forwarded-proto': 'https',
    'x-kaltura-remote-addr': '198.51.100.1,1,1,1',
    'x-kaltura-ks': 'x',
    forwarded: 'for=198.51.100.1',
    'x-real-ip': '198.51.100.1',
    via: '1.1 somewhere',
    te: 'trailers',
    'keep-alive': 'timeout=5',
    'x-other': 'x'
  }
  const upstream = {
    'content-type': 'application/json',
    'set-cookie': 'a=b',
    authorization: 'x',
    'www-authenticate': 'Basic',
    'keep-alive': 'timeout=5',
    'access-control-allow-credentials': 'true',
    'access-control-allow-origin': 'https://other.example',
    'cache-control': 'public, max-age=600',
    'content-security-policy': 'none',
    'x-me': 'server1',
    'x-kaltura-session': '1',
    'x-kaltura': 'error-X'
  }
  const { seen, get, base } = await gateway(t, {
    answer: (response) => {
      response.writeHead(418, upstream)
      response.end('{}')
    }
  })
  const answer = await get(`${LIST}?p=101`, given)
  t.equal(answer.statusCode, 418, 'the status is passed on')
  t.same(Object.keys(seen[0]!.headers).sort(), [
    'accept',
    'accept-language',
    'connection',
    'host',
    'referer',
    'user-agent',
    'via'
  ])
  t.match(seen[0]!.headers, {
    host: base.slice('http://'.length),
    'user-agent': 'agent',
    referer: 'https://site.example/',
    'accept-language': 'es',
    via: '1.1 playmanifest-gateway'
  })
  t.match(answer.headers, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'access-control-allow-origin': '*',
    'content-security-policy': "sandbox; default-src 'none'",
    'x-kaltura': 'error-X'
  })
  for (const name of ['set-cookie', 'authorization', 'www-authenticate', 'x-me', 'access-control-allow-credentials']) {
    t.notOk(name in answer.headers, name)
  }
  await get(`${LIST}?p=101`, { ...given, connection: 'close, User-Agent, referer' })
  t.notMatch(seen[1]!.headers, { referer: String }, 'what Connection names is for one hop')
  t.not(seen[1]!.headers['user-agent'], 'agent')
  const hop = await gateway(t, {
    answer: (response) => {
      response.writeHead(200, { 'content-type': 'application/json', connection: 'close, x-kaltura', 'x-kaltura': 'x' })
      response.end('{}')
    }
  })
  t.notOk('x-kaltura' in (await hop.get(`${LIST}?p=101`)).headers)
})

t.test('forwardedFor: trusted writes the viewer as we know him, and nothing that came', async (t) => {
  const file = 'partners:\n  - id: 101\n    apiPassthrough: player\n    forwardedFor: trusted\n'
  const claims = { 'x-forwarded-for': '198.51.100.1', 'x-forwarded-host': 'evil.example', forwarded: 'for=1.2.3.4' }
  const direct = await gateway(t, { file })
  await direct.app.inject({ url: `${LIST}?p=101`, headers: claims, remoteAddress: '::ffff:203.0.113.7' })
  t.match(direct.seen[0]!.headers, { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'http' })
  t.notOk('x-forwarded-host' in direct.seen[0]!.headers)
  t.notOk('forwarded' in direct.seen[0]!.headers)
  const behind = await gateway(t, { file, env: { TRUST_PROXY: '10.0.0.0/8' } })
  const chain = { ...claims, 'x-forwarded-for': '192.0.2.66, 198.51.100.1', 'x-forwarded-proto': 'https' }
  await behind.app.inject({ url: `${LIST}?p=101`, headers: chain, remoteAddress: '10.0.0.1' })
  t.match(behind.seen[0]!.headers, { 'x-forwarded-for': '198.51.100.1', 'x-forwarded-proto': 'https' })
  const stated = await gateway(t)
  await stated.app.inject({ url: `${LIST}?p=101`, headers: claims })
  t.notOk('x-forwarded-for' in stated.seen[0]!.headers, 'nothing is written where nobody said that it is believed')
})

t.test('upstream fails: 502, 504, too large, elsewhere; with CORS each', async (t) => {
  const problems: [string, number, string, NonNullable<Options['answer']>][] = [
    ['reset', 502, 'API_FAILED', (response) => response.destroy()],
    ['silence', 504, 'API_TIMEOUT', () => undefined],
    ['a body that does not end', 504, 'API_TIMEOUT', (response) => response.write('{')],
    ['too large', 502, 'API_FAILED', (response) => json(response, `"${'a'.repeat(2 * 1024 * 1024)}"`)],
    [
      'a redirect to another host',
      502,
      'API_FAILED',
      (response) => response.writeHead(302, { location: 'https://evil.example/' }).end()
    ]
  ]
  for (const [name, status, problem, answer] of problems) {
    await t.test(name, async (t) => {
      const { get } = await gateway(t, { answer })
      const given = await get(`${LIST}?p=101`)
      t.same([given.statusCode, code(given)], [status, problem])
      t.match(given.headers, { 'access-control-allow-origin': '*', 'cache-control': 'no-store' })
    })
  }
  const elsewhere = await gateway(t, {
    env: { ALLOWED_HOSTS: 'cdn.example.com' },
    answer: (response) => response.writeHead(302, { location: 'https://cdn.example.com/captions.vtt' }).end()
  })
  t.match(await elsewhere.get(`${LIST}?p=101`), {
    statusCode: 302,
    headers: { location: 'https://cdn.example.com/captions.vtt' }
  })
  const packed = await gateway(t, {
    answer: (response) => {
      response.writeHead(503, { 'content-type': 'text/html', 'content-encoding': 'gzip', 'retry-after': '7' })
      response.end(gzipSync('<p>later'))
    }
  })
  const later = await packed.get(`${LIST}?p=101`)
  t.match(later, {
    statusCode: 503,
    body: '<p>later',
    headers: { 'retry-after': '7', 'x-content-type-options': 'nosniff' }
  })
  t.notOk('content-encoding' in later.headers)
})

t.test('a Location whose token has ended is not passed on', async (t) => {
  let exp = 0
  const { get } = await gateway(t, {
    env: { ALLOWED_HOSTS: 'cdn.example.com' },
    answer: (response) =>
      response.writeHead(302, { location: `https://cdn.example.com/captions.vtt?hdnea=exp=${exp}~hmac=a` }).end()
  })
  exp = Math.floor(Date.now() / 1000) - 1
  t.equal(code(await get(`${LIST}?partnerId=101`)), 'API_FAILED')
  exp += 600
  t.match(
    await get(`${LIST}?partnerId=101`),
    { statusCode: 302, headers: { location: /captions/ } },
    'one that is good is'
  )
})

t.test('a viewer who goes away ends the call', async (t) => {
  let ended = false
  const { app, seen } = await gateway(t, {
    env: { UPSTREAM_TIMEOUT_MS: '30000' },
    answer: (response) =>
      response.once('close', () => {
        ended = true
      })
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  socket.write(`GET ${LIST}?p=101 HTTP/1.1\r\nHost: x\r\n\r\n`)
  while (seen.length === 0) await sleep(5)
  socket.destroy()
  for (let i = 0; i < 200 && !ended; i++) await sleep(10)
  t.ok(ended)
})

t.test('a call that comes back is a loop', async (t) => {
  const { get, seen } = await gateway(t)
  const answer = await get(`${LIST}?p=101`, { via: '1.1 cdn, 1.1 playmanifest-gateway' })
  t.same([answer.statusCode, code(answer)], [508, 'LOOP'])
  t.same(seen, [])
})

t.test('preflight, and limits', async (t) => {
  const { app, get } = await gateway(t, { env: { RATE_LIMIT: '2' } })
  const asking = { origin: 'https://site.example', 'access-control-request-method': 'POST' }
  const preflight = await app.inject({
    method: 'OPTIONS',
    url: '/api_v3/service/multirequest',
    headers: { ...asking, 'access-control-request-headers': 'content-type' }
  })
  t.equal(preflight.statusCode, 200)
  t.equal(preflight.headers['access-control-allow-origin'], '*')
  t.match(preflight.headers['access-control-allow-headers'], /Content-Type/)
  t.match(preflight.headers['access-control-allow-methods'], /POST/)
  const statuses = []
  for (let i = 0; i < 4; i++) statuses.push((await get(`${LIST}?p=101`)).statusCode)
  t.equal(statuses.at(-1), 429)
})

t.test('PUBLIC_URL: playManifest URLs come back on it, in JSON only', async (t) => {
  const answer: Options['answer'] = (response, { headers, url }) => {
    const text = JSON.stringify([
      `http://${headers.host}/p/101/sp/101/playManifest/entryId/0_a/format/url/a.mp4`,
      `http://${headers.host}/p/101/sp/101/thumbnail/entry_id/0_a`,
      '\u00fc'
    ]).replaceAll('/', '\\/')
    if (url.includes('format=2')) response.setHeader('content-type', 'text/xml;charset=UTF-8')
    else response.setHeader('content-type', 'application/json')
    response.end(text)
  }
  const set = await gateway(t, { answer, env: { PUBLIC_URL: 'https://play.example.com' } })
  const [url, thumbnail, other] = (await set.get(`${LIST}?p=101`)).json()
  t.equal(url, 'https://play.example.com/p/101/sp/101/playManifest/entryId/0_a/format/url/a.mp4')
  t.equal(thumbnail, `${set.base}/p/101/sp/101/thumbnail/entry_id/0_a`)
  t.equal(other, '\u00fc')
  t.notMatch((await set.get(`${LIST}?p=101&format=2`)).body, /play\.example/)
  const unset = await gateway(t, { answer })
  t.notMatch((await unset.get(`${LIST}?p=101`)).body, /play\.example/)
})

t.test('no KS and no secret in the log, at the loudest level', async (t) => {
  const logs: string[] = []
  const { get, post } = await gateway(t, { logs, answer: (response) => response.destroy() })
  const ks = makeKsV2({ partnerId: 101, secret: 's', userId: 'someone', type: 0, expiry: 4e9, privileges: '' })
  await get(`${LIST}?ks=${ks}`)
  await get(`/api_v3/?service=multirequest&1:service=baseEntry&1:action=list&1:ks=${ks}`)
  await get(`/api_v3/service/session/action/start?p=101&secret=opensesame`)
  await get(`/api_v3/service/user/action/login/password/opensesame?ks=${ks}`)
  await post('/api_v3/service/multirequest', {
    ks,
    password: 'opensesame',
    1: { service: 'baseEntry', action: 'list' }
  })
  await post('/api_v3/service/multirequest', `{"ks":"${ks}","opensesame`)
  const log = logs.join('')
  t.match(log, /\/api_v3\/service\/baseEntry\/action\/list"/)
  t.notOk(log.includes(ks.slice(0, -4)))
  t.notOk(log.includes('opensesame'))
  t.equal(logs.filter((line) => line.includes('"msg":"answered')).length, 6)
})

t.test('the embedded Kaltura behind it: the viewer is judged by his own address where that is believed', async (t) => {
  const file = 'partners:\n  - id: 101\n    apiPassthrough: player\n    forwardedFor: trusted\n'
  const configFile = `${t.testdir({ 'gateway.yaml': file })}/gateway.yaml`
  const { ask, state } = await withGateway(t, { configFile, env: { TRUST_PROXY: 'loopback' } })
  const answer = await ask('/api_v3/service/session/action/startWidgetSession?widgetId=_101&format=1', {
    'x-forwarded-for': '203.0.113.9'
  })
  t.match(JSON.parse(answer.body), { partnerId: 101, objectType: 'KalturaStartWidgetSessionResponse' })
  const [call] = state.calls.log.filter(({ url }) => url.includes('startWidgetSession?'))
  t.equal(call?.headers['x-forwarded-for'], '203.0.113.9')
})
