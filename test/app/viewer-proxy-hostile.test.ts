import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { buildApp } from '../../src/app.js'
import { loadConfig } from '../../src/config/load.js'

const PATH = '/p/101/sp/10100/playManifest/entryId/0_a/format/applehttp/protocol/http/a.m3u8'
const KS_PATH = `${PATH}?ks=djJ8MTAxfGFiYw`
const PARTNER = 'partners:\n  - id: 101\n    viewerProxy: true\n    ksUriRestrict: never\n'
/** Whatever the machine is busy with, nobody is redirected for want of time. */
const FILE = `patience: { target: 20s }\n${PARTNER}`
const VIEWER = { 'user-agent': 'the viewer', referer: 'https://page.example/' }
const SPENT = 1_600_000_000
const PLAYLIST = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n'

type Answerer = (request: IncomingMessage, response: ServerResponse) => void
interface Seen {
  url: string
  headers: Record<string, string | string[] | undefined>
}

/** An HTTP server that writes down what reaches it. */
async function server(t: Test, answer: Answerer) {
  const seen: Seen[] = []
  const http = createServer((request, response) => {
    seen.push({ url: request.url ?? '', headers: request.headers })
    answer(request, response)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    http.closeAllConnections()
    http.close()
  })
  return { seen, base: `http://127.0.0.1:${(http.address() as AddressInfo).port}` }
}

/** A gateway that knows no credential, before a playManifest that does what the test says. */
async function gateway(t: Test, answer: Answerer, { file = FILE, env = {} as Record<string, string> } = {}) {
  const kaltura = await server(t, answer)
  const variables = {
    KALTURA_SERVICE_URL: kaltura.base,
    KALTURA_REMOTE_ADDR_SALT: 'salt',
    ALLOWED_HOSTS: 'cdn.example.com',
    CONFIG_FILE: 'gateway.yaml',
    ...env
  }
  const config = loadConfig(variables, () => file)
  const app = await buildApp(config, { logger: pino({ level: 'silent' }) })
  t.teardown(() => app.close())
  const get = (url = PATH, headers: Record<string, string> = VIEWER, remoteAddress = '203.0.113.7') =>
    app.inject({ url, headers, remoteAddress })
  return { ...kaltura, get, cdnUrl: config.cdnUrl }
}

const to =
  (location: string, more = {}): Answerer =>
  (_request, response) => {
    response.writeHead(302, { location, ...more }).end()
  }
const body =
  (text: string, type = 'application/x-mpegurl', more = {}): Answerer =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': type, ...more }).end(text)
  }

t.test('what is odd leaves the redirect as it was', async (t) => {
  const cases: [string, Answerer][] = [
    ['another host', to('https://evil.example/a.m3u8')],
    ['a private address', to('http://169.254.169.254/a.m3u8')],
    ['a host that only looks allowed', to('https://cdn.example.com@evil.example/a')],
    ['no URL', to('http://[')],
    ['a script', to('javascript:alert(1)')],
    ['a cookie with a redirect', to('https://cdn.example.com/a', { 'set-cookie': 'a=b' })],
    ['a cookie with a manifest', body(`${PLAYLIST}a.m3u8\n`, undefined, { 'set-cookie': 'a=b' })],
    ['a spent token', to(`https://cdn.example.com/a.m3u8?Expires=${SPENT}&Signature=x`)],
    ['a spent token in a manifest', body(`${PLAYLIST}https://cdn.example.com/a.m3u8?hdnts=exp=${SPENT}~hmac=x\n`)],
    ['a page', body('<html></html>', 'text/html')],
    ['a page that says it is a playlist', body('<html></html>')],
    ['a script as an answer', body('alert(1)', 'application/javascript')],
    ['nothing', body('')],
    ['a broken MPD', body('<MPD><Period>', 'application/dash+xml')],
    ['a DOCTYPE', body('<!DOCTYPE MPD [<!ENTITY a "b">]><MPD>&a;</MPD>', 'application/dash+xml')],
    ['too much', body(`#EXTM3U\n${'#'.repeat(6 * 1024 * 1024)}\n`)],
    [
      'half an answer',
      (request, response) =>
        response.writeHead(200, { 'content-length': '99' }).end('#EXTM3U\n', () => request.socket.end())
    ],
    ['a reset', (request) => request.socket.resetAndDestroy()],
    ['not Kaltura’s 403', (_request, response) => response.writeHead(403).end('no')],
    ['Kaltura in trouble', (_request, response) => response.writeHead(404, { 'x-kaltura': 'error-42x' }).end()],
    [
      'two Locations',
      (_request, response) => {
        response
          .writeHead(
            302,
            [
              ['Location', 'https://cdn.example.com/1'],
              ['Location', 'https://evil.example/']
            ].flat()
          )
          .end()
      }
    ],
    [
      'a moved web server',
      (_request, response) => response.writeHead(301, { location: 'https://cdn.example.com/x' }).end()
    ],
    ['round and round', (request, response) => response.writeHead(307, { location: request.url! }).end()]
  ]
  for (const [name, answer] of cases) {
    const { get, cdnUrl } = await gateway(t, answer)
    for (const path of [PATH, KS_PATH]) {
      const given = await get(path)
      t.match(given, { statusCode: 302, headers: { location: cdnUrl + path, 'cache-control': /no-store/ } }, name)
      t.notOk('set-cookie' in given.headers)
    }
  }
})

