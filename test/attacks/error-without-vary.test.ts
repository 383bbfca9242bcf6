/** The bug: a public error that a device rule led to carried no Vary, so a CDN gave it to every device. */
import t from 'tap'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { BASE, USER_AGENTS, withGateway } from '../helpers/gateway.js'

t.test('errors vary by what the answer would have varied by', async (t) => {
  const { ask } = await withGateway(t, { env: { TRUST_PROXY: 'loopback' } })
  const path = `${BASE}/entryId/${DEMO_ENTRIES.liveOnAir}/format/auto`
  const old = await ask(path, { 'user-agent': USER_AGENTS.oldAndroid })
  t.match(old, { status: 404, headers: { 'x-kaltura': 'error-25', vary: /user-agent.*x-forwarded-proto/ } })
  t.match(await ask(path, { 'user-agent': USER_AGENTS.ipad }), { status: 302, headers: { vary: /user-agent/ } })
})

t.test('every spelling of "no protocol" varies by the scheme', async (t) => {
  const { ask } = await withGateway(t, { env: { TRUST_PROXY: 'loopback' } })
  for (const path of ['', '/protocol/null', '?protocol=', '/protocol']) {
    const answer = await ask(`${BASE}/entryId/${DEMO_ENTRIES.ksProtected}/format/mpegdash${path}`, {
      'x-forwarded-proto': 'HTTPS'
    })
    t.match(answer.headers.vary, /x-forwarded-proto/, path)
    t.match(answer.location, /protocol\/https/, path)
  }
})
