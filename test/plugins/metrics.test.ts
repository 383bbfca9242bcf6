import { connect } from 'node:net'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { DEMO_ENTRIES, DEMO_SECRETS } from '../../src/demo/kaltura/index.js'
import { makeKsV2 } from '../../src/viewer/ks.js'
import { BASE, type Gateway, USER_AGENTS, withGateway } from '../helpers/gateway.js'

const PUBLIC = `${BASE}/entryId/${DEMO_ENTRIES.public}/format/url/a.mp4`

function session(secret: string, more: { expiry?: number; partnerId?: number } = {}): string {
  return makeKsV2({ partnerId: 101, userId: 'v', type: 0, expiry: 4e9, privileges: 'sview:*', secret, ...more })
}

/** A gateway that waits for upstream: on a slow machine too each answer is of the kind that it is about. */
function patient(t: Test): string {
  return join(t.testdir({ 'gateway.yaml': 'patience: { catalog: 20s, target: 20s }\n' }), 'gateway.yaml')
}

/** Series with a value above 0, by name and labels. */
async function counted({ adminUrl }: Gateway): Promise<Record<string, number>> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text()
  const lines = [...text.matchAll(/^playmanifest_(\w+?)_total(\{.*\})? (\d+)$/gm)]
  return Object.fromEntries(
    lines.filter(([, , , n]) => n !== '0').map(([, name, on = '', n]) => [name + on, Number(n)])
  )
}

t.test('answers, caches, devices and sessions', async (t) => {
  const gateway = await withGateway(t, { admin: true, configFile: patient(t) })
  const { ask } = gateway
  for (let i = 0; i < 3; i++) await ask(PUBLIC, { 'user-agent': USER_AGENTS.desktop })
  const main = DEMO_SECRETS.main.adminSecret
  for (const ks of [
    session(main),
    session(main, { expiry: 1 }),
    session('a-secret-nobody-knows'),
    session(DEMO_SECRETS.other.adminSecret, { partnerId: 102 }),
    'rubbish'
  ])
    await ask(PUBLIC, { 'user-agent': USER_AGENTS.ipad, 'x-kaltura-ks': ks })
  await ask(`${BASE}/entryId/0_unknown/format/url`)
  await ask(`${BASE}/entryId/a%2Fb/format/url`)
  await ask('/nowhere')
  await ask('/livez')
  await ask('/p/101/%c3%28')
  await ask(PUBLIC, {}, 'POST')
  await ask(PUBLIC, { origin: 'http://a.example', 'access-control-request-method': 'GET' }, 'OPTIONS')
  const all = await counted(gateway)
  t.match(all, {
    'answers{kind="target",status="3xx"}': 3,
    'answers{kind="template",status="3xx"}': 4,
    'answers{kind="error",status="4xx"}': 2,
    'answers{kind="problem",status="4xx"}': 3,
    'answers{kind="health",status="2xx"}': 1,
    'answers{kind="post",status="3xx"}': 1,
    'answers{kind="preflight",status="2xx"}': 1,
    'cache_lookups{cache="target",state="hit"}': 2,
    'cache_lookups{cache="target",state="miss"}': 1,
    'sharing{class="public"}': 3,
    'devices{device="desktop"}': 3,
    'devices{device="ipad"}': 4,
    'ks{state="valid"}': 1,
    'ks{state="expired"}': 1,
    'ks{state="unverified"}': 2,
    'ks{state="foreign"}': 1
  })
  const socket = connect(Number(new URL(gateway.gatewayUrl).port), '127.0.0.1')
  socket.end('no request\r\n\r\n')
  for await (const _ of socket);
  t.match(await counted(gateway), { 'answers{kind="unreadable",status="4xx"}': 1 })
})

t.test('failures by kind, and refusals by the rate limit', async (t) => {
  const gateway = await withGateway(t, { admin: true, configFile: patient(t), env: { RATE_LIMIT: '8' } })
  const { ask, state } = gateway
  for (const fail of ['garbage', 'reset', 'hang'] as const) {
    state.api.fail = fail
    // Another entry each time: one that has just failed is not asked for again at once.
    await ask(`${BASE}/entryId/0_${fail}/format/url`)
  }
  state.api.fail = null
  for (let i = 0; i < 10; i++) await ask(PUBLIC)
  const all = await counted(gateway)
  t.match(all, {
    'upstream_failures{kind="body"}': 1,
    'upstream_failures{kind="connect"}': 1,
    'upstream_failures{kind="timeout"}': 1,
    rate_limited: 5,
    'answers{kind="problem",status="4xx"}': 5
  })
  t.equal(all['upstream_failures{kind="other"}'], undefined, 'every failure has a kind')
})

t.test('no request makes a series: what is counted under is known ahead', async (t) => {
  const gateway = await withGateway(t, { admin: true })
  const read = async () => (await (await fetch(`${gateway.adminUrl}/metrics`)).text()).replace(/ \d+$/gm, '')
  const before = await read()
  for (let i = 0; i < 20; i++) {
    await gateway.ask(`/p/${i}/playManifest/entryId/0_e${i}/format/f${i}/protocol/http?device=d${i}&x${i}=1`, {
      'user-agent': `agent ${i}`,
      'x-forwarded-for': `198.51.100.${i}`,
      'x-kaltura-ks': `ks${i}`
    })
    await gateway.ask(`/nowhere/${i}`, {}, i % 2 === 0 ? 'GET' : 'PROPFIND')
  }
  t.equal(await read(), before)
})

t.test('sessions that no secret verifies are told of once a minute for each partner, without them', async (t) => {
  const lines: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    }
  })
  let now = Date.now()
  const { ask } = await withGateway(t, { logger: pino({ level: 'warn' }, sink), now: () => now })
  const told = () => lines.filter((line) => line.includes('no configured admin secret verifies'))
  const unknown = session('a-secret-nobody-knows')
  await ask(PUBLIC, { 'x-kaltura-ks': session(DEMO_SECRETS.main.adminSecret) })
  t.equal(told().length, 0, 'one that is verified is no reason')
  for (let i = 0; i < 5; i++) await ask(PUBLIC, { 'x-kaltura-ks': unknown })
  t.equal(told().length, 1)
  t.match(JSON.parse(told()[0]!), { partner: 101, requests: 1, level: 40 })
  now += 60_000
  await ask(PUBLIC, { 'x-kaltura-ks': unknown })
  t.equal(told().length, 2)
  t.match(JSON.parse(told()[1]!), { partner: 101, requests: 5 })
  t.notOk(lines.join('').includes(unknown.slice(0, 30)))
  const without = await withGateway(t, { withSecret: false, logger: pino({ level: 'warn' }, sink) })
  await without.ask(PUBLIC, { 'x-kaltura-ks': unknown })
  t.equal(told().length, 2, 'without a secret nothing could be verified')
})
