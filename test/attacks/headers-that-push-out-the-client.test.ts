/**
 * The attack: so many headers that Node leaves out the last ones, among them the one in which the proxy says who the client
 * is: a proxy that names nobody is not limited as a client.
 */
import { connect } from 'node:net'
import t from 'tap'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { BASE, withGateway } from '../helpers/gateway.js'

const PATH = `${BASE}/entryId/${DEMO_ENTRIES.public}/format/url/a.mp4`

t.test('too many headers are refused rather than left out', async (t) => {
  const { gatewayUrl } = await withGateway(t, { env: { RATE_LIMIT: '1', TRUST_PROXY: 'loopback' } })
  const ask = (junk: number) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(gatewayUrl).port), '127.0.0.1')
      let answer = ''
      socket.on('data', (chunk) => {
        answer += chunk
      })
      socket.on('end', () => resolve(answer.split('\r\n', 1)[0]!))
      socket.on('error', reject)
      const headers = `Host: a\r\n${'a:\r\n'.repeat(junk)}X-Forwarded-For: 198.51.100.1\r\nConnection: close\r\n`
      socket.write(`GET ${PATH} HTTP/1.1\r\n${headers}\r\n`)
    })
  t.match(await ask(2500), ' 431 ')
  t.match(await ask(150), ' 302 ')
  t.match(await ask(150), ' 429 ', 'the client is known')
})
