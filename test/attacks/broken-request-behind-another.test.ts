/** The bug: bytes that are no HTTP, sent behind a request, were answered first, so their 400 stood for the other answer. */
import { connect } from 'node:net'
import t from 'tap'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { BASE, withGateway } from '../helpers/gateway.js'

/** Everything that comes until the server ends the connection. */
function exchange(base: string, bytes: string, later?: string): Promise<string> {
  const { hostname, port } = new URL(base)
  return new Promise((resolve, reject) => {
    let got = ''
    const socket = connect(Number(port), hostname, () => socket.write(bytes, 'latin1'))
    socket.on('data', (chunk) => {
      got += chunk.toString('latin1')
      if (later !== undefined) socket.write(later)
      later = undefined
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(got))
  })
}

const statuses = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`

t.test('what was asked before is answered before', async (t) => {
  const { gatewayUrl, state } = await withGateway(t)
  state.api.delayMs = 100
  const slow = get(`${BASE}/entryId/${DEMO_ENTRIES.public}/format/applehttp/a.m3u8`)
  for (const broken of [
    'nonsense\r\n\r\n',
    'GET /\u0000 HTTP/1.1\r\n\r\n',
    `GET / HTTP/1.1\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`
  ]) {
    const [first, second, third, ...more] = statuses(await exchange(gatewayUrl, slow + get('/livez') + broken))
    t.match(String(first), /^(200|302)$/)
    t.equal(second, 200)
    t.match(String(third), /^4(00|31)$/)
    t.same(more, [])
  }
})

t.test('a body that breaks off has one answer, not two', async (t) => {
  const { gatewayUrl } = await withGateway(t)
  const post = `POST ${BASE}/entryId/0_a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabcde\r\n`
  t.same(statuses(await exchange(gatewayUrl, post, 'nonsense\r\n')), [307])
  t.equal(statuses(await exchange(gatewayUrl, `${post}nonsense\r\n`)).length, 1)
})
