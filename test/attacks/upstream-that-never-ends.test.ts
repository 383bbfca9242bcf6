/**
 * The attack: an upstream that takes forever, breaks off, or lies about where its answer ends, so that viewers wait, sockets pile up,
 * or half an answer is shared as a whole one.
 */
import type { Socket } from 'node:net'
import t from 'tap'
import {
  CATALOG,
  hostileServer,
  isTemplate,
  KEEP,
  PATH,
  settled,
  withHostileKaltura
} from '../helpers/hostile-kaltura.js'

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/x-mpegurl\r\nCache-Control: max-age=60\r\n'
const PLAYLIST = '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttps://cdn.example.com/a.ts\n'

/** Says something once, and then something else for as long as anybody listens, and only as fast as it is taken. */
function again(socket: Socket, text: string | Buffer, first = ''): void {
  socket.write(first)
  const timer = setInterval(() => socket.writableLength > 1e6 || socket.write(text), 5)
  socket.on('close', () => clearInterval(timer))
}

const HOSTILE: [string, (socket: Socket) => void][] = [
  ['silence', () => {}],
  ['headers without end', (s) => again(s, 'X-A: b\r\n', HEAD)],
  ['early hints without end', (s) => again(s, 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n')],
  ['"go on" without end', (s) => again(s, 'HTTP/1.1 100 Continue\r\n\r\n')],
  ['a body without end', (s) => again(s, '#EXTINF:1,\na.ts\n', `${HEAD}\r\n${PLAYLIST}`)],
  ['a body without end, fast', (s) => again(s, Buffer.alloc(1_000_000, '#'), `${HEAD}\r\n${PLAYLIST}`)],
  ['chunks without end', (s) => again(s, '1\r\n#\r\n', `${HEAD}Transfer-Encoding: chunked\r\n\r\n`)],
  ['a byte at a time', (s) => again(s, '#', `${HEAD}Content-Length: ${PLAYLIST.length}\r\n\r\n`)],
  ['a reset before the answer', (s) => s.resetAndDestroy()],
  ['a reset in the headers', (s) => s.write(HEAD, () => s.resetAndDestroy())],
  ['a reset in the body', (s) => s.write(`${HEAD}Content-Length: 999\r\n\r\n${PLAYLIST}`, () => s.resetAndDestroy())],
  ['an end in the body', (s) => s.end(`${HEAD}Content-Length: 999\r\n\r\n${PLAYLIST}`)],
  [
    'a chunk that is missing',
    (s) => s.end(`${HEAD}Transfer-Encoding: chunked\r\n\r\n${PLAYLIST.length.toString(16)}\r\n${PLAYLIST}\r\n`)
  ],
  [
    'a chunk of a lying size',
    (s) => s.end(`${HEAD}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n${PLAYLIST}\r\n0\r\n\r\n`)
  ],
  ['a length that is negative', (s) => s.end(`${HEAD}Content-Length: -1\r\n\r\n${PLAYLIST}`)],
  ['a length that is huge', (s) => s.write(`${HEAD}Content-Length: 99999999999\r\n\r\n${PLAYLIST}`)],
  [
    'a switch to another protocol',
    (s) => s.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n')
  ],
  ['no HTTP', (s) => s.end('220 ready\r\n\r\n')]
]

t.test('the viewer is sent to Kaltura, and no socket stays', async (t) => {
  for (const [name, speak] of HOSTILE) {
    const { base, get, app, open } = await withHostileKaltura(t, (request) => speak(request.socket))
    const path = `${PATH}/format/applehttp/a.m3u8`
    isTemplate(t, await get(path), base, path, name)
    // Two may be idle: the API answered on one, and undici opens one anew after each that it cut.
    t.ok((await settled(open, 2)) <= 2, `${name}: the socket is closed before the gateway is`)
    for (let i = 0; i < 3; i++) await get(`${path}?clipTo=${i}`)
    t.ok((await settled(open, 3)) <= 3, `${name}: nor do they pile up`)
    await app.close()
    t.equal(await settled(open), 0, `${name}: none is open afterwards`)
  }
})

t.test('the same from an origin that Kaltura redirects to, and from the API', async (t) => {
  for (const [name, speak] of HOSTILE) {
    const cdn = await hostileServer(t, (request) => speak(request.socket))
    const proxy = await withHostileKaltura(
      t,
      (_request, response) => response.writeHead(302, { location: `${cdn.base}/a.mpd`, ...KEEP }).end(),
      { env: { DELIVERY: 'proxy', ALLOWED_HOSTS: `127.0.0.1:${cdn.port}` } }
    )
    const path = `${PATH}/format/mpegdash/a.mpd`
    isTemplate(t, await proxy.get(path), proxy.base, path, `origin: ${name}`)
    t.equal(await settled(cdn.open), 0, `origin: ${name}: no socket is left`)

    const api = await withHostileKaltura(t, () => t.fail('playManifest was asked'), {
      catalog: (request: { socket: Socket }) => speak(request.socket)
    })
    isTemplate(t, await api.get(path), api.base, path, `API: ${name}`)
    t.equal(await settled(api.open), 0, `API: ${name}: no socket is left`)
  }
})

t.test('half an answer never replaces a whole one', async (t) => {
  let broken = false
  let asked = 0
  const { get } = await withHostileKaltura(
    t,
    (request, response) => {
      asked++
      if (!broken) response.writeHead(200, { 'content-type': 'application/x-mpegurl', ...KEEP }).end(PLAYLIST)
      else request.socket.end(`${HEAD}Content-Length: 999\r\n\r\n#EXTM3U\n#EXT-X-TARGETDURATION:1\n`)
    },
    { env: { CACHE_TTL: '0.05' } }
  )
  const path = `${PATH}/format/applehttp/a.m3u8`
  t.match(await get(path), { statusCode: 200, body: PLAYLIST })
  broken = true
  const before = asked
  for (let i = 0; i < 30; i++) {
    t.match(await get(path), { statusCode: 200, body: PLAYLIST })
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  t.ok(asked > before, 'it was asked again')
})

t.test('a slow Kaltura and many viewers: sockets are bounded, nobody waits beyond the deadline', async (t) => {
  let most = 0
  const kaltura = await withHostileKaltura(
    t,
    () => {
      most = Math.max(most, kaltura.open.size)
    },
    { env: { UPSTREAM_TIMEOUT_MS: '20000' } }
  )
  // The entry is known before the crowd comes; this one holds a socket.
  await kaltura.get(`${PATH}/format/url/a.mp4`)
  const paths = Array.from({ length: 600 }, (_, i) => `${PATH}/format/url/clipTo/${i + 1}/a.mp4`)
  const answers = await Promise.all(paths.map(kaltura.get))
  for (const [i, { statusCode, headers }] of answers.entries()) {
    if (statusCode !== 302 || headers.location !== kaltura.base + paths[i]) t.fail(`${statusCode} ${headers.location}`)
  }
  t.ok(kaltura.asked.length > 0, 'it was asked')
  const busy = kaltura.logs.filter((line) => line.includes('"busy:')).length
  t.equal(busy, 1 + 600 - 128 - 256, 'what found no place was told so at once')
  t.ok(most <= 128, `${most} sockets`)
  t.ok((await settled(kaltura.open, 128)) <= 128)
})

t.test('what is said of an entry is still known afterwards', async (t) => {
  let slow = false
  const { get, base } = await withHostileKaltura(
    t,
    (_request, response) => response.writeHead(302, { location: 'https://cdn.example.com/a.mp4', ...KEEP }).end(),
    {
      catalog: (request: { socket: Socket }, response: { end: (text: string) => void }) => {
        if (slow) again(request.socket, 'HTTP/1.1 103 Early Hints\r\n\r\n')
        else response.end(JSON.stringify(CATALOG))
      }
    }
  )
  const path = `${PATH}/format/url/a.mp4`
  t.match(await get(path), { headers: { location: 'https://cdn.example.com/a.mp4' } })
  slow = true
  t.match(await get(path), { headers: { location: 'https://cdn.example.com/a.mp4' } })
  const other = path.replace('0_a', '0_b')
  isTemplate(t, await get(other), base, other, 'another entry')
})
