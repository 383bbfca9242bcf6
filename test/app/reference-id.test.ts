import { writeFileSync } from 'node:fs'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { makeEntry } from '../../src/demo/kaltura/catalog.js'
import { DEMO_ENTRIES, DEMO_SECRETS } from '../../src/demo/kaltura/index.js'
import type { DemoOptions } from '../../src/demo/start.js'
import { makeKsV2 } from '../../src/viewer/ks.js'
import { BASE, USER_AGENTS, withGateway } from '../helpers/gateway.js'
import { sign, withSignedLinks } from '../helpers/signing.js'

const ENTRY = `${BASE}/entryId/${DEMO_ENTRIES.public}`
const NAMED = `${BASE}/referenceId/our-trailer`

async function withReferences(t: Test, options: DemoOptions = {}) {
  const gateway = await withGateway(t, options)
  const give = (id: string, referenceId: string | null) => {
    gateway.catalog.entries.get(id)!.referenceId = referenceId
  }
  give(DEMO_ENTRIES.public, 'our-trailer')
  return { ...gateway, give }
}

const ksOf = (privileges: string) =>
  makeKsV2({
    partnerId: 101,
    secret: DEMO_SECRETS.main.adminSecret,
    userId: 'u',
    type: 0,
    expiry: Math.floor(Date.now() / 1000) + 3600,
    privileges
  })

t.test('answered exactly as if the entry id had been given', async (t) => {
  const { ask, kalturaUrl } = await withReferences(t)
  for (const [rest, device] of [
    ['/format/applehttp/a.m3u8', 'desktop'],
    ['/format/url/protocol/http/a.mp4', 'desktop'],
    ['/format/auto', 'iphone'],
    ['/format/auto/device/ipad', 'android'],
    ['/format/applehttp/a.m3u8?clientTag=x&playSessionId=y', 'ipad'],
    ['/format/applehttp/maxBitrate/0', 'desktop'],
    ['/format/nonsense', 'desktop']
  ] as const) {
    const headers = { 'user-agent': USER_AGENTS[device] }
    const [byId, byName] = [await ask(ENTRY + rest, headers), await ask(NAMED + rest, headers)]
    t.match(byName, { status: byId.status, location: byId.location, body: byId.body }, rest)
  }
  const query = await ask(`${BASE}/format/mpegdash?a=1&referenceId=our-trailer&ks=rubbish`)
  t.equal(query.headers.location, `${kalturaUrl}${ENTRY}/format/mpegdash?a=1&ks=rubbish`)
  const posted = await ask(`${NAMED}/format/url?a=1`, {}, 'POST')
  t.match(posted, { status: 307, headers: { location: `${kalturaUrl}${ENTRY}/format/url?a=1` } })
  t.equal((await ask(`${NAMED}/format/url`, {}, 'HEAD')).status, 302)
})

t.test('known for the life of a catalog, asked for once, and renamed within it', async (t) => {
  const clock = { now: Date.now() }
  const { ask, state, give, catalog } = await withReferences(t, { now: () => clock.now })
  const lists = () => state.calls.log.filter(({ actions }) => actions.includes('baseentry.list')).length
  const path = `${NAMED}/format/mpegdash/nocache/1`
  await Promise.all(Array.from({ length: 20 }, () => ask(path)))
  t.equal(lists(), 1, 'any number of askers')
  const bare = await ask(`${NAMED}/format/hds`)
  const life = Number(/max-age=(\d+)/.exec(bare.headers['cache-control'] ?? '')?.[1])
  clock.now += 50_000
  const later = Number(/max-age=(\d+)/.exec((await ask(`${NAMED}/format/hds`)).headers['cache-control'] ?? '')?.[1])
  t.ok(later <= 10 && later < life, 'an answer does not outlive what the name was known for')
  give(DEMO_ENTRIES.public, null)
  give(DEMO_ENTRIES.nearDuplicates, 'our-trailer')
  clock.now += 100_000
  t.match((await ask(path)).location, DEMO_ENTRIES.nearDuplicates, 'replaced')
  t.equal(lists(), 2)
  catalog.deleteEntry(DEMO_ENTRIES.nearDuplicates)
  clock.now += 100_000
  t.match(await ask(path), { status: 404, headers: { 'x-kaltura': 'error-1', 'cache-control': /^public, max-age=60/ } })
  give(DEMO_ENTRIES.public, 'our-trailer')
  clock.now += 59_000
  t.equal((await ask(path)).status, 404, 'that there is none is known for a while, too')
  clock.now += 2_000
  t.equal((await ask(path)).status, 302)
})

