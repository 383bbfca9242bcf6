import { Writable } from 'node:stream'
import { pino } from 'pino'
import t from 'tap'
import { DEMO_ENTRIES, DEMO_SECRETS } from '../../src/demo/kaltura/index.js'
import { makeKsV2 } from '../../src/viewer/ks.js'
import { askAdmin, explain, postExplain } from '../helpers/explain.js'
import { BASE, USER_AGENTS, withGateway } from '../helpers/gateway.js'
import { grant, NOW, sign, withSignedLinks } from '../helpers/signing.js'

const HLS = `${BASE}/entryId/${DEMO_ENTRIES.public}/format/applehttp/protocol/http/a.m3u8`

t.test('why an Android phone gets no audio-only rendition', async (t) => {
  const { adminUrl } = await withGateway(t, { patience: 20_000, admin: true })
  const said = await explain(adminUrl, { url: HLS, userAgent: USER_AGENTS.android })
  t.match(said.viewer, {
    device: { class: 'android', osVersion: { major: 10 }, source: 'user-agent', reason: 'android' },
    scheme: 'http',
    ks: { state: 'none' }
  })
  t.equal(said.rules?.matched, 'Android with HLS')
  t.match(said.rules?.tried.slice(0, 2), [
    {
      rule: 'iPad',
      matched: false,
      nearly: true,
      held: ['format'],
      failed: { condition: 'device', wants: 'ipad', given: 'android' }
    },
    { rule: 'iPhone', failed: { condition: 'device' } }
  ])
  t.strictSame(said.rules?.notReached, ['Android without HLS', 'Windows Phone', 'Everything else'])
  const audio = said.flavors?.rows.find(({ id }) => id === '0_publaden')
  t.match(audio?.rule, { kept: false, step: 'audio-only' })
  t.match(
    said.flavors?.rows.filter(({ rule }) => rule?.kept).map(({ rule }) => rule?.reason),
    Array(3).fill(/^tag iphonenew \(level 1 of the rule\)$/)
  )
  const ids = said.flavors?.rows.map(({ id }) => id) ?? []
  t.strictSame([...new Set(ids)].length, ids.length, 'each flavor once')
})

t.test('a public answer: class, facts, tier, lives and what upstream said', async (t) => {
  const { adminUrl, ask } = await withGateway(t, { patience: 20_000, admin: true, env: { CACHE_TTL: '30' } })
  const cold = await explain(adminUrl, HLS)
  t.match(cold.sharing, { class: 'public', partner: { sharePublic: true, credential: 'admin secret' } })
  t.match(cold.entry, {
    note: /operators/,
    entry: { id: DEMO_ENTRIES.public, status: '2' },
    accessControl: { rules: 0 }
  })
  t.match(cold.caches, { catalog: { state: 'miss' }, target: { state: 'miss', upstream: { status: 200 } } })
  t.strictSame(
    cold.caches?.target.loaded?.bounds.map(({ by, seconds }) => [by, seconds]),
    [
      ['cache.target', 30],
      ['max-age of upstream', 60],
      ['the next start or end date of the entry or its parent', null]
    ]
  )
  t.match(cold.life.cacheControl, /^public, max-age=(?:29|30),/)
  t.same(
    cold.steps.map(({ step }) => step),
    ['parse', 'signature', 'viewer', 'rules', 'catalog', 'flavors', 'target', 'render']
  )
  t.ok(cold.steps.every(({ ms }) => ms >= 0))
  // It was a real request: what it loaded is there for everybody, and what upstream said is still known.
  t.equal((await ask(HLS)).headers.etag, cold.answer.headers.etag)
  const warm = await explain(adminUrl, HLS)
  t.match(warm.caches, {
    catalog: { state: 'hit' },
    target: { state: 'hit', upstream: { status: 200, facts: { maxAge: 60 } } }
  })
})

t.test("upstream's error by number and name, and a failing upstream in our words", async (t) => {
  const { adminUrl, state } = await withGateway(t, { patience: 20_000, admin: true })
  const missing = await explain(adminUrl, `${BASE}/entryId/0_nothing/format/url`)
  t.match(missing.answer, { status: 404, kind: 'error', kalturaError: { code: 1, name: 'ENTRY_NOT_FOUND' } })
  t.match(missing.life.bounds, [{ by: 'catalog' }, { by: 'cache.negative' }])
  const offAir = `${BASE}/entryId/${DEMO_ENTRIES.liveOffAir}/format/applehttp/protocol/http`
  const live = await explain(adminUrl, offAir)
  t.match(live.caches?.target.upstream, { status: 404, kalturaError: { code: 36 } })
  t.match(live.caches?.target.loaded?.bounds, [{ by: 'cache.negative' }, { by: 'Retry-After', seconds: 5 }])
  state.api.fail = 503
  const failed = await explain(adminUrl, `${BASE}/entryId/0_other/format/applehttp/protocol/http`)
  t.match(failed.answer, { status: 302, failure: /unavailable|status/ })
  t.match(failed.life, { cacheControl: 'no-store', why: /upstream was not there/ })
  t.equal(failed.caches?.catalog.state, 'failed')
})

