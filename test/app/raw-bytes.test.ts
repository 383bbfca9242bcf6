import { connect } from 'node:net'
import t from 'tap'
import { BASE, withGateway } from '../helpers/gateway.js'

/** Sends bytes as they are and gives back everything that comes. */
function send(base: string, bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(base)
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(Number(port), hostname, () => socket.write(bytes))
    socket.setTimeout(3_000, () => socket.destroy(new Error('nothing came')))
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1')
    })
    socket.on('end', () => resolve(answer))
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}

t.test('bytes that are no request get a 4xx with a problem body, and the server lives on', async (t) => {
  const { ask, gatewayUrl } = await withGateway(t)
  for (const [name, bytes, status] of [
    ['headers of 20 kB', `GET ${BASE}/entryId/0_a HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['a line of 20 kB', `GET ${BASE}/entryId/${'a'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, 431],
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['binary', Buffer.from([0, 1, 2, 255, 254, 13, 10, 13, 10]), 400],
    ['a bare line feed in a header', `GET ${BASE} HTTP/1.1\r\nhost: x\r\nx: a\rb\r\n\r\n`, 400],
    ['two lengths', `POST ${BASE}/ HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab`, 400],
    [
      'length and chunks',
      `POST ${BASE}/ HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
      400
    ]
  ] as const) {
    const answer = await send(gatewayUrl, bytes)
    t.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), name)
    t.match(answer, /access-control-allow-origin: \*/i, name)
    t.match(answer, /problem\+json/, name)
  }
  t.equal((await ask('/livez')).status, 200)
})

t.test('a partner id longer than any is a URL too long', async (t) => {
  const { ask } = await withGateway(t)
  const answer = await ask(`/p/${'1'.repeat(150)}/sp/0/playManifest/entryId/0_a`)
  t.equal(answer.status, 414)
  t.equal(JSON.parse(answer.body).code, 'URL_TOO_LONG')
})

t.test('odd request targets', async (t) => {
  const { gatewayUrl } = await withGateway(t)
  const get = (target: string) => send(gatewayUrl, `GET ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
  t.match(await get(`http://evil.example${BASE}/entryId/0_a/format/url`), /^HTTP\/1\.1 404 /, 'an absolute URL')
  t.match(await get('*'), /^HTTP\/1\.1 4/)
  t.match(
    await get(`${BASE}/entryId/0_a/tags/\xe4/format/hdnetwork/ks/x`),
    /^HTTP\/1\.1 (302|400) /,
    'a raw byte above 127'
  )
  const fragment = await get(`${BASE}/entryId/0_a/format/hdnetwork/ks/x/#x`)
  t.match(fragment, /^HTTP\/1\.1 302 /)
  t.notMatch(fragment, /location: [^\r\n]*#/i, 'a fragment would swallow what is added behind it')
})
