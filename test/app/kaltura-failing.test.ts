import t from 'tap'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import type { Fault } from '../../src/demo/kaltura/state.js'
import { BASE, USER_AGENTS, withGateway } from '../helpers/gateway.js'

const ENTRY = `${BASE}/entryId/${DEMO_ENTRIES.public}`
const FAULTS: Fault[] = ['reset', 'hang', 'garbage', 500, 502, 403]

t.test('Kaltura failing in any way: a template at once, never kept', async (t) => {
  for (const endpoint of ['api', 'playManifest'] as const) {
    for (const fault of FAULTS) {
      const { ask, state } = await withGateway(t, { env: { UPSTREAM_TIMEOUT_MS: '1500' } })
      state[endpoint].fail = fault
      const path = `${ENTRY}/format/applehttp/a.m3u8`
      const began = Date.now()
      const answer = await ask(path, { 'user-agent': USER_AGENTS.desktop })
      t.match(answer, { status: 302, location: path, headers: { 'cache-control': 'no-store' } }, `${endpoint} ${fault}`)
      t.ok(Date.now() - began < 1400, 'at once')
    }
  }
})

t.test('a rule still applies, by tags, when the catalog cannot be read', async (t) => {
  const { ask, state } = await withGateway(t)
  state.api.fail = 'reset'
  const answer = await ask(`${ENTRY}/format/auto/a.m3u8`, { 'user-agent': USER_AGENTS.iphone })
  t.match(answer, {
    location: `${ENTRY}/format/applehttp/tags/iphonenew,ipadnew,ipad,iphone/a.m3u8`,
    headers: { 'cache-control': 'no-store' }
  })
})

t.test('a known answer outlives the failure, within its bound', async (t) => {
  const clock = { now: Date.now() }
  const { ask, state } = await withGateway(t, { now: () => clock.now })
  const hls = `${ENTRY}/format/applehttp/a.m3u8`
  const url = `${ENTRY}/format/url/a.mp4`
  const known = { hls: await ask(hls), url: await ask(url), ipad: await ask(hls, { 'user-agent': USER_AGENTS.ipad }) }
  for (const fault of FAULTS.filter((kind) => kind !== 'hang')) {
    state.api.fail = fault
    state.playManifest.fail = fault
    clock.now += 300_000
    t.match(
      await ask(hls),
      { status: 200, body: known.hls.body, headers: { 'cache-control': 'public, max-age=0, s-maxage=0' } },
      String(fault)
    )
    t.match(await ask(url), { status: 302, location: known.url.location })
    t.equal((await ask(hls, { 'user-agent': USER_AGENTS.ipad })).body, known.ipad.body)
  }
  clock.now += 3_600_000
  t.match(await ask(hls), { status: 302, location: hls }, 'a target is kept for an hour')
  t.match((await ask(hls, { 'user-agent': USER_AGENTS.ipad })).location, /flavorIds/, 'a catalog for a day')
  clock.now += 86_400_000
  t.match((await ask(hls, { 'user-agent': USER_AGENTS.ipad })).location, /tags/)
})

t.test('an answer about the entry ends the old value at once', async (t) => {
  const clock = { now: Date.now() }
  const { ask, catalog, state } = await withGateway(t, { now: () => clock.now })
  const path = `${ENTRY}/format/url/a.mp4`
  t.equal((await ask(path)).status, 302)
  catalog.deleteEntry(DEMO_ENTRIES.public)
  clock.now += 95_000
  t.match(await ask(path), { status: 404, headers: { 'x-kaltura': 'error-1' } })
  state.api.fail = 'reset'
  clock.now += 1_000
  t.equal((await ask(path)).status, 404, 'and the failure does not bring it back')
})

t.test('Kaltura that hangs costs the first askers their patience and the others nothing', async (t) => {
  const { ask, state } = await withGateway(t, { env: { UPSTREAM_TIMEOUT_MS: '300' } })
  state.api.fail = 'hang'
  for (let i = 0; i < 6; i++) await ask(`${BASE}/entryId/0_hang${i}/format/applehttp/a.m3u8`)
  await new Promise((resolve) => setTimeout(resolve, 350))
  const calls = state.calls.api
  const began = Date.now()
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) => ask(`${BASE}/entryId/0_more${i}/format/applehttp/a.m3u8`))
  )
  t.ok(answers.every(({ status }) => status === 302))
  t.ok(state.calls.api - calls <= 1, 'the breaker lets one probe through at most')
  t.ok(Date.now() - began < 1000)
})

t.test('Kaltura that was down is taken up again', async (t) => {
  const clock = { now: Date.now() }
  const { ask, state } = await withGateway(t, { now: () => clock.now })
  state.api.fail = 500
  for (let i = 0; i < 10; i++) await ask(`${BASE}/entryId/0_down${i}/format/applehttp/a.m3u8`)
  state.api.fail = null
  clock.now += 11_000
  t.equal((await ask(`${ENTRY}/format/applehttp/a.m3u8`)).status, 200)
})

t.test('a viewer that leaves does not matter', async (t) => {
  const { ask, state, gatewayUrl } = await withGateway(t)
  state.playManifest.delayMs = 100
  await t.rejects(fetch(`${gatewayUrl}${ENTRY}/format/applehttp/a.m3u8`, { signal: AbortSignal.timeout(30) }))
  state.playManifest.delayMs = 0
  t.equal((await ask(`${ENTRY}/format/applehttp/a.m3u8`)).status, 200)
})
