import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import {
  type Answerer,
  PATH as BASE,
  CATALOG,
  isTemplate,
  KEEP,
  withHostileKaltura
} from '../helpers/hostile-kaltura.js'

/** A Kaltura whose catalog is fine and public, and whose playManifest does what the test says. */
const gateway = (t: Test, answer: Answerer, env: Record<string, string> = {}, catalog: unknown = CATALOG) =>
  withHostileKaltura(t, answer, { env, catalog })

t.test('a Location outside the allowed hosts never goes out', async (t) => {
  for (const location of [
    'https://evil.example/a.mp4',
    'http://169.254.169.254/latest/meta-data',
    'http://127.0.0.1:1/a.mp4',
    '//evil.example/a.mp4',
    'https://cdn.example.com@evil.example/a.mp4',
    'https://cdn.example.com.evil.example/a.mp4',
    'https://cdn.example.com:444/a.mp4',
    'javascript:alert(1)',
    'rtmp://cdn.example.com/a',
    'http://[::1]:80/x',
    'https://:0/'
  ]) {
    const { base, get } = await gateway(t, (_request, response) => response.writeHead(302, { location, ...KEEP }).end())
    const path = `${BASE}/format/url/a.mp4`
    isTemplate(t, await get(path), base, path, location)
  }
})

t.test('an allowed Location does', async (t) => {
  const { get } = await gateway(t, (_request, response) =>
    response.writeHead(302, { location: 'https://cdn.example.com/a b.mp4', ...KEEP }).end()
  )
  t.match(await get(`${BASE}/format/url/a.mp4`), {
    statusCode: 302,
    headers: { location: 'https://cdn.example.com/a%20b.mp4', 'cache-control': /^public/ }
  })
})

t.test('an empty Location is error 25', async (t) => {
  const { get } = await gateway(t, (_request, response) => response.writeHead(302, { location: '', ...KEEP }).end())
  t.match(await get(`${BASE}/format/mpegdash/a.mpd`), {
    statusCode: 404,
    headers: {
      'x-kaltura': 'error-25',
      'x-kaltura-app': 'exiting on error 25 - wrong query attributes, This format is unsupported'
    }
  })
})

t.test('what Kaltura made for one viewer is not shared', async (t) => {
  const location = 'https://cdn.example.com/a.mp4'
  for (const [name, headers] of [
    ['no-store', { location, 'cache-control': 'no-store, no-cache' }],
    ['no caching header', { location }],
    ['max-age=0', { location, 'cache-control': 'private, max-age=0' }],
    ['a cookie', { location, ...KEEP, 'set-cookie': 'CloudFront-Policy=x' }],
    ['a fulfilled rule', { location, ...KEEP, 'x-kaltura-acp': '2 0' }],
    ['a token', { location: `${location}?Policy=x&Signature=y`, ...KEEP }],
    ['a KS in the URL', { location: `${location}?ks=djJ8MTAx`, ...KEEP }]
  ] as const) {
    const { base, get } = await gateway(t, (_request, response) => response.writeHead(302, headers).end())
    const path = `${BASE}/format/url/a.mp4`
    isTemplate(t, await get(path), base, path, name)
    isTemplate(t, await get(path), base, path, `${name}, again`)
  }
  const { get } = await gateway(t, (_request, response) =>
    response.writeHead(302, { location, ...KEEP, 'x-kaltura-acp': '2' }).end()
  )
  t.match(await get(`${BASE}/format/url/a.mp4`), { headers: { location } }, 'a profile without fulfilled rules is fine')
})

t.test('a manifest that carries a token is not shared', async (t) => {
  for (const uri of [
    'https://cdn.example.com/a.m3u8?hdnea=x',
    '/p/101/ks/djJ8MTAx/a.m3u8',
    'a.m3u8?Policy=x',
    '{$base}/a.m3u8'
  ]) {
    const body = `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n${uri}\n`
    const { base, get } = await gateway(t, (_request, response) =>
      response.writeHead(200, { 'content-type': 'application/x-mpegurl', ...KEEP }).end(body)
    )
    const path = `${BASE}/format/applehttp/a.m3u8`
    isTemplate(t, await get(path), base, path, uri)
  }
})

t.test('bodies that are none of what was asked for', async (t) => {
  for (const [name, headers, body] of [
    ['empty', {}, ''],
    ['white space', {}, ' \n'],
    ['no playlist', { 'content-type': 'application/x-mpegurl' }, 'hello'],
    ['HTML', { 'content-type': 'text/html' }, '<html>'],
    ['a billion laughs', { 'content-type': 'application/dash+xml' }, '<!DOCTYPE MPD [<!ENTITY a "b">]><MPD>&a;</MPD>'],
    [
      '200,000 lines',
      { 'content-type': 'application/x-mpegurl' },
      `#EXTM3U\n#EXT-X-TARGETDURATION:1\n${'#EXTINF:1,\na.ts\n'.repeat(100_000)}`
    ],
    [
      'a gzip bomb',
      { 'content-type': 'application/x-mpegurl', 'content-encoding': 'gzip' },
      gzipSync(Buffer.alloc(60_000_000))
    ],
    ['10 MB', { 'content-type': 'application/x-mpegurl' }, Buffer.alloc(10_000_000, '#')]
  ] as const) {
    for (const format of ['applehttp', 'mpegdash']) {
      const { base, get } = await gateway(t, (_request, response) =>
        response.writeHead(200, { ...headers, ...KEEP }).end(body)
      )
      const path = `${BASE}/format/${format}/a.x`
      isTemplate(t, await get(path), base, path, `${format}: ${name}`)
    }
  }
})

