/** The bug: Node itself answered `Expect: x` with 417, without CORS, a body or a word of the gateway's. */
import t from 'tap'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { BASE, withGateway } from '../helpers/gateway.js'

t.test('an Expect that nobody knows changes nothing', async (t) => {
  const { ask } = await withGateway(t)
  const path = `${BASE}/entryId/${DEMO_ENTRIES.ksProtected}/format/hds`
  const answer = await ask(path, { expect: 'something' })
  t.match(answer, { status: 302, location: path, headers: { 'access-control-allow-origin': '*' } })
})
