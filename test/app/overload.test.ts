import t from 'tap'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { BASE, withGateway } from '../helpers/gateway.js'
import { until } from '../helpers/redis-server.js'

const KNOWN = `${BASE}/entryId/${DEMO_ENTRIES.public}/format/url/a.mp4`
const unknown = (name: number) => `${BASE}/entryId/0_unknown${name}/format/url/a.mp4`
const CALL = '/api_v3/service/baseEntry/action/get/partnerId/101/entryId/0_public01'

t.test('when half of the places are taken nobody else waits, and hits go on', async (t) => {
  const file = [
    'maxInFlight: 8',
    'patience: { catalog: 1m, target: 1m }',
    'partners: [{ id: 101, sharePublic: true, apiPassthrough: [baseEntry.get] }]'
  ]
  const folder = t.testdir({ 'gateway.yaml': file.join('\n') })
  const { ask, state } = await withGateway(t, {
    configFile: `${folder}/gateway.yaml`,
    env: { UPSTREAM_TIMEOUT_MS: '60000' }
  })
  t.match(await ask(KNOWN), { status: 302, location: /serveFlavor/ })
  state.api.fail = 'hang'
  const calls = state.calls.api
  const settled: number[] = []
  const waiting = Array.from({ length: 4 }, (_, i) => ask(unknown(i)).then(({ status }) => settled.push(status)))
  await until('four wait', () => state.calls.api === calls + 4)
  // The one that makes it more than half is sent on as well: it counts itself.
  for (let i = 10; i < 20; i++) {
    t.match(await ask(unknown(i)), { status: 302, location: unknown(i), headers: { 'cache-control': 'no-store' } })
    t.match(await ask(unknown(0)), { status: 302, location: unknown(0) }, 'nor for what others wait for')
    t.match(await ask(KNOWN), { status: 302, location: /serveFlavor/ })
  }
  t.match(await ask(CALL), { status: 503, headers: { 'retry-after': '2', 'access-control-allow-origin': '*' } })
  t.strictSame(settled, [], 'the first four still wait')
  for (const answer of waiting) answer.catch(() => undefined)
})