t.test('redirect loops and private addresses on the way to a manifest', async (t) => {
  const proxy = { DELIVERY: 'proxy' }
  const loop = await gateway(
    t,
    (request, response) => {
      const again = request.url?.includes('playManifest') ? '/loop' : request.url
      response.writeHead(302, { location: again, ...KEEP }).end()
    },
    proxy
  )
  const path = `${BASE}/format/mpegdash/a.mpd`
  isTemplate(t, await loop.get(path), loop.base, path, 'a loop')
  const hop = await gateway(
    t,
    (request, response) => {
      const location = request.url?.includes('playManifest') ? '/first' : 'http://169.254.169.254/latest/meta-data'
      response.writeHead(302, { location, ...KEEP }).end()
    },
    proxy
  )
  isTemplate(t, await hop.get(path), hop.base, path, 'a second hop elsewhere')
  const circle = await gateway(
    t,
    (request, response) => {
      if (request.url?.includes('playManifest')) response.writeHead(302, { location: '/a.mpd', ...KEEP }).end()
      else
        response
          .writeHead(200, { 'content-type': 'application/dash+xml' })
          .end('<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Location>/a.mpd</Location></MPD>')
    },
    proxy
  )
  isTemplate(t, await circle.get(path), circle.base, path, 'an MPD that names itself')
})

t.test('an MPD that only says where it is is followed by hand', async (t) => {
  const { get, base } = await gateway(
    t,
    (request, response) => {
      const mpd = (inner: string) => `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">${inner}</MPD>`
      const type = { 'content-type': 'application/dash+xml' }
      if (request.url?.includes('playManifest'))
        response.writeHead(200, { ...type, ...KEEP }).end(mpd('<Location>/real/manifest.mpd</Location>'))
      else response.writeHead(200, type).end(mpd('<Period><AdaptationSet/></Period>'))
    },
    { DELIVERY: 'proxy' }
  )
  const answer = await get(`${BASE}/format/mpegdash/a.mpd`)
  t.equal(answer.statusCode, 200)
  t.match(answer.body, `<BaseURL>${base}/real/</BaseURL>`)
})

t.test('slow, endless, resetting, lying about length', async (t) => {
  for (const [name, answer] of [
    ['silent', () => {}],
    [
      'slow headers',
      (_: IncomingMessage, r: ServerResponse) => {
        setTimeout(() => r.end('#EXTM3U'), 2_000).unref()
      }
    ],
    [
      'endless',
      (_: IncomingMessage, r: ServerResponse) => {
        r.writeHead(200, KEEP)
        const timer = setInterval(() => r.write('#EXTM3U\n'), 5)
        r.on('close', () => clearInterval(timer))
      }
    ],
    [
      'reset',
      (request: IncomingMessage) => {
        request.socket.destroy()
      }
    ],
    [
      'too short',
      (_: IncomingMessage, r: ServerResponse) => {
        r.writeHead(200, { 'content-length': '100', ...KEEP })
        r.end('#EXTM3U\n')
      }
    ],
    [
      'no HTTP',
      (request: IncomingMessage) => {
        request.socket.end('hello\r\n\r\n')
      }
    ]
  ] as [string, Answerer][]) {
    const { base, get } = await gateway(t, answer)
    const path = `${BASE}/format/applehttp/a.m3u8`
    const began = Date.now()
    isTemplate(t, await get(path), base, path, name)
    t.ok(Date.now() - began < 1500, `${name}: in time`)
  }
})

t.test('an API that answers nonsense', async (t) => {
  for (const catalog of [
    '',
    '[]',
    '{}',
    'null',
    '[1,2,3,4,5]',
    '"ks"',
    '[[],[],[],[],[]]',
    '[null,null,null,null,null]',
    `[${'['.repeat(10_000)}`,
    '<xml><result></result></xml>',
    JSON.stringify({ code: 'INTERNAL_SERVER_ERROR', message: 'x', objectType: 'KalturaAPIException', args: [] }),
    JSON.stringify(
      CATALOG.map(() => ({ code: 'INTERNAL_SERVER_ERROR', message: 'x', objectType: 'KalturaAPIException', args: [] }))
    ),
    JSON.stringify(
      CATALOG.map((part, i) =>
        i === 3 ? { code: 'INVALID_KS', message: 'Invalid KS "secret"', objectType: 'KalturaAPIException' } : part
      )
    ),
    JSON.stringify(
      CATALOG.map((part, i) =>
        i === 4 ? { code: 'SERVICE_FORBIDDEN', message: 'x', objectType: 'KalturaAPIException' } : part
      )
    ),
    JSON.stringify(CATALOG.map((part, i) => (i === 4 ? { id: 2, objectType: 'KalturaAccessControlProfile' } : part)))
  ]) {
    const { base, get } = await gateway(t, () => t.fail('playManifest was asked'), {}, catalog)
    const path = `${BASE}/format/applehttp/a.m3u8`
    isTemplate(t, await get(path), base, path, catalog.slice(0, 60))
  }
})
