import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { seeded } from './lib/choices.js'
import { fuzz, messageOf } from './lib/fuzz.js'
import { judge } from './lib/judge.js'

const ORIGINS = new Set(['http://127.0.0.1:1', 'https://cdn.example.com'])
const SENT = { text: 'GET /?ks=zks1z HTTP/1.1\r\n\r\n', method: 'GET', mayLoop: false, last: false }

const answer = (status: number, lines: string[] = [], body = '') =>
  judge({ status, head: [`HTTP/1.1 ${status} X`, ...lines].join('\r\n'), body }, SENT, ORIGINS)

t.test('answers that are in order', async (t) => {
  for (const [status, lines, body] of [
    [302, ['location: http://127.0.0.1:1/p/1?ks=zks1z'], ''],
    [307, ['Location: https://cdn.example.com/\\'], ''],
    [404, ['content-type: application/problem+json'], '{"status":404,"code":"X","detail":"y"}'],
    [204, [], '']
  ] as [number, string[], string][]) {
    t.equal(answer(status, lines, body), null, `${status} ${lines}`)
  }
})

t.test('answers that are not', async (t) => {
  const at = (location: string): [number, string[]] => [302, [`location: ${location}`]]
  const problem = ['content-type: application/problem+json']
  for (const [status, lines, body = ''] of [
    [500, []],
    [503, []],
    [508, []],
    [101, []],
    [302, []],
    [200, ['location: http://127.0.0.1:1/']],
    at('https://evil.example/'),
    at('//cdn.example.com/'),
    at('/p/1'),
    at('https://cdn.example.com@evil.example/'),
    at('https://cdn.example.com\\@evil.example/'),
    at('https://cdn.example.com.evil.example/'),
    at('https://cdn.example.com:444/'),
    at('http://cdn.example.com/'),
    at('https://u@cdn.example.com/'),
    at('https:/cdn.example.com/'),
    at('javascript:alert(1)'),
    at('https://cdn.example.com/#x'),
    at('https://cdn.example.com/a b'),
    at('https://cdn.example.com/?x=zks2z'),
    at('https://cdn.example.com/h0stile.example'),
    [204, ['set-cookie: a=b']],
    [204, ['date: x', 'Date: y']],
    [204, ['x']],
    [204, ['etag: a\rb']],
    [204, ['etag: a\nb']],
    [204, ['etag: \u00e4']],
    [404, ['content-type: text/html'], '<p>'],
    [404, [], 'x'],
    [404, problem, 'x'],
    [404, problem, '{"status":400,"code":"X","detail":"y"}'],
    [404, problem, '{"status":404,"code":"X","detail":"h0stile.example"}'],
    [404, problem, '{"status":404,"code":"X","detail":"zks2z"}']
  ] as [number, string[], string?][]) {
    t.type(answer(status, lines, body), 'string', `${status} ${lines.join()} ${body}`)
  }
})

/** A server that is not the gateway, fuzzed a little. */
async function fuzzed(t: Test, listener: RequestListener) {
  const server = createServer(listener)
  server.on('clientError', (_error, socket) => socket.destroy())
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const gatewayUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return fuzz({ gatewayUrl, upstreamUrl: 'http://127.0.0.1:1', count: 300, seed: 1, connections: 2, depth: 16 })
}

t.test('servers with faults are found out', async (t) => {
  const whats = async (listener: RequestListener) =>
    (await fuzzed(t, listener)).violations.map(({ what }) => what).join('\n')
  t.equal(
    await whats((_request, response) =>
      response.writeHead(302, { location: 'http://127.0.0.1:1/x', 'content-length': 0 }).end()
    ),
    ''
  )
  const echo: RequestListener = ({ headers }, response) =>
    response.writeHead(302, { location: `https://${headers.host}/`, 'content-length': 0 }).end()
  t.match(await whats(echo), /a Location elsewhere/)
  let before = ''
  const late: RequestListener = ({ headers }, response) => {
    const location = `http://127.0.0.1:1/?${before}`
    before = String(headers['x-kaltura-ks'] ?? '')
    response.writeHead(302, { location, 'content-length': 0 }).end()
  }
  t.match(await whats(late), /a session of another request/)
  let count = 0
  const dropping: RequestListener = (request, response) => {
    if (++count % 50 === 0) request.socket.destroy()
    else response.writeHead(204).end()
  }
  t.match(await whats(dropping), /closed without an answer/)
  t.match(await whats((_request, response) => response.writeHead(500, { 'content-length': 0 }).end()), /status 500/)
})

t.test('a seed and a number make the same request again, another seed others', async (t) => {
  const of = (seed: number) =>
    Array.from({ length: 50 }, (_, number) => messageOf(seed, number, 'http://127.0.0.1:1').text)
  t.same(of(7), of(7))
  t.equal(new Set([...of(7), ...of(8)]).size, 100)
})

t.test('numbers of a seed reach everything', async (t) => {
  const choices = seeded(3)
  const seen = new Set(Array.from({ length: 2_000 }, () => choices.below(100)))
  t.equal(seen.size, 100)
})

t.test("a request's own session, however it was spelled, is no other's", async (t) => {
  const redirect = (text: string) =>
    judge(
      { status: 302, head: 'HTTP/1.1 302 X\r\nlocation: http://127.0.0.1:1/?ks=zks4hz', body: '' },
      { ...SENT, text },
      ORIGINS
    )
  for (const own of ['zks4hz', 'zks4%68z', 'zks4%2568z', '%7aks4h%7A']) t.equal(redirect(`GET /${own}`), null, own)
  for (const other of ['zks4gz', 'zks4%67z', 'zks4%hz', ''])
    t.match(redirect(`GET /${other}`), /another request/, other)
})