t.test('patience is the viewer’s whole wait', async (t) => {
  const { get, cdnUrl } = await gateway(t, () => undefined, { file: `patience: { target: 50ms }\n${PARTNER}` })
  t.match(await get(), { statusCode: 302, headers: { location: cdnUrl + PATH, 'cache-control': 'no-store' } })
})

t.test('a token of the viewer’s own is his to have, and not fetched here', async (t) => {
  const end = Math.floor(Date.now() / 1000) + 3600
  const location = `https://cdn.example.com/a.m3u8?Expires=${end}&Signature=x`
  for (const file of [FILE, `${FILE}    delivery: proxy\n`]) {
    const { get } = await gateway(t, to(location), { file })
    const headers = { location, 'cache-control': 'private, no-store' }
    t.match(await get(), { statusCode: 302, headers })
  }
})

t.test('an error number is passed on and kept by nobody; an empty Location is one', async (t) => {
  for (const [code, answer] of [
    [1, (_request, response) => response.writeHead(404, { 'x-kaltura': 'error-1' }).end()],
    [16, (_request, response) => response.writeHead(404, { 'x-kaltura': 'cached-error-16' }).end()],
    [25, to('')]
  ] as [number, Answerer][]) {
    const { get } = await gateway(t, answer)
    const headers = { 'x-kaltura': `error-${code}`, 'cache-control': 'no-store' }
    t.match(await get(), { statusCode: 404, headers }, String(code))
  }
})

t.test('an MPD that only says where it is is fetched there, a few times', async (t) => {
  const mpd = (inner: string) =>
    `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" profiles="x" minBufferTime="PT1S">${inner}</MPD>`
  const full = mpd(
    '<Period><AdaptationSet><Representation id="1" bandwidth="1"><BaseURL>a.mp4</BaseURL></Representation></AdaptationSet></Period>'
  )
  const origin = await server(t, (request, response) =>
    body(
      request.url === '/2.mpd'
        ? full
        : mpd(`<Location>${request.url === '/1.mpd' ? '/2.mpd' : request.url}</Location>`),
      'application/dash+xml'
    )(request, response)
  )
  const env = { ALLOWED_HOSTS: new URL(origin.base).host }
  const path = PATH.replace('applehttp', 'mpegdash').replace('m3u8', 'mpd')
  for (const [first, ends] of [
    ['/1.mpd', true],
    ['/round.mpd', false]
  ] as const) {
    const { get, cdnUrl } = await gateway(
      t,
      body(mpd(`<Location>${origin.base}${first}</Location>`), 'application/dash+xml'),
      { env }
    )
    const answer = await get(path)
    if (ends)
      t.match(answer, {
        statusCode: 200,
        headers: { 'content-type': 'application/dash+xml' },
        body: new RegExp(`<BaseURL>${origin.base}/</BaseURL>`)
      })
    else t.match(answer, { statusCode: 302, headers: { location: cdnUrl + path } })
  }
  t.notMatch(JSON.stringify(origin.seen), /203\.0\.113|the viewer/)
})

