/**
 * A KS is a password (rule 4 of the design). Sessions of every kind are put everywhere a request has room for them,
 * while Kaltura is well, down, slow, or fails with errors that quote them; then everything that the gateway wrote is
 * searched for them: its log at the loudest level, its metrics, what it told Redis, its answers, and its explanations.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { connect, createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Valkey } from 'iovalkey'
import t, { type Test } from 'tap'
import { DEMO_SECRETS } from '../../src/demo/kaltura/index.js'
import { makeKsV1, makeKsV2 } from '../../src/viewer/ks.js'
import { withDemo } from '../helpers/demo.js'
import { postExplain } from '../helpers/explain.js'
import { type Asked, askRaw, BASE } from '../helpers/gateway.js'
import { type GatewayProcess, startGateway } from '../helpers/gateway-process.js'
import { brokenBytes, namedPlaces, oddPlaces, type Placed } from '../helpers/ks-places.js'
import { LeakFinder } from '../helpers/leaks.js'
import { program } from '../helpers/require-program.js'

const MAIN = DEMO_SECRETS.main.adminSecret
const OTHER = DEMO_SECRETS.other.adminSecret
const FUTURE = 4_000_000_000

/** Sessions whose text has the looks of one. */
function sessions(): Record<string, string> {
  const given = { partnerId: 101, secret: MAIN, type: 0 as const, expiry: FUTURE, privileges: 'sview:*' }
  const withSlash = () => {
    for (;;) {
      const ks = makeKsV1({ ...given, userId: `slash-${randomBytes(8).toString('latin1').replaceAll(';', ',')}` })
      if (/\/.*\+|\+.*\//.test(ks)) return ks
    }
  }
  const foreign = { ...given, partnerId: 102, secret: OTHER }
  return {
    'version 1': makeKsV1({ ...given, userId: 'viewer-of-version-1' })
      .replaceAll('/', '_')
      .replaceAll('+', '-'),
    'version 1 with slashes': withSlash(),
    'version 2': makeKsV2({ ...given, userId: 'viewer-of-version-2' }),
    widget: makeKsV2({ ...given, userId: '', privileges: 'view:*,widget:1' }),
    admin: makeKsV2({ ...given, userId: 'an-admin', type: 2, privileges: 'disableentitlement' }),
    'bound to a URL': makeKsV2({ ...given, userId: 'bound', privileges: 'urirestrict:/p/101/*' }),
    'expired version 1': makeKsV1({ ...given, userId: 'late-viewer', expiry: 1 }).replaceAll('/', '_'),
    'expired version 2': makeKsV2({ ...given, userId: 'late', expiry: 1 }),
    foreign: makeKsV2({ ...foreign, userId: 'foreign' }),
    'foreign version 1': makeKsV1({ ...foreign, userId: 'foreign-viewer' }).replaceAll('/', '_'),
    unverified: makeKsV2({ ...given, userId: 'rotated', secret: 'a secret that nobody knows' })
  }
}

/** What is no session but was sent as one: only its name tells. */
const rubbish = (): Record<string, string> => ({
  'short rubbish': 'hunter2-hunter3',
  'long rubbish': `x${randomBytes(30).toString('hex')}`,
  'rubbish with a dot': `${randomBytes(9).toString('hex')}.${randomBytes(9).toString('hex')}`
})

type Trouble = 'none' | 'quotes' | 'quotes in the code' | 'says it back' | '500' | 'reset' | 'hang'

/** Kaltura's troubles one after another, and which share of the sessions goes to each place: one in so many. */
const ROUNDS: readonly (readonly [Trouble, number])[] = [
  ['none', 1],
  ['quotes', 3],
  ['quotes in the code', 3],
  ['says it back', 4],
  ['500', 4],
  ['reset', 4],
  ['hang', 14]
]

interface Front {
  url: string
  trouble: Trouble
}

/**
 * Kaltura's address: the embedded one behind it, unless there is trouble. What it says then quotes what it was asked.
 * @param seesOwn told the sessions that the gateway makes for itself
 */
async function kalturaFront(
  t: Pick<Test, 'teardown'>,
  kalturaUrl: string,
  seesOwn: (ks: string) => void
): Promise<Front> {
  const front: Front = { url: '', trouble: 'none' }
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    if (incoming.headers['user-agent'] === 'playmanifest-gateway') {
      for (const [, ks] of body.toString().matchAll(/"ks":"(djJ8[^"]+)"/g)) seesOwn(ks!)
    }
    if (front.trouble === 'none') return passOn(kalturaUrl, incoming, body, outgoing)
    misbehave(front.trouble, incoming, body.toString(), outgoing)
  })
  server.on('clientError', (_error, socket) => socket.destroy())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  front.url = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  return front
}

