/**
 * The attack: playManifest URLs whose canonical form makes Kaltura's web server (not Kaltura) answer 4xx, asked a few times,
 * opened the circuit breaker for everybody's playManifest.
 */
import t from 'tap'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { Breaker } from '../../src/kaltura/breaker.js'
import { BASE, withGateway } from '../helpers/gateway.js'

const ENTRY = `${BASE}/entryId/${DEMO_ENTRIES.public}`

t.test('odd values asked many times do not close the way for others', async (t) => {
  const { ask, state } = await withGateway(t)
  state.playManifest.fail = 404
  for (let i = 0; i < 20; i++) await ask(`${ENTRY}/format/url/a.mp4?tracks=%252f${i}`)
  state.playManifest.fail = 500
  for (let i = 0; i < 20; i++) await ask(`${ENTRY}/format/url/a.mp4?tracks=x${i}`)
  state.playManifest.fail = null
  t.match(await ask(`${ENTRY}/format/url/a.mp4`), { status: 302, location: /serveFlavor/ })
})

t.test('many failures that began together count as one opening', async (t) => {
  const clock = { now: 0 }
  const breaker = new Breaker({ threshold: 2, firstPause: 100, longestPause: 10_000, now: () => clock.now })
  for (let i = 0; i < 50; i++) breaker.failed()
  clock.now = 100
  t.equal(breaker.state, 'half-open')
})