t.test('what could not be read, and who is not served', async (t) => {
  const { adminUrl, kalturaUrl } = await withGateway(t, { patience: 20_000, admin: true })
  const bad = await explain(adminUrl, `${BASE}/entryId/0_a/a%2Fb`)
  t.match(bad, {
    answer: { kind: 'problem', status: 400, problem: { code: 'ENCODED_SLASH' } },
    parameters: null,
    rules: null
  })
  t.match((await explain(adminUrl, '/p/999/playManifest/entryId/0_a')).answer, { kalturaError: { code: 14 } })
  t.match((await explain(adminUrl, '/livez')).answer, { status: 200 })
  t.match((await explain(adminUrl, '/nowhere')).answer, { problem: { code: 'NOT_FOUND' } })
  const loop = await explain(adminUrl, { url: HLS, headers: { host: new URL(kalturaUrl).host } })
  t.match(loop.answer, { status: 508, problem: { code: 'LOOP' } })
})

const CONFIG = `
partners:
  - id: 101
    aliases: { trailer: ${DEMO_ENTRIES.public} }
presets:
  low: { maxBitrate: 400, tags: iphonenew }
  html: { playerType: web }
rules:
  - name: Phones
    when: { device: iphone }
    then: { format: applehttp, preset: html }
  - name: Others
    when: {}
    then: {}
shadow:
  rules:
    - name: Files
      when: {}
      then: { format: url }
`

t.test('what presets and names put beside the parameters, and how the name was found', async (t) => {
  const file = t.testdir({ 'gateway.yaml': CONFIG })
  const { adminUrl, catalog } = await withGateway(t, {
    patience: 20_000,
    admin: true,
    configFile: `${file}/gateway.yaml`
  })
  catalog.entries.get(DEMO_ENTRIES.public)!.referenceId = 'our-name'
  const rows = (said: Awaited<ReturnType<typeof explain>>) =>
    said.parameters?.map(({ name, value, from }) => `${name} ${value} ${from}`)
  const preset = await explain(adminUrl, `${BASE}/entryId/${DEMO_ENTRIES.public}/preset/low/maxBitrate/300`)
  t.same(rows(preset), ['entryId 0_public01 path', 'maxBitrate 300 path', 'preset low path', 'tags iphonenew preset'])
  const alias = await explain(adminUrl, {
    url: `${BASE}/referenceId/trailer/format/auto`,
    userAgent: USER_AGENTS.iphone
  })
  t.same(rows(alias), [
    'format auto path',
    'referenceId trailer path',
    'entryId 0_public01 alias',
    'playerType web rule'
  ])
  t.match(alias, {
    caches: { reference: 'alias' },
    rules: { matched: 'Phones', untouched: null, notReached: ['Others'] }
  })
  for (const state of ['miss', 'hit']) {
    const name = await explain(adminUrl, `${BASE}/referenceId/our-name`)
    t.same(rows(name), ['referenceId our-name path', 'entryId 0_public01 referenceId'])
    t.equal(name.caches?.reference, state)
  }
  const none = await explain(adminUrl, `${BASE}/referenceId/constructor`)
  t.match(none, { answer: { kalturaError: { code: 1 } }, caches: { reference: 'miss' } })
  t.same(rows(none), ['referenceId constructor path'])
})

t.test('rules that have no say are told as such', async (t) => {
  const { adminUrl } = await withGateway(t, { patience: 20_000, admin: true })
  const said = await explain(adminUrl, `${HLS}?device=iphone&kt=${'0123456789'.repeat(4)}`)
  t.match(said.rules, { matched: 'iPhone', untouched: 'the URL is signed by Kaltura (kt)' })
  t.match(said, { answer: { kind: 'template' }, sharing: { class: 'never' }, flavors: null })
  t.equal((await explain(adminUrl, HLS)).rules?.untouched, null)
})

