import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { Fetcher } from '../../src/kaltura/fetcher.js'
import { AllowedHosts } from '../../src/kaltura/hosts.js'
import { nextHop } from '../../src/kaltura/playmanifest-client.js'
import { type Lookup, publicLookup } from '../../src/kaltura/public-lookup.js'
import type { LoadLimits } from '../../src/kaltura/upstream-load.js'

async function listen(t: Test, server: Server): Promise<{ base: string; port: number; open: Set<Socket> }> {
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { base: `http://127.0.0.1:${port}`, port, open }
}

const upstream = (t: Test, listener: RequestListener) => listen(t, createHttpServer(listener))
/** An upstream that speaks bytes. */
const raw = (t: Test, speak: (socket: Socket) => void) =>
  listen(
    t,
    createServer((socket) => socket.once('data', () => speak(socket)))
  )

function fetcher(t: Test, bases: string[], limits: Partial<LoadLimits> = {}, patterns: string[] = [], lookup?: Lookup) {
  const made = new Fetcher(new AllowedHosts(bases, patterns), limits, lookup)
  t.teardown(() => made.close())
  return made
}

const within = (ms: number) => ({ signal: AbortSignal.timeout(ms), maxBytes: 100_000 })
const fails = (kind: string) => ({ name: 'UpstreamFailure', kind }) as never

async function closed(open: Set<Socket>): Promise<boolean> {
  for (let i = 0; i < 200 && open.size > 0; i++) await new Promise((resolve) => setTimeout(resolve, 10))
  return open.size === 0
}

t.test('compression: bombs, nothing for much, several on top of each other, cut off', async (t) => {
  const zeros = Buffer.alloc(50_000_000)
  const answers: Record<string, [string, Buffer, string]> = {
    '/gzip': ['gzip', gzipSync(zeros), 'too-large'],
    '/br': ['br', brotliCompressSync(zeros), 'too-large'],
    '/GZIP': ['GZIP', gzipSync(zeros), 'too-large'],
    '/nothing': ['gzip', Buffer.concat(Array.from({ length: 20_000 }, () => gzipSync(''))), 'too-large'],
    '/twice': ['gzip, gzip', gzipSync(gzipSync('a')), 'body'],
    '/cut': ['gzip', gzipSync(Buffer.from('a'.repeat(1000))).subarray(0, 20), 'body']
  }
  const { base, open } = await upstream(t, (request, response) => {
    const [encoding, body] = answers[request.url!]!
    response.writeHead(200, { 'content-encoding': encoding }).end(body)
  })
  const made = fetcher(t, [base])
  for (const [path, [, , kind]] of Object.entries(answers)) {
    await t.rejects(made.fetch(base + path, within(5_000)), fails(kind), path)
    t.equal(made.load.bytes, 0, 'nothing is held afterwards')
  }
  t.equal(made.load.requests, 0)
  await made.close()
  t.ok(await closed(open), 'and no socket is open')
})

