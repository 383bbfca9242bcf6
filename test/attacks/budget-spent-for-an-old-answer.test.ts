/**
 * The bug: who had used up his budget of misses was given a target that was up to `staleIfError` (1 h) old, although Kaltura
 * was well and had deleted the entry long since. A refusal is the viewer's own; only a failing Kaltura is outlived.
 */
import t from 'tap'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { BASE, withGateway } from '../helpers/gateway.js'

const MINUTE = 60_000

t.test('a spent budget of misses opens nothing that Kaltura has closed', async (t) => {
  const folder = t.testdir({ 'gateway.yaml': 'rateLimits: { client: 100000, misses: 1 }\n' })
  const clock = { now: Date.UTC(2027, 0, 15, 12) }
  const { ask, catalog } = await withGateway(t, {
    configFile: `${folder}/gateway.yaml`,
    env: { RATE_LIMIT: '', TRUST_PROXY: 'loopback' },
    now: () => clock.now
  })
  const path = `${BASE}/entryId/${DEMO_ENTRIES.public}/format/url/a.mp4`
  const attacker = { 'x-forwarded-for': '198.51.100.1' }
  const first = await ask(path, { 'x-forwarded-for': '198.51.100.2' })
  t.match(first, { status: 302, location: /serveFlavor/ })
  catalog.updateEntry(DEMO_ENTRIES.public, { status: 3 })
  for (const minutes of [2, 20, 30]) {
    clock.now += minutes * MINUTE
    for (let i = 0; i < 4; i++) await ask(`${BASE}/entryId/0_spend${minutes}${i}/format/url/a.mp4`, attacker)
    const answer = await ask(path, attacker)
    t.match(answer, { status: 302, location: path }, 'sent to Kaltura')
    t.equal(answer.headers['cache-control'], 'no-store')
  }
})
