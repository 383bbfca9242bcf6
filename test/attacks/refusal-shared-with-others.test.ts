/**
 * The attack: a client that has used up its budget of misses asks for an entry all the time. Were its refusal noted like a
 * failure of Kaltura, or shared like the load that it did not begin, nobody else would get that entry resolved.
 */
import t from 'tap'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { BASE, withGateway } from '../helpers/gateway.js'

t.test('who may not have Kaltura asked stands in nobody else’s way', async (t) => {
  const folder = t.testdir({ 'gateway.yaml': 'rateLimits: { client: 100000, misses: 1 }\n' })
  const { ask } = await withGateway(t, {
    configFile: `${folder}/gateway.yaml`,
    env: { RATE_LIMIT: '', TRUST_PROXY: 'loopback' }
  })
  const attacker = { 'x-forwarded-for': '198.51.100.1' }
  await ask(`${BASE}/entryId/0_missing1/format/url/a.mp4`, attacker)
  const path = `${BASE}/entryId/${DEMO_ENTRIES.public}/format/url/a.mp4`
  const before = Array.from({ length: 20 }, () => ask(path, attacker))
  const viewer = ask(path, { 'x-forwarded-for': '198.51.100.2' })
  const after = Array.from({ length: 20 }, () => ask(path, attacker))
  t.match(await viewer, { status: 302, location: /serveFlavor/ })
  for (const answer of await Promise.all([...before, ...after])) t.equal(answer.status, 302)
})