t.test('several entries with one name: the newest that is ready', async (t) => {
  const { ask, catalog } = await withReferences(t)
  const add = (id: string, createdAt: number, over = {}) =>
    catalog.addEntry(makeEntry(id, 101, { referenceId: 'twice', createdAt, accessControlId: null, ...over }))
  add('0_older001', 1_700_000_100)
  add('0_newest01', 1_700_000_300)
  add('0_middle01', 1_700_000_200)
  add('0_unready1', 1_700_000_400, { status: 1 })
  add('0_recycled', 1_700_000_500, { displayInSearch: -2 })
  add('0_foreign1', 1_700_000_600, { partnerId: 102, displayInSearch: 2 })
  t.match((await ask(`${BASE}/referenceId/twice/format/mpegdash?nocache=1`)).location, '/entryId/0_newest01/')
})

t.test('Kaltura away: a known name goes on, an unknown one is 502 or 504', async (t) => {
  const clock = { now: Date.now() }
  const { ask, state } = await withReferences(t, { now: () => clock.now, env: { UPSTREAM_TIMEOUT_MS: '300' } })
  const known = `${NAMED}/format/mpegdash?nocache=1`
  t.equal((await ask(known)).status, 302)
  clock.now += 120_000
  for (const [fault, status, code] of [
    ['reset', 502, 'API_FAILED'],
    [500, 502, 'API_FAILED'],
    ['garbage', 502, 'API_FAILED'],
    ['hang', 504, 'API_TIMEOUT']
  ] as const) {
    state.api.fail = fault
    t.match(await ask(known), { status: 302, headers: { 'cache-control': /no-store/ } }, `${fault}: known`)
    const answer = await ask(`${BASE}/referenceId/never-${fault}/format/url`)
    t.match(
      answer,
      { status, headers: { 'cache-control': 'no-store', 'access-control-allow-origin': '*' } },
      `${fault}`
    )
    t.match(JSON.parse(answer.body), { code })
  }
  t.match(await ask(`${ENTRY}/format/mpegdash`), { status: 302 }, 'an entry id can be redirected')
})

t.test('who has had Kaltura asked too often is told so, once a request', async (t) => {
  const folder = t.testdir({ 'gateway.yaml': 'rateLimits: { misses: 3 }\n' })
  const env = { RATE_LIMIT: '' }
  const { ask } = await withReferences(t, { configFile: `${folder}/gateway.yaml`, env })
  t.equal((await ask(`${NAMED}/format/applehttp/a.m3u8`)).status, 200, 'two questions, one miss')
  t.equal((await ask(`${BASE}/referenceId/b/format/url`)).status, 404)
  t.equal((await ask(`${BASE}/referenceId/c/format/url`)).status, 404)
  const refused = await ask(`${BASE}/referenceId/d/format/url`)
  t.match(refused, { status: 429, headers: { 'retry-after': /^\d+$/ } })
})

t.test('what cannot be answered is refused, and Kaltura not asked', async (t) => {
  const { ask, state } = await withReferences(t)
  for (const rest of [
    `/referenceId/a/entryId/${DEMO_ENTRIES.public}`,
    `/referenceId/a?e=${DEMO_ENTRIES.public}`,
    '/referenceId',
    '?referenceId=',
    '?referenceId=%7B1:result:ks%7D',
    '/referenceId/a%2Cb',
    '/referenceId/a%22',
    '/referenceId/our-trailer/kt/0123456789abcdef0123456789abcdef01234567',
    `/referenceId/${ksOf('').slice(0, 60)}`
  ]) {
    const answer = await ask(BASE + rest)
    t.match(answer, { status: 400, headers: { 'cache-control': 'no-store' } }, rest)
    t.equal(JSON.parse(answer.body).code, 'BAD_REFERENCE')
  }
  t.equal(JSON.parse((await ask(`${BASE}?referenceId[]=a`)).body).code, 'NESTED_PARAMETER')
  t.equal(state.calls.api, 0)
})