t.test('no session, token or signature is in it', async (t) => {
  const gateway = await withSignedLinks(t, { signedLinks: 'required', grants: true }, { admin: true, now: () => NOW })
  const { adminUrl } = gateway
  const ks = makeKsV2({ partnerId: 101, secret: DEMO_SECRETS.main.adminSecret, expiry: 4_000_000_000, userId: 'me' })
  const signed = sign(`${HLS}?ks=${ks}`, { expires: NOW / 1000 + 60 })
  const valid = await explain(adminUrl, signed)
  t.match(valid, {
    signature: { state: 'valid', key: 'k1', expires: new Date(NOW + 60_000).toISOString(), bound: false },
    viewer: { ks: { state: 'valid', place: 'query' } },
    answer: { status: 302 }
  })
  t.same(
    valid.parameters?.filter(({ secret }) => secret).map(({ name, value }) => [name, value]),
    [
      ['ks', '***'],
      ['signature', '***']
    ]
  )
  t.match(valid.answer.headers.location, /ks=\*\*\*$/)
  const text = JSON.stringify(valid)
  t.notMatch(text, ks.slice(8, 40))
  t.notMatch(text, signed.split('signature=')[1]!.slice(-20))
  t.match((await explain(adminUrl, HLS)).signature, { state: 'missing' })
  const flavor = `${BASE}/entryId/${DEMO_ENTRIES.ksProtected}/flavorId/0_ksonv360/format/url/a.mp4`
  const granted = await explain(adminUrl, grant(flavor))
  t.match(granted, {
    answer: { status: 302, kind: 'grant' },
    grant: { flavorId: '0_ksonv360', purpose: 'transcription' }
  })
  t.equal(granted.answer.headers.location, `${gateway.cdnUrl}/***`, 'what a grant opens is not shown')
})

t.test('what is fetched for one viewer is not shown to anybody else', async (t) => {
  const file = t.testdir({
    'gateway.yaml': 'partners: [{ id: 101, viewerProxy: true, forwardedFor: trusted }]\n'
  })
  const gateway = await withGateway(t, { patience: 20_000, admin: true, configFile: `${file}/gateway.yaml` })
  const ks = makeKsV2({
    partnerId: 101,
    secret: DEMO_SECRETS.main.adminSecret,
    expiry: 4_000_000_000,
    privileges: 'sview:*'
  })
  const url = `${BASE}/entryId/${DEMO_ENTRIES.ksProtected}/format/url/protocol/http?ks=${ks}`
  const said = await explain(gateway.adminUrl, url)
  t.match(said, { answer: { kind: 'viewer', status: 302 }, caches: { forTheViewer: 'redirect' } })
  t.match(said.answer.headers.location, /^http:\/\/127\.0\.0\.1:\d+\/\*\*\*$/)
  t.match(said.sharing, { class: 'per-identity', reasons: ['the request carries a KS'] })
  t.match(said.life.why, /this viewer alone/)
})

t.test('it is nobody: not in metrics, limits, the log or the overload', async (t) => {
  const lines: string[] = []
  const logger = pino(
    { level: 'trace' },
    new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk))
        done()
      }
    })
  )
  const { adminUrl, ask } = await withGateway(t, { patience: 20_000, admin: true, logger, env: { RATE_LIMIT: '4' } })
  const before = (await askAdmin(adminUrl, '/metrics')).body
  for (let at = 0; at < 20; at++) {
    await explain(adminUrl, `${BASE}/entryId/0_none${at}/format/url`)
    await explain(adminUrl, `${BASE}/entryId/0_a/%zz?ks=djJ8MTAxfnotasession`)
    // More than any request may have: the connection itself refuses it.
    t.equal((await explain(adminUrl, `/${'x'.repeat(16_383)}`)).answer.status, 431)
  }
  const counters = (text: string) => text.split('\n').filter((line) => line.startsWith('playmanifest_'))
  t.same(counters((await askAdmin(adminUrl, '/metrics')).body), counters(before))
  t.equal(lines.filter((line) => /"msg":"answered/.test(line)).length, 0, 'no line of a viewer')
  t.notMatch(lines.join(''), /notasession|0_none/)
  t.equal((await ask(HLS)).status, 200, 'the budget of 127.0.0.1 is whole')
  t.equal(lines.filter((line) => /"msg":"answered"/.test(line)).length, 1, 'a viewer has a line')
})

t.test('on the admin side alone', async (t) => {
  const { ask, adminUrl, gatewayUrl } = await withGateway(t, { patience: 20_000, admin: true })
  for (const path of [
    '/explain',
    `/explain?url=${HLS}`,
    `/explain${HLS}`,
    `${HLS}/explain`,
    `/explain/explain${HLS}`
  ]) {
    const answer = await ask(path)
    t.notMatch(answer.body, /"asked"/, path)
    if (path.startsWith('/explain')) t.equal(answer.status, 404, path)
  }
  t.equal((await postExplain(gatewayUrl, { url: HLS })).status, 404)
  t.equal((await askAdmin(adminUrl, `/explain${HLS}`, { host: 'attacker.example' })).status, 403)
  t.equal((await askAdmin(adminUrl, `/explain${HLS}`, { origin: 'https://attacker.example' })).status, 403)
  t.equal((await postExplain(adminUrl, { url: HLS }, { origin: 'https://attacker.example' })).status, 403)
  const page = await askAdmin(adminUrl, '/')
  t.match(page.body, '/explain')
})