t.test('an upstream that lies, floods, trickles or breaks off', async (t) => {
  const forever = (socket: Socket, text: string) => {
    const timer = setInterval(() => socket.write(text), 5)
    socket.on('close', () => clearInterval(timer))
  }
  const hostile: [string, (socket: Socket) => void, string][] = [
    ['more is promised than comes', (s) => s.end('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort'), 'connect'],
    ['two lengths', (s) => s.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\nshort'), 'connect'],
    [
      'a chunk is missing',
      (s) => s.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n'),
      'connect'
    ],
    [
      'reset in the body',
      (s) => s.write('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx', () => s.resetAndDestroy()),
      'connect'
    ],
    [
      'large headers',
      (s) => s.write(`HTTP/1.1 200 OK\r\n${`X-A: ${'a'.repeat(1000)}\r\n`.repeat(30)}\r\n`),
      'too-large'
    ],
    ['many headers', (s) => s.write(`HTTP/1.1 200 OK\r\n${'a:b\r\n'.repeat(10_000)}\r\n`), 'too-large'],
    [
      'headers without end',
      (s) => {
        s.write('HTTP/1.1 200 OK\r\n')
        forever(s, 'X-A: b\r\n')
      },
      'timeout'
    ],
    ['early hints without end', (s) => forever(s, 'HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n'), 'timeout'],
    ['another protocol', (s) => s.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'), 'connect'],
    [
      'a body without end, a byte at a time',
      (s) => {
        s.write('HTTP/1.1 200 OK\r\n\r\n')
        forever(s, '#')
      },
      'timeout'
    ],
    ['no HTTP', (s) => s.end('hello\r\n\r\n'), 'connect'],
    ['a line break in a Location', (s) => s.end('HTTP/1.1 302 Found\r\nLocation: http://a/\rX: y\r\n\r\n'), 'connect']
  ]
  for (const [name, speak, kind] of hostile) {
    const { base, open } = await raw(t, speak)
    const made = fetcher(t, [base])
    await t.rejects(made.fetch(base, within(400)), fails(kind), name)
    t.ok(await closed(open), `${name}: its socket is closed`)
    t.strictSame([made.load.requests, made.load.bytes], [0, 0], `${name}: nothing is left`)
  }
})

t.test('requests beyond the queue fail at once, and room comes back', async (t) => {
  const held: (() => void)[] = []
  let most = 0
  const { base, open } = await upstream(t, (_request, response) => {
    most = Math.max(most, open.size)
    held.push(() => response.end('ok'))
  })
  const made = fetcher(t, [base], { connections: 2, queue: 3 })
  const running = Array.from({ length: 5 }, () => made.fetch(base, within(5_000)))
  await t.rejects(made.fetch(base, within(5_000)), fails('busy'), 'the sixth')
  const answers = Promise.all(running)
  while (made.load.requests > 0) {
    held.shift()?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  for (const { body } of await answers) t.equal(body, 'ok')
  t.ok(most <= 2, 'never more sockets than allowed')
  const again = made.fetch(base, within(5_000))
  while (held.length === 0) await new Promise((resolve) => setImmediate(resolve))
  held.shift()?.()
  t.match(await again, { body: 'ok' })
})

t.test('bodies of all requests together have a bound', async (t) => {
  const { base } = await upstream(t, (_request, response) => {
    response.writeHead(200)
    response.write(Buffer.alloc(60_000))
  })
  const made = fetcher(t, [base], { bytes: 150_000 })
  const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => made.fetch(base, within(500))))
  const kinds = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.kind : 'answered'))
  t.ok(kinds.includes('busy'), String(kinds))
  t.equal(made.load.bytes, 0)
})

t.test('the address that was checked is the address that is dialled', async (t) => {
  const { port, open } = await upstream(t, () => t.fail('asked'))
  let asked = 0
  /** Public when looked at, private a moment later: what rebinding is. */
  const rebinding: Lookup = (_hostname, _options, callback) => {
    asked++
    callback(null, [{ address: asked % 2 === 0 ? '8.8.8.8' : '127.0.0.1', family: 4 }])
  }
  const made = fetcher(t, [], {}, [`*.example.com:${port}`], rebinding)
  await t.rejects(made.fetch(`http://a.example.com:${port}/`, within(2_000)), fails('private-address'))
  t.equal(asked, 1, 'resolved once for one connection')
  t.equal(open.size, 0)

  const mixed: Lookup = (_hostname, _options, callback) =>
    callback(null, [
      { address: '10.0.0.1', family: 4 },
      { address: '8.8.8.8', family: 4 },
      { address: '::ffff:127.0.0.1', family: 6 }
    ])
  publicLookup(mixed)('a.example.com', { all: true }, (error, addresses) =>
    t.strictSame([error, addresses], [null, [{ address: '8.8.8.8', family: 4 }]], 'of several only the public ones')
  )
})

t.test('a pattern that an address fits allows no private one', async (t) => {
  const { port } = await upstream(t, () => t.fail('asked'))
  const made = fetcher(t, [], {}, [`*.0.0.1:${port}`])
  for (const host of ['127.0.0.1', '0x7f.1', '2130706433', '0177.0.0.1', '127.0.0.1.', '１２７。0.0.1'])
    await t.rejects(made.fetch(`http://${host}:${port}/`, within(1_000)), fails('private-address'), host)
})

t.test('no redirect is followed from https to http', async (t) => {
  t.equal(nextHop('/b', 'https://a.example/'), 'https://a.example/b')
  t.equal(nextHop('https://b.example/', 'http://a.example/'), 'https://b.example/')
  t.equal(nextHop('http://b.example/', 'http://a.example/'), 'http://b.example/')
  t.throws(() => nextHop('http://a.example/', 'https://a.example/'), fails('downgrade'))
  t.throws(() => nextHop('ftp://a.example/', 'https://a.example/'), fails('downgrade'))
})
