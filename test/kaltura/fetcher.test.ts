import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { Fetcher } from '../../src/kaltura/fetcher.js'
import { AllowedHosts } from '../../src/kaltura/hosts.js'

async function upstream(t: Test, listener: RequestListener): Promise<{ base: string; port: number }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { base: `http://127.0.0.1:${port}`, port }
}

function fetcher(t: Test, bases: string[], patterns: string[] = []): Fetcher {
  const made = new Fetcher(new AllowedHosts(bases, patterns))
  t.teardown(() => made.close())
  return made
}

const soon = () => AbortSignal.timeout(2_000)

t.test('reads an answer of an allowed host, decompressed, redirects not followed', async (t) => {
  const { base } = await upstream(t, (request, response) => {
    if (request.url === '/gzip') response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('#EXTM3U'))
    else response.writeHead(302, { location: 'http://evil.example/' }).end()
  })
  const made = fetcher(t, [base])
  t.match(await made.fetch(`${base}/gzip`, { signal: soon() }), { status: 200, body: '#EXTM3U' })
  t.match(await made.fetch(`${base}/moved`, { signal: soon() }), {
    status: 302,
    headers: { location: 'http://evil.example/' }
  })
})

t.test('another host is not asked', async (t) => {
  const { base, port } = await upstream(t, () => t.fail('asked'))
  const made = fetcher(t, ['https://www.kaltura.com'])
  await t.rejects(made.fetch(base, { signal: soon() }), { name: 'UpstreamFailure', kind: 'host-not-allowed' })
  await t.rejects(made.fetch(`http://www.kaltura.com@127.0.0.1:${port}/`, { signal: soon() }), {
    name: 'UpstreamFailure',
    kind: 'host-not-allowed'
  } as never)
  await t.rejects(made.fetch('file:///etc/passwd', { signal: soon() }), {
    name: 'UpstreamFailure',
    kind: 'host-not-allowed'
  } as never)
})

t.test('a name that a pattern allows may not lead to a private address', async (t) => {
  const { port } = await upstream(t, () => t.fail('asked'))
  // localhost is what every machine resolves to a loopback address; the pattern stands for *.example.com gone bad.
  const made = fetcher(t, [], [`*.localhost:${port}`])
  await t.rejects(made.fetch(`http://rebound.localhost:${port}/`, { signal: soon() }), { name: 'UpstreamFailure' })
})

t.test('limits hold: size before and after decompression, time, connection, encoding', async (t) => {
  const { base } = await upstream(t, (request, response) => {
    if (request.url === '/bomb')
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50_000_000)))
    else if (request.url === '/endless') {
      response.writeHead(200)
      const timer = setInterval(() => response.write(Buffer.alloc(65_536)), 1)
      response.on('close', () => clearInterval(timer))
    } else if (request.url === '/lying') response.writeHead(200, { 'content-length': '10' }).end('short')
    else if (request.url === '/reset') request.socket.destroy()
    else if (request.url === '/odd') response.writeHead(200, { 'content-encoding': 'zstd' }).end('x')
    else if (request.url === '/notgzip') response.writeHead(200, { 'content-encoding': 'gzip' }).end('plain')
  })
  const made = fetcher(t, [base])
  const options = () => ({ signal: soon(), maxBytes: 100_000 })
  await t.rejects(made.fetch(`${base}/bomb`, options()), { name: 'UpstreamFailure', kind: 'too-large' } as never)
  await t.rejects(made.fetch(`${base}/endless`, options()), { name: 'UpstreamFailure', kind: 'too-large' } as never)
  await t.rejects(made.fetch(`${base}/silent`, { signal: AbortSignal.timeout(100) }), {
    name: 'UpstreamFailure',
    kind: 'timeout'
  } as never)
  await t.rejects(made.fetch(`${base}/reset`, options()), { name: 'UpstreamFailure', kind: 'connect' } as never)
  await t.rejects(made.fetch(`${base}/lying`, options()), { name: 'UpstreamFailure' })
  await t.rejects(made.fetch(`${base}/odd`, options()), { name: 'UpstreamFailure', kind: 'body' } as never)
  await t.rejects(made.fetch(`${base}/notgzip`, options()), { name: 'UpstreamFailure', kind: 'body' } as never)
})