t.test('relative URIs are read where the viewer would have been', async (t) => {
  const env = { KALTURA_CDN_URL: 'https://cdnapi.example.com' }
  const list = await gateway(t, body(`${PLAYLIST}../low.m3u8\n`), { env })
  const { pathname } = new URL(`../low.m3u8`, `https://cdnapi.example.com${PATH}`)
  t.equal((await list.get()).body, `${PLAYLIST}https://cdnapi.example.com${pathname}\n`)
  const moved = await gateway(t, to('/elsewhere/a.mp4'), { env })
  t.equal((await moved.get()).headers.location, 'https://cdnapi.example.com/elsewhere/a.mp4')
})

t.test('who the viewer is goes to the service host alone, on every hop', async (t) => {
  const origin = await server(t, body(`${PLAYLIST}low.m3u8\n`))
  const hosts = { ALLOWED_HOSTS: new URL(origin.base).host }
  const { get, seen } = await gateway(
    t,
    (request, response) => {
      if (request.url === '/second') to(`${origin.base}/hls/a.m3u8`)(request, response)
      else to('/second')(request, response)
    },
    { file: `${FILE}    delivery: proxy\n`, env: hosts }
  )
  const answer = await get(KS_PATH)
  t.match(answer, { statusCode: 200, body: `${PLAYLIST}${origin.base}/hls/low.m3u8\n` })
  t.same(
    seen.map(({ url }) => url),
    [KS_PATH, '/second']
  )
  for (const { headers } of seen) {
    t.match(headers, { ...VIEWER, 'x-forwarded-for': '203.0.113.7', 'x-kaltura-remote-addr': /^203\.0\.113\.7,/ })
  }
  const [first, second] = seen.map(({ headers }) => headers['x-kaltura-remote-addr'])
  t.equal(first, second, 'one signature for one request')
  t.equal(origin.seen.length, 1)
  const text = JSON.stringify(origin.seen)
  for (const secret of ['203.0.113.7', 'the viewer', 'page.example', 'djJ8', 'remote-addr', 'forwarded']) {
    t.notOk(text.includes(secret), secret)
  }
})

t.test('a web server that moved to another host is not followed with what is the viewer’s', async (t) => {
  const other = await server(t, body(`${PLAYLIST}low.m3u8\n`))
  const { get, cdnUrl } = await gateway(
    t,
    (request, response) => response.writeHead(301, { location: other.base + request.url }).end(),
    { env: { ALLOWED_HOSTS: new URL(other.base).host } }
  )
  t.match(await get(KS_PATH), { statusCode: 302, headers: { location: cdnUrl + KS_PATH } })
  t.same(other.seen, [])
})

t.test('Kaltura as viewers reach it is not asked in their place', async (t) => {
  const other = await server(t, body(`${PLAYLIST}low.m3u8\n`))
  const file = `${FILE}    delivery: proxy\n`
  for (const [more, env] of [
    ['', { KALTURA_CDN_URL: other.base }],
    [`cdnUrls: { other: "${other.base}/base" }\n`, {}]
  ] as const) {
    const { get, cdnUrl } = await gateway(t, to(`${other.base}/serveFlavor/a.m3u8`), { file: file + more, env })
    t.match(await get(), { statusCode: 302, headers: { location: cdnUrl + PATH } })
    t.same(other.seen, [], 'by whatever base')
  }
})

t.test('a viewer by http is not made one by https', async (t) => {
  const { get, seen } = await gateway(t, body(`${PLAYLIST}low.m3u8\n`), {
    env: { KALTURA_SERVICE_URL: 'https://127.0.0.1:1', KALTURA_CDN_URL: 'https://cdnapi.example.com' }
  })
  const headers = { location: `https://cdnapi.example.com${PATH}`, 'cache-control': 'private, no-store' }
  t.match(await get(), { statusCode: 302, headers }, 'nothing failed: nothing was tried')
  t.same(seen, [])
})

t.test('a request that a gateway sent is not fetched again', async (t) => {
  const { get, seen } = await gateway(t, body(`${PLAYLIST}low.m3u8\n`))
  t.equal((await get(PATH, { ...VIEWER, via: '1.1 playmanifest-gateway' })).statusCode, 508)
  t.same(seen, [])
})
