/**
 * The attack: a partner's answers are fetched for each viewer (`viewerProxy`), and nothing of it is kept. So one client has
 * Kaltura asked with every request that holds any session at all, and takes the places of those who wait.
 */
import t, { type Test } from 'tap'
import { DEMO_ENTRIES, DEMO_SECRETS } from '../../src/demo/kaltura/index.js'
import { makeKsV2 } from '../../src/viewer/ks.js'
import { BASE, withGateway } from '../helpers/gateway.js'
import { until } from '../helpers/redis-server.js'

const KS = makeKsV2({ partnerId: 101, secret: DEMO_SECRETS.main.adminSecret, expiry: 4_000_000_000 })
const PATH = `${BASE}/entryId/${DEMO_ENTRIES.ksProtected}/format/url/protocol/http/a.mp4?ks=${KS}`

function gateway(t: Test, limits: string) {
  const rest = 'patience: { target: 1m }\npartners: [{ id: 101, viewerProxy: true }]\n'
  const folder = t.testdir({ 'gateway.yaml': `${limits}\n${rest}` })
  return withGateway(t, {
    kaltura: { remoteAddrSalt: 'a salt' },
    configFile: `${folder}/gateway.yaml`,
    env: { TRUST_PROXY: 'loopback', UPSTREAM_TIMEOUT_MS: '60000' }
  })
}

t.test('it costs the budget of misses; past it he is redirected', async (t) => {
  const { ask, state, kalturaUrl } = await gateway(t, 'rateLimits: { misses: 2 }')
  const from = (address: string) => ask(PATH, { 'x-forwarded-for': address })
  for (let i = 0; i < 2; i++) t.notMatch((await from('203.0.113.7')).headers.location, kalturaUrl)
  t.equal(state.calls.playManifest, 2)
  for (let i = 0; i < 3; i++) {
    t.match(await from('203.0.113.7'), {
      status: 302,
      headers: { location: kalturaUrl + PATH, 'cache-control': 'private, no-store' }
    })
  }
  t.equal(state.calls.playManifest, 2, 'Kaltura is not asked for him')
  t.notMatch((await from('203.0.113.8')).headers.location, kalturaUrl, 'others are')
  t.equal(state.calls.playManifest, 3)
})

t.test('when half of the places are taken nobody else waits', async (t) => {
  const { ask, state, kalturaUrl } = await gateway(t, 'maxInFlight: 8')
  const from = (at: number) => ask(PATH, { 'x-forwarded-for': `203.0.113.${at}` })
  state.playManifest.fail = 'hang'
  const settled: number[] = []
  const waiting = Array.from({ length: 4 }, (_, at) => from(at).then(({ status }) => settled.push(status)))
  await until('four wait', () => state.calls.playManifest === 4)
  for (let at = 10; at < 20; at++) t.match(await from(at), { status: 302, headers: { location: kalturaUrl + PATH } })
  t.equal(state.calls.playManifest, 4)
  t.strictSame(settled, [], 'the first four still wait')
  for (const answer of waiting) answer.catch(() => undefined)
})
