// What was asked for over https is never given to a viewer who came over http, and the other way round: Kaltura's own
// caches keep the two apart (reference access-control.md section 5), and an account may treat them differently.
import t from 'tap'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { BASE, withGateway } from '../helpers/gateway.js'

const ENTRY = `${BASE}/entryId/${DEMO_ENTRIES.public}`
const HTTPS = { 'x-forwarded-proto': 'https' }

t.test('each scheme asks Kaltura for itself, whatever protocol the URL names', async (t) => {
  const { ask, state } = await withGateway(t, { env: { TRUST_PROXY: 'loopback' } })
  for (const [path, expected] of [
    [`${ENTRY}/format/url/protocol/http/a.mp4`, 2],
    [`${ENTRY}/format/applehttp/a.m3u8`, 4]
  ] as const) {
    const secure = await ask(path, HTTPS)
    const plain = await ask(path)
    t.equal(state.calls.playManifest, expected, path)
    t.equal((await ask(path, HTTPS)).body, secure.body)
    t.equal((await ask(path)).body, plain.body)
    t.equal(state.calls.playManifest, expected, 'and each has its own from then on')
  }
})

t.test("without a protocol it is the viewer's own, and a CDN is told what the answer depends on", async (t) => {
  const { ask, state } = await withGateway(t, { env: { TRUST_PROXY: 'loopback' } })
  const secure = await ask(`${ENTRY}/format/url/a.mp4`, HTTPS)
  const plain = await ask(`${ENTRY}/format/url/a.mp4`)
  t.match(secure.headers.vary, /x-forwarded-proto/)
  t.match(plain.headers.vary, /x-forwarded-proto/)
  t.match(
    state.calls.log.filter(({ endpoint }) => endpoint === 'playManifest').map(({ url }) => url),
    [/\/protocol\/https/, /\/protocol\/http(?!s)/]
  )
})

t.test('the header of somebody who is no trusted proxy changes nothing', async (t) => {
  const { ask, state } = await withGateway(t)
  await ask(`${ENTRY}/format/url/protocol/http/a.mp4`)
  await ask(`${ENTRY}/format/url/protocol/http/a.mp4`, HTTPS)
  t.equal(state.calls.playManifest, 1)
})