t.test('three ways to ask the same', async (t) => {
  const { adminUrl, gatewayUrl } = await withGateway(t, {
    admin: true,
    now: () => NOW,
    env: { TRUST_PROXY: 'loopback' }
  })
  const userAgent = USER_AGENTS.iphone
  const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' }
  const url = `${BASE}/entryId/${DEMO_ENTRIES.public}/format/auto`
  await explain(adminUrl, { url, userAgent, headers })
  const posted = await explain(adminUrl, { url: gatewayUrl + url, userAgent, headers })
  t.match(posted.viewer, { device: { class: 'iphone' }, scheme: 'https', address: '203.0.113.9' })
  const query = new URLSearchParams({ url, userAgent, peer: '127.0.0.1' })
  for (const [name, value] of Object.entries(headers)) query.set(`header.${name}`, value)
  const got = JSON.parse((await askAdmin(adminUrl, `/explain?${query}`)).body)
  const prefixed = JSON.parse(
    (await askAdmin(adminUrl, `/explain${url}`, { 'user-agent': userAgent, ...headers })).body
  )
  for (const said of [got, prefixed]) {
    t.same(said.answer, posted.answer)
    t.same(said.viewer, posted.viewer)
    t.same(said.rules, posted.rules)
  }
  const hinted = await explain(adminUrl, { url, device: 'ipad', peer: '198.51.100.7', headers })
  t.match(hinted, {
    asked: { url: `${url}?device=ipad`, peer: '198.51.100.7' },
    viewer: { device: { source: 'hint' } }
  })
  t.match(hinted.viewer, { scheme: 'http', address: '198.51.100.7' }, 'a peer that is no trusted proxy is not believed')
})

t.test("the operator's own token and cookies are no part of the question", async (t) => {
  const { adminUrl } = await withGateway(t, { patience: 20_000, admin: true })
  const own = { authorization: 'Bearer the-token-of-the-operator', cookie: 'a=b', 'x-other': '1' }
  const said = JSON.parse((await askAdmin(adminUrl, `/explain${HLS}`, own)).body)
  t.strictSame(said.asked.headers, ['host', 'x-other'])
})

t.test('questions that are none get a 400 that repeats nothing', async (t) => {
  const { adminUrl } = await withGateway(t, { patience: 20_000, admin: true })
  for (const question of [
    {},
    [],
    'text',
    { url: 5 },
    { url: '' },
    { url: 'p/101' },
    { url: 'ftp://x/p/101' },
    { url: '/p/101 /playManifest' },
    { url: '/p/101\r\nx: y' },
    { url: '/x'.repeat(9000) },
    { url: HLS, method: 'DELETE' },
    { url: HLS, method: 'GET / HTTP/1.1' },
    { url: HLS, device: 5 },
    { url: `${HLS}?device=ipad`, device: 'ipad' },
    { url: HLS, peer: 'localhost' },
    { url: HLS, headers: [] },
    { url: HLS, headers: { 'x y': '1' } },
    { url: HLS, headers: { x: 'a\r\nb: c' } },
    { url: HLS, headers: { x: 5 } },
    { url: HLS, headers: { x: 'y'.repeat(9000) } },
    { url: HLS, headers: { 'Content-Length': '5' } },
    { url: HLS, headers: { 'transfer-encoding': 'chunked' } },
    { url: HLS, headers: { Trailer: 'x' } },
    { url: HLS, userAgent: 'a\nb' },
    { url: HLS, more: 'djJ8-something' },
    { url: '/api_v3/service/baseEntry/action/list' }
  ]) {
    const answer = await postExplain(adminUrl, question)
    t.equal(answer.status, 400, JSON.stringify(question).slice(0, 80))
    t.equal(JSON.parse(answer.body).code, 'BAD_REQUEST')
    t.notMatch(answer.body, /djJ8|ftp:/)
  }
  t.equal((await askAdmin(adminUrl, '/explain')).status, 400)
  t.equal((await askAdmin(adminUrl, '/explain?url=a&url=b')).status, 400)
  t.equal((await askAdmin(adminUrl, `/explain/p/101/${'x'.repeat(500)}`)).status, 200)
})