function passOn(base: string, incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse): void {
  const { hostname, port } = new URL(base)
  const { method, url, headers } = incoming
  const options = { hostname, port, method, path: url, headers: { ...headers, 'content-length': body.length } }
  const upstream = request(options, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
  })
  upstream.on('error', () => outgoing.destroy())
  upstream.end(body)
}

function misbehave(trouble: Trouble, incoming: IncomingMessage, body: string, outgoing: ServerResponse): void {
  if (trouble === 'hang') return
  if (trouble === 'reset') return void incoming.socket.resetAndDestroy()
  const said = `${incoming.url} ${incoming.headers.referer ?? ''} ${incoming.headers['user-agent'] ?? ''} ${body}`
  const isApi = incoming.url?.startsWith('/api_v3') === true
  if (trouble === 'says it back') {
    outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ said }))
  } else if (trouble === '500') {
    outgoing.writeHead(500, { 'x-me': encodeURIComponent(said).slice(0, 4000) }).end(said)
  } else if (isApi) {
    const ks = /djJ8[\w=-]+/.exec(body)?.[0] ?? said
    const code = trouble === 'quotes' ? 'INVALID_KS' : `INVALID_KS "${ks}"`
    const error = { objectType: 'KalturaAPIException', code, message: `Invalid KS "${said}", Error "-1,INVALID_STR"` }
    outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(error))
  } else {
    const app = `exiting on error 7 - ${encodeURIComponent(said)}`.slice(0, 4000)
    outgoing.writeHead(404, { 'x-kaltura': 'error-7', 'x-kaltura-app': app }).end(said)
  }
}

/** A Redis of this test's own, and every command that it was ever given; null when there is no such program. */
async function redis(t: Test): Promise<{ url: string; commands: string[] } | null> {
  const path = program(t, 'redis-server', 'redis-server')
  if (path === null) return null
  const free = createTcpServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const { port } = free.address() as { port: number }
  free.close()
  await once(free, 'close')
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '']
  const child: ChildProcess = spawn(path, options, { stdio: 'ignore' })
  const client = new Valkey({ host: '127.0.0.1', port, retryStrategy: () => 50, maxRetriesPerRequest: null })
  client.on('error', () => {})
  await client.ping()
  const monitor = await client.monitor()
  const commands: string[] = []
  monitor.on('monitor', (_time: string, args: string[]) => commands.push(args.join(' ')))
  t.teardown(async () => {
    monitor.disconnect()
    client.disconnect()
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  })
  return { url: `redis://127.0.0.1:${port}`, commands }
}

/** One request as it is written; null when the gateway cut the connection. */
function ask(url: string, { path, method = 'GET', headers = {}, body }: Placed): Promise<Asked | null> {
  if (body === undefined) return askRaw(url, path, { method, headers }).catch(() => null)
  return fetch(url + path, { method, headers, body, redirect: 'manual' }).then(
    async (answer) => ({
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: await answer.text(),
      location: ''
    }),
    () => null
  )
}

