import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { BadOrder, MAX_NAMES, readOrder } from '../../src/admin/purge.js'
import { orderedTags } from '../../src/cache/purge.js'
import { DEMO_ENTRIES, DEMO_PROFILES } from '../../src/demo/kaltura/index.js'
import type { DemoOptions } from '../../src/demo/start.js'
import { BASE, withGateway } from '../helpers/gateway.js'

const ENTRY = DEMO_ENTRIES.public
const FILE = `${BASE}/entryId/${ENTRY}/format/url/protocol/http/a.mp4`
const HLS = `${BASE}/entryId/${ENTRY}/format/applehttp/protocol/http/a.m3u8`
const NAMED = `${BASE}/referenceId/our-trailer/format/url/protocol/http/a.mp4`

/** A gateway that waits for upstream, with a clock that can be moved. */
async function withPurge(t: Test, options: DemoOptions = {}) {
  const folder = t.testdir({ 'gateway.yaml': 'patience: { catalog: 20s, target: 20s }\n' })
  const clock = { now: Date.now() }
  const configFile = `${folder}/gateway.yaml`
  const gateway = await withGateway(t, { admin: true, configFile, now: () => clock.now, ...options })
  gateway.catalog.entries.get(ENTRY)!.referenceId = 'our-trailer'
  const post = async (body: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${gateway.adminUrl}/purge`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body)
    })
    return { status: answer.status, said: (await answer.json()) as Record<string, unknown> }
  }
  const protect = () => {
    gateway.catalog.entries.get(ENTRY)!.accessControlId = DEMO_PROFILES.ksRequired
  }
  return { ...gateway, clock, post, protect, calls: () => gateway.state.calls.api + gateway.state.calls.playManifest }
}

const ORDER = { all: false, soft: false, entries: [], partners: [], referenceIds: [] }

t.test('a body that does not come to the page is refused in words, and purges nothing', async (t) => {
  const { adminUrl, metrics } = await withPurge(t).then(async (gateway) => ({
    ...gateway,
    metrics: async () => await (await fetch(`${gateway.adminUrl}/metrics`)).text()
  }))
  for (const path of ['/purge', '/explain', '/reload']) {
    for (const [type, body, status, detail] of [
      ['application/x-www-form-urlencoded', '{"all":true}', 415, /sent as JSON, with the header Content-Type/],
      ['application/json', '{"all":tr', 400, /not JSON that can be read/],
      ['application/json', '', 400, /not JSON/],
      ['application/json', '{"__proto__":{"all":true}}', 400, /not JSON/],
      ['application/json', `{"entries":["${'x'.repeat(70_000)}"]}`, 413, /more than 64 kB/]
    ] as const) {
      const answer = await fetch(adminUrl + path, { method: 'POST', headers: { 'content-type': type }, body })
      const said = (await answer.json()) as { code: string; status: number; detail: string }
      t.match(
        { ...said, sent: answer.status },
        { code: 'BAD_REQUEST', status, sent: status, detail },
        `${path} ${type}`
      )
    }
  }
  t.notMatch(await metrics(), /^playmanifest_purges_total\{.*\} [1-9]/m)
})

t.test('orders as they are read', async (t) => {
  for (const [body, order] of [
    [{ entries: ['0_a', '0_b'] }, { entries: ['0_a', '0_b'] }],
    [
      { partners: [101], soft: true },
      { partners: [101], soft: true }
    ],
    [{ referenceIds: ['our trailer'], soft: false }, { referenceIds: ['our trailer'] }],
    [{ all: true }, { all: true }],
    [{ all: true, entries: [] }, { all: true }]
  ] as const)
    t.strictSame(readOrder(body), { ...ORDER, ...order })
  const many = Array.from({ length: MAX_NAMES + 1 }, (_, i) => `0_${i}`)
  for (const [body, message] of [
    [null, /^Wanted: a JSON object/],
    [[], /^Wanted/],
    ['all', /^Wanted/],
    [{}, /nothing to purge/],
    [{ all: false, entries: [] }, /nothing to purge/],
    [{ all: 'true' }, /^all has to be true or false/],
    [{ all: true, soft: 1 }, /^soft has to be/],
    [{ entry: ['0_a'] }, /more than is known/],
    [{ entries: '0_a' }, /^entries has to be a list/],
    [{ entries: ['0_a/../b'] }, /^entries has/],
    [{ entries: [''] }, /^entries has/],
    [{ entries: [`djJ8${'a'.repeat(20)}`] }, /^entries has/],
    [{ partners: ['101'] }, /^partners has/],
    [{ partners: [1.5] }, /^partners has/],
    [{ partners: [-1] }, /^partners has/],
    [{ referenceIds: ['a,b'] }, /^referenceIds has/],
    [{ entries: many }, /may name 1000/]
  ] as const)
    t.throws(() => readOrder(body), { message }, JSON.stringify(body)?.slice(0, 60))
})

t.test('whatever is sent is an order or refused in words that repeat nothing of it', async (t) => {
  const names = fc.constantFrom('entries', 'partners', 'referenceIds', 'all', 'soft', 'entry')
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.dictionary(names, fc.jsonValue())), (body) => {
      try {
        const order = readOrder(body)
        const tags = orderedTags(order)
        return order.all ? tags === null : tags !== null && tags.size > 0
      } catch (error) {
        return error instanceof BadOrder && /^(?:Wanted|There is|One order|\w+ has to be)/.test(error.message)
      }
    }),
    { numRuns: 2000 }
  )
  t.pass('2000 bodies')
})

t.test('an entry: its facts, its targets and the names that stand for it', async (t) => {
  const { ask, post, calls, catalog } = await withPurge(t)
  const OTHER = `${BASE}/entryId/${DEMO_ENTRIES.nearDuplicates}/format/url/protocol/http/a.mp4`
  for (const path of [FILE, HLS, NAMED, OTHER]) await ask(path)
  const warm = calls()
  t.strictSame(await post({ entries: [ENTRY, '0_unknown1'] }), {
    status: 200,
    said: { soft: false, touched: { memory: { reference: 1, catalog: 1, target: 2 } } }
  })
  await ask(OTHER)
  t.equal(calls(), warm, 'another entry is still known')
  t.match(await ask(FILE), { status: 302 })
  t.equal(calls(), warm + 2, 'facts and target')
  t.strictSame((await post({ entries: [ENTRY] })).said.touched, { memory: { reference: 0, catalog: 1, target: 1 } })
  catalog.deleteEntry(ENTRY)
  t.match(await ask(FILE), { status: 404, headers: { 'x-kaltura': 'error-1' } }, 'hard: the old answer is gone at once')
})

t.test('a reference id, a partner, everything', async (t) => {
  const { ask, post, calls, catalog } = await withPurge(t)
  const before = (await ask(NAMED)).location
  t.match(before, ENTRY)
  catalog.entries.get(ENTRY)!.referenceId = null
  catalog.entries.get(DEMO_ENTRIES.nearDuplicates)!.referenceId = 'our-trailer'
  t.equal((await ask(NAMED)).location, before)
  t.strictSame((await post({ referenceIds: ['our-trailer'] })).said.touched, {
    memory: { reference: 1, catalog: 0, target: 0 }
  })
  t.match((await ask(NAMED)).location, DEMO_ENTRIES.nearDuplicates)
  t.match((await post({ partners: [102], soft: true })).said, { touched: { memory: { catalog: 0, target: 0 } } })
  t.match((await post({ partners: [101], soft: true })).said, { touched: { memory: { reference: 1, catalog: 2 } } })
  t.match((await post({ all: true })).said, { soft: false, touched: { memory: { reference: 1, catalog: 2 } } })
  t.strictSame((await post({ all: true })).said.touched, { memory: { reference: 0, catalog: 0, target: 0 } })
  const cold = calls()
  await ask(FILE)
  t.equal(calls(), cold + 2)
})

t.test('soft: given once more, and what is protected by now is not given after that', async (t) => {
  const { ask, post, protect, calls, clock } = await withPurge(t)
  const old = await ask(FILE)
  protect()
  clock.now += 1_000
  t.strictSame((await post({ entries: [ENTRY], soft: true })).said, {
    soft: true,
    touched: { memory: { reference: 0, catalog: 1, target: 1 } }
  })
  const before = calls()
  const again = await ask(FILE)
  t.match(again, { location: old.location, headers: { 'cache-control': /^public, max-age=0,/ } })
  for (const until = Date.now() + 10_000; calls() === before && Date.now() < until; ) await sleep(10)
  let now = await ask(FILE)
  for (const until = Date.now() + 10_000; now.location === old.location && Date.now() < until; ) now = await ask(FILE)
  t.match(now.location, /\/playManifest\//, 'sent to Kaltura')
})

t.test('hard, while it is loaded: nobody is given it any more, not even who asked before', async (t) => {
  const { ask, post, state, protect } = await withPurge(t)
  state.playManifest.delayMs = 500
  const asked = ask(FILE)
  while (state.calls.playManifest === 0) await sleep(5)
  // What is proven so far was proven by facts from before.
  protect()
  t.match((await post({ entries: [ENTRY] })).said, { touched: { memory: { catalog: 1, target: 0 } } })
  t.match((await asked).location, /\/playManifest\//, 'sent to Kaltura')
  t.equal(state.calls.api, 2, 'facts were read again')
  t.match((await ask(FILE)).location, /\/playManifest\//)
})

t.test('Kaltura away: soft keeps what is known, hard ends it', async (t) => {
  const { ask, post, state, clock } = await withPurge(t, { env: { UPSTREAM_TIMEOUT_MS: '300' } })
  const { location } = await ask(FILE)
  state.api.fail = 'reset'
  state.playManifest.fail = 'reset'
  await post({ all: true, soft: true })
  t.equal((await ask(FILE)).location, location)
  clock.now += 120_000
  t.equal((await ask(FILE)).location, location, 'stale-error')
  t.match((await post({ all: true, soft: true })).said, { touched: { memory: { target: 1 } } })
  t.equal((await ask(FILE)).location, location)
  t.match((await post({ entries: [ENTRY] })).said, { touched: { memory: { target: 1 } } })
  t.match(await ask(FILE), { status: 302, location: /\/playManifest\//, headers: { 'cache-control': 'no-store' } })
})

t.test('malformed orders: a 4xx, and nothing is purged', async (t) => {
  const { ask, post, adminUrl, gatewayUrl, calls } = await withPurge(t)
  await ask(FILE)
  const warm = calls()
  t.match(await post('{"entries": ['), { status: 400, said: { code: 'BAD_REQUEST' } })
  t.match(await post('{"all": true, "__proto__": {}}'), { status: 400 })
  t.match(await post({}), { status: 400, said: { detail: /nothing to purge/ } })
  t.match(await post({ all: true, also: 1 }), { status: 400, said: { detail: /more than is known/ } })
  t.match(await post('all=true', { 'content-type': 'application/x-www-form-urlencoded' }), { status: 415 })
  t.match(await post({ entries: ['0_a'.padEnd(70_000, 'a')] }), { status: 413 })
  t.match(await post({ all: true }, { origin: 'https://attacker.example' }), { status: 403 })
  t.equal((await fetch(`${adminUrl}/purge?all=true`)).status, 404, 'GET purges nothing')
  const json = { 'content-type': 'application/json' }
  const outside = await fetch(`${gatewayUrl}/purge`, { method: 'POST', headers: json, body: '{"all":true}' })
  t.equal(outside.status, 404, "not on the viewers' side")
  await ask(FILE)
  t.equal(calls(), warm)
})

t.test('counted, and logged without more than was asked', async (t) => {
  let log = ''
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      log += chunk
      done()
    }
  })
  const { ask, post, adminUrl } = await withPurge(t, { logger: pino({ level: 'info' }, stream) })
  await ask(FILE)
  await post({ entries: [ENTRY], partners: [101], soft: true })
  await post({ all: true })
  await post({ referenceIds: Array.from({ length: 30 }, (_, i) => `name ${i}`) })
  const metrics = await (await fetch(`${adminUrl}/metrics`)).text()
  for (const line of [
    'purges_total{scope="entries",mode="soft"} 1',
    'purges_total{scope="partners",mode="soft"} 1',
    'purges_total{scope="all",mode="hard"} 1',
    'purges_total{scope="referenceIds",mode="hard"} 1',
    'purges_total{scope="entries",mode="hard"} 0',
    'purged_values_total{cache="target",mode="soft"} 1',
    'purged_values_total{cache="catalog",mode="hard"} 1'
  ])
    t.ok(metrics.includes(`playmanifest_${line}\n`), line)
  const lines = log.split('\n').filter((line) => line.includes('"purged"'))
  t.equal(lines.length, 3)
  t.match(JSON.parse(lines[0]!), { side: 'admin', entries: [ENTRY], partners: [101], soft: true, all: false })
  t.equal(JSON.parse(lines[2]!).referenceIds.length, 20)
})