t.test('a KS that is bound to its address cannot follow it; every other one goes along', async (t) => {
  const { ask, kalturaUrl } = await withReferences(t)
  const bound = ksOf('urirestrict:/p/101/*')
  for (const answer of [
    await ask(`${NAMED}/format/mpegdash?ks=${bound}`),
    await ask(`${NAMED}/format/mpegdash`, { 'x-kaltura-ks': bound }),
    await ask(`${NAMED}/format/mpegdash?ks=${bound}`, {}, 'POST')
  ]) {
    t.match(JSON.parse(answer.body), { status: 400, code: 'BAD_REFERENCE', detail: /bound/ })
  }
  const free = ksOf('sview:*')
  const query = await ask(`${NAMED}/format/mpegdash?ks=${free}`)
  t.match(query.headers, {
    location: `${kalturaUrl}${ENTRY}/format/mpegdash?ks=${free}`,
    'cache-control': 'private, no-store'
  })
  const header = await ask(`${NAMED}/format/mpegdash`, { 'x-kaltura-ks': free })
  t.equal(header.headers.location, `${kalturaUrl}${ENTRY}/format/mpegdash?ks=${encodeURIComponent(free)}`)
})

t.test('a signature covers the name, and is checked before anybody is asked', async (t) => {
  const { ask, state, catalog } = await withSignedLinks(t, { signedLinks: 'required' })
  catalog.entries.get(DEMO_ENTRIES.public)!.referenceId = 'our-trailer'
  const path = `${NAMED}/format/url/protocol/http/a.mp4`
  const signed = sign(path)
  for (const bad of [
    path,
    signed.replace('our-trailer', 'other'),
    signed.replace('referenceId/our-trailer', 'entryId/0_x')
  ]) {
    t.equal((await ask(bad)).status, 403, bad)
  }
  t.equal(state.calls.api, 0)
  t.match(await ask(signed), { status: 302 })
  t.equal((await ask(sign(`${BASE}/format/url?referenceId=our-trailer`))).status, 302)
})

t.test('aliases come first, and need no Kaltura', async (t) => {
  const yaml = `partners:
  - id: 101
    aliases: { our-trailer: ${DEMO_ENTRIES.ksProtected}, "all hands/2026": ${DEMO_ENTRIES.public} }
`
  const folder = t.testdir({ 'gateway.yaml': yaml })
  const { ask, state, kalturaUrl } = await withReferences(t, { configFile: `${folder}/gateway.yaml` })
  state.api.fail = 'reset'
  const alias = await ask(`${NAMED}/format/mpegdash?nocache=1`)
  t.equal(alias.headers.location, `${kalturaUrl}${BASE}/entryId/${DEMO_ENTRIES.ksProtected}/format/mpegdash?nocache=1`)
  t.match(await ask(`${BASE}/format/mpegdash?referenceId=all%20hands/2026`), { location: `${ENTRY}/format/mpegdash` })
  t.equal(state.calls.log.filter(({ actions }) => actions.includes('baseentry.list')).length, 0)
})

t.test('an alias gets another entry while the gateway runs, and the link stays', async (t) => {
  const yaml = (id: string) => `partners: [{ id: 101, aliases: { app-home: ${id} } }]\n`
  const file = `${t.testdir({ 'gateway.yaml': yaml('0_first') })}/gateway.yaml`
  const { ask, reload } = await withReferences(t, { configFile: file })
  const link = `${BASE}/referenceId/app-home/format/mpegdash?nocache=1`
  t.match(await ask(link), { status: 302, location: `${BASE}/entryId/0_first/format/mpegdash?nocache=1` })
  writeFileSync(file, yaml('0_second'))
  t.match(reload!('test'), { result: 'replaced', needRestart: [] })
  t.match(await ask(link), { status: 302, location: `${BASE}/entryId/0_second/format/mpegdash?nocache=1` })
})

t.test('the log line says which entry, and how that was known', async (t) => {
  const lines: Record<string, unknown>[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()))
      done()
    }
  })
  const { ask } = await withReferences(t, { logger: pino(stream) })
  await ask(`${NAMED}/format/url`)
  await ask(`${NAMED}/format/url`)
  const secret = ksOf('sview:*')
  await ask(`${BASE}/referenceId/${secret}/format/url`)
  await ask(`${BASE}/format/url?referenceId=${secret}`)
  const answered = lines.filter(({ url }) => url !== undefined)
  t.match(answered, [
    { entry: DEMO_ENTRIES.public, reference: 'miss' },
    { entry: DEMO_ENTRIES.public, reference: 'hit' },
    { status: 400 },
    { status: 400 }
  ])
  t.notMatch(JSON.stringify(lines), secret.slice(0, 40))
})