async function sendBytes(url: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk
  })
  socket.on('error', () => {})
  socket.write(bytes)
  await Promise.race([once(socket, 'close'), sleep(200)])
  socket.destroy()
  return text
}

/** What other viewers, and operators, are told. */
async function askedByOthers({ url, adminUrl }: GatewayProcess): Promise<string> {
  const entry = `${BASE}/entryId/0_public01`
  const answers: (Asked | null)[] = []
  for (const path of [
    `${entry}/format/applehttp/protocol/http/a.m3u8`,
    `${entry}/format/url/protocol/http`,
    `${entry}/format/auto?device=ipad`,
    `${BASE}/entryId/0_ksonly01/format/applehttp/protocol/http/a.m3u8`,
    `${BASE}/entryId/0_nothing/format/url`,
    '/p/999/playManifest/entryId/0_a',
    '/nowhere',
    '/livez'
  ])
    answers.push(await ask(url, { path }))
  const list = { path: '/api_v3/service/baseEntry/action/list?partnerId=101', headers: { 'user-agent': 'Player' } }
  answers.push(await ask(url, list))
  for (const path of ['/', '/metrics', '/nowhere']) answers.push(await ask(adminUrl, { path }))
  return answers.map((answer) => JSON.stringify(answer)).join('\n')
}

t.setTimeout(300_000)

