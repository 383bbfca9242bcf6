import t, { type Test } from 'tap'
import { buildKaltura, DEMO_ENTRIES, demoCatalog, type KalturaOptions } from '../../../src/demo/kaltura/index.js'
import { signedRemoteAddr } from '../../../src/kaltura/remote-addr.js'

const URL = `/p/101/sp/10100/playManifest/entryId/${DEMO_ENTRIES.ipRestricted}/format/applehttp/protocol/http/a.m3u8`
const NOW = 1_700_000_000_000
/** In the range of the entry's rule. */
const INSIDE = '203.0.113.7'

function server(t: Test, options: Partial<KalturaOptions>) {
  const now = () => NOW
  const kaltura = buildKaltura({ catalog: demoCatalog({ now }), cdnBaseUrl: 'http://cdn.test', now, ...options })
  t.teardown(() => kaltura.close())
  return (value: string | null, url = URL) =>
    kaltura.inject({ url, headers: value === null ? {} : { 'x-kaltura-remote-addr': value } })
}

t.test('a signed address is the viewer, by rules and countries', async (t) => {
  const ask = server(t, { remoteAddrSalt: 'salt', country: (ip) => (ip === INSIDE ? 'DE' : null) })
  t.equal((await ask(signedRemoteAddr(INSIDE, NOW, 'salt'))).statusCode, 200)
  t.equal((await ask(signedRemoteAddr('198.51.100.1', NOW, 'salt'))).headers['x-kaltura'], 'error-3')
  t.equal((await ask(null)).headers['x-kaltura'], 'error-3', 'the socket')
})

t.test('a wrong time or signature ends the request with a text', async (t) => {
  const ask = server(t, { remoteAddrSalt: 'salt' })
  const time = 'REMOTE_ADDR header invalid time'
  const signature = 'REMOTE_ADDR header invalid signature'
  const cases: [string, string][] = [
    [signedRemoteAddr(INSIDE, NOW - 121_000, 'salt'), time],
    [signedRemoteAddr(INSIDE, NOW + 121_000, 'salt'), time],
    [signedRemoteAddr(INSIDE, NOW, 'other'), signature],
    [signedRemoteAddr('1.2.3.4', NOW, 'salt').replace('1.2.3.4', INSIDE), signature],
    [INSIDE, time]
  ]
  for (const [value, text] of cases) {
    const answer = await ask(value)
    t.same([answer.statusCode, answer.body], [200, text], value)
    t.equal((await ask(value, '/api_v3/service/system/action/ping')).body, text, `API: ${value}`)
  }
  t.equal((await ask(signedRemoteAddr(INSIDE, NOW - 119_000, 'salt'))).statusCode, 200)
})

t.test('without a salt the header is believed as it is', async (t) => {
  const ask = server(t, {})
  t.equal((await ask(`${INSIDE},0,0,x`)).statusCode, 200)
  t.equal((await ask('198.51.100.1,0,0,x')).headers['x-kaltura'], 'error-3')
})