t.test('no session stands in anything that the gateway writes', async (t) => {
  const { kalturaUrl, cdnUrl } = await withDemo(t)
  const finder = new LeakFinder()
  const own = new Set<string>()
  const front = await kalturaFront(t, kalturaUrl, (ks) => {
    if (!own.has(ks)) finder.add("the gateway's own session", ks)
    own.add(ks)
  })
  const store = await redis(t)
  const file = 'partners: [{ id: 101, sharePublic: true, apiPassthrough: player }]\n'
  const env = {
    KALTURA_SERVICE_URL: front.url,
    ALLOWED_HOSTS: new URL(cdnUrl).host,
    CONFIG_FILE: join(t.testdir({ 'gateway.yaml': file }), 'gateway.yaml'),
    KALTURA_PARTNER_ID: '101',
    KALTURA_ADMIN_SECRET: MAIN,
    LOG_LEVEL: 'trace',
    RATE_LIMIT: '0',
    CACHE_TTL: '0.2',
    UPSTREAM_TIMEOUT_MS: '300',
    TRUST_PROXY: 'loopback',
    ...(store === null ? {} : { REDIS_URL: store.url })
  }
  const proper = sessions()
  const all = { ...proper, ...rubbish() }
  for (const [name, ks] of Object.entries(all)) {
    finder.add(name, ks)
    if (name.includes('version 1')) {
      const inner = Buffer.from(ks.replaceAll('-', '+').replaceAll('_', '/'), 'base64').toString('latin1')
      finder.add(`what is inside ${name}`, inner)
    }
  }
  finder.add('the admin secret', MAIN)

  const seen = new Set<string>()
  /** The viewer's own answer may hold his KS in a Location at Kaltura that nobody keeps, and nowhere else. */
  const checkOwn = (answer: Asked, { path }: Placed): void => {
    const { location = '', date: _, ...headers } = answer.headers
    const isApi = path.startsWith('/api_v3')
    const texts = [JSON.stringify(headers), ...(isApi ? [] : [answer.body])]
    for (const text of texts.filter((text) => !seen.has(text))) {
      seen.add(text)
      const found = finder.find(text)
      if (found.length > 0) t.fail(`an answer holds a KS: ${found[0]}`, { path })
    }
    if (location === '' || finder.find(location).length === 0) return
    if (!location.startsWith(`${front.url}/`)) t.fail(`a KS is sent elsewhere: ${location}`, { path })
    if (!headers['cache-control']?.includes('no-store')) t.fail('a Location with a KS may be kept', { path, location })
  }

  let explanations = 0
  let ways = 0
  /** What is explained holds it nowhere, not even where the answer that is explained does. */
  const checkExplained = async ({ adminUrl }: GatewayProcess, { path, method = 'GET', headers = {} }: Placed) => {
    // One way or the other: both would double what this test costs.
    const byPath = method === 'GET' && ++ways % 2 === 0
    const asking = byPath
      ? askRaw(adminUrl, `/explain${path}`, { headers })
      : postExplain(adminUrl, { url: path, method, headers })
    const answer = await asking.catch(() => null)
    if (answer === null) return
    if (answer.status === 200) explanations++
    if (seen.has(answer.body)) return
    seen.add(answer.body)
    const found = finder.find(JSON.stringify(answer))
    if (found.length > 0) t.fail(`an explanation holds a KS: ${found[0]}`, { path, body: answer.body.slice(0, 3000) })
  }

  let others = ''
  let log = ''
  let sent = 0
  for (const [round, [trouble, share]] of ROUNDS.entries()) {
    // One of its own for each trouble: its breakers are closed, and some answers are known already when it begins.
    const gateway = await startGateway(t, env)
    front.trouble = 'none'
    others += await askedByOthers(gateway)
    front.trouble = trouble
    for (const [index, [name, ks]] of Object.entries(all).entries()) {
      const places = [...namedPlaces(ks), ...(name in proper ? oddPlaces(ks) : [])]
      const chosen = places.filter((_, at) => (at + index + round) % share === 0)
      await Promise.all(
        chosen.map(async (placed) => {
          const answer = await ask(gateway.url, placed)
          sent++
          if (answer !== null) checkOwn(answer, placed)
          await checkExplained(gateway, placed)
        })
      )
      for (const placed of [{ path: `/metrics?ks=${ks}` }, { path: '/', headers: { authorization: `Bearer ${ks}` } }]) {
        const answer = await ask(gateway.adminUrl, placed)
        if (answer !== null) checkOwn(answer, placed)
      }
      for (const bytes of trouble === 'none' ? brokenBytes(ks) : []) {
        const text = await sendBytes(gateway.url, bytes)
        t.same(finder.find(text.replace(/^location:.*$/gim, '')), [], 'an answer to bytes that are no request')
        await sendBytes(gateway.adminUrl, bytes)
      }
    }
    others += await askedByOthers(gateway)
    t.equal(await gateway.end(), 0)
    log += gateway.written()
  }

  t.ok(own.size > 0, "the gateway's own sessions were seen")
  t.ok(explanations > sent / 2, 'most were explained')
  t.comment(
    `${sent} requests, ${explanations} explanations; log of ${log.length} characters; Redis took ${store?.commands.length ?? 'no'} commands`
  )
  t.ok(log.split('\n').filter((line) => line.includes('"msg":"answered')).length > sent / 2, 'the log was read')
  t.same(finder.find(log), [], 'in the log')
  t.match(others, /playmanifest_ks_total\{state=\\"unverified\\"\} [1-9]/, 'the metrics were read')
  t.same(finder.find(others), [], 'in metrics and in what others are answered')
  if (store !== null) t.same(finder.find(store.commands.join('\n')), [], 'in what Redis was told')
})

t.test('the search finds what it is to find', async (t) => {
  const finder = new LeakFinder()
  const ks = sessions()['version 2']!
  finder.add('it', ks)
  finder.add('short', 'hunter2-hunter3')
  const part = ks.slice(40, 60)
  for (const text of [
    ks,
    part,
    encodeURIComponent(encodeURIComponent(ks)),
    [...ks].map((char) => `%${char.charCodeAt(0).toString(16)}`).join(''),
    Buffer.from(`https://site.example/?ks=${ks}`).toString('base64'),
    `{"a":"${part}"}`,
    'x hunter2-hunter3'
  ])
    t.equal(finder.find(`before ${text} after`).length > 0, true, text.slice(0, 40))
  t.same(finder.find(`${ks.slice(40, 55)} hunter2-hunter`), [])
})
