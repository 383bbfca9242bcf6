/**
 * The attack: an upstream (or something between it and us) answers with a Location that leads somewhere else, smuggles
 * a header, or holds what no address should.
 */
import t from 'tap'
import { hostileServer, isTemplate, KEEP, PATH, withHostileKaltura } from '../helpers/hostile-kaltura.js'

const ELSEWHERE = [
  'https://evil.example/a.mp4',
  '//evil.example/a.mp4',
  '\\\\evil.example\\a.mp4',
  'https:evil.example/a.mp4',
  'https:/\\evil.example/a.mp4',
  'http://127.0.0.1:1/a.mp4',
  'http://2130706433/a.mp4',
  'http://0x7f.1/a.mp4',
  'http://127.0.0.1./a.mp4',
  'http://[::1]/a.mp4',
  'http://[::ffff:127.0.0.1]/a.mp4',
  'http://169.254.169.254/latest/meta-data',
  'https://cdn.example.com:444/a.mp4',
  'https://cdn.example.com:0/a.mp4',
  'https://cdn.example.com@evil.example/a.mp4',
  'https://name:pass@cdn.example.com/a.mp4',
  'https://@evil.example/a.mp4',
  'https://cdn.example.com.evil.example/a.mp4',
  'https://cdn.example.com%2eevil.example/a.mp4',
  'https://cdn.example.com\u3002evil.example/a.mp4',
  'https://cdn.ex\u0430mple.com/a.mp4',
  'https://xn--cdn.example.com/a.mp4',
  'https://evil.example#@cdn.example.com/a.mp4',
  'https://evil.example?@cdn.example.com/a.mp4',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'blob:https://cdn.example.com/x',
  'gopher://cdn.example.com/x',
  'rtmp://cdn.example.com/x',
  'ws://cdn.example.com/x',
  'https://',
  'http://:80/'
]

t.test('a Location elsewhere never goes out, with any delivery', async (t) => {
  for (const delivery of ['mirror', 'redirect', 'proxy']) {
    for (const location of ELSEWHERE) {
      const { base, get } = await withHostileKaltura(
        t,
        (request) =>
          request.socket.end(
            `HTTP/1.1 302 Found\r\nLocation: ${location}\r\nCache-Control: max-age=60\r\nContent-Length: 0\r\n\r\n`
          ),
        { env: { DELIVERY: delivery } }
      )
      const path = `${PATH}/format/${delivery === 'proxy' ? 'mpegdash' : 'url'}/a.x`
      isTemplate(t, await get(path), base, path, `${delivery}: ${location}`)
    }
  }
})

t.test('headers cannot be smuggled', async (t) => {
  const head = 'HTTP/1.1 302 Found\r\nCache-Control: max-age=60\r\nContent-Length: 0\r\n'
  const good = 'https://cdn.example.com/a.mp4'
  for (const [name, bytes] of [
    ['a line feed', `${head}Location: ${good}\nX-Smuggled: 1\r\n\r\n`],
    ['a carriage return', `${head}Location: ${good}\rX-Smuggled: 1\r\n\r\n`],
    ['a folded line', `${head}Location: ${good}\r\n X-Smuggled: 1\r\n\r\n`],
    ['a NUL', `${head}Location: ${good}\0X-Smuggled: 1\r\n\r\n`],
    ['an escaped line break', `${head}Location: ${good}?a=%0d%0aX-Smuggled:%201\r\n\r\n`],
    ['two Locations', `${head}Location: ${good}\r\nLocation: https://evil.example/\r\n\r\n`],
    ['two equal Locations', `${head}Location: ${good}\r\nlocation: ${good}\r\n\r\n`],
    ['two lengths', `${head}Content-Length: 5\r\nLocation: ${good}\r\n\r\n`],
    ['a length and chunks', `${head}Transfer-Encoding: chunked\r\nLocation: ${good}\r\n\r\n`],
    ['a second answer behind the first', `${head}Location: ${good}\r\n\r\nHTTP/1.1 200 OK\r\nX-Smuggled: 1\r\n\r\n`],
    ['a cookie', `${head}Location: ${good}\r\nSet-Cookie: a=b\r\n\r\n`],
    ['headers for browsers', `${head}Location: ${good}\r\nRefresh: 0;url=//evil.example\r\nX-Smuggled: 1\r\n\r\n`]
  ] as const) {
    const { get, base } = await withHostileKaltura(t, (request) => request.socket.end(bytes))
    const answer = await get(`${PATH}/format/url/a.mp4`)
    t.equal(answer.statusCode, 302, name)
    for (const header of ['x-smuggled', 'set-cookie', 'refresh']) t.notHas(answer.headers, header, `${name}: ${header}`)
    const { host } = new URL(String(answer.headers.location))
    t.ok(['cdn.example.com', new URL(base).host].includes(host), `${name}: ${answer.headers.location}`)
    t.notMatch(String(answer.headers.location), /[\r\n\0]/, name)
  }
})

t.test('a host that only a pattern allows is no way into the own network', async (t) => {
  const inside = await hostileServer(t, (_request, response) => response.writeHead(200, KEEP).end('#EXTM3U'))
  for (const [name, pattern, host] of [
    // Every machine resolves names below localhost to itself, or not at all.
    ['a name', `*.localhost:${inside.port}`, `rebound.localhost:${inside.port}`],
    ['an address', `*.0.0.1:${inside.port}`, `127.0.0.1:${inside.port}`],
    ['an address in hexadecimal', `*.0.0.1:${inside.port}`, `0x7f000001:${inside.port}`]
  ] as const) {
    for (const hops of [0, 1, 3]) {
      const { base, get } = await withHostileKaltura(
        t,
        (request, response) => {
          const hop = Number(/^\/hop(\d)/.exec(request.url ?? '')?.[1] ?? 0)
          const location = hop < hops ? `/hop${hop + 1}` : `http://${host}/secret.mpd`
          response.writeHead(302, { location, ...KEEP }).end()
        },
        { env: { DELIVERY: 'proxy', ALLOWED_HOSTS: pattern } }
      )
      const path = `${PATH}/format/mpegdash/a.mpd`
      isTemplate(t, await get(path), base, path, `${name}, after ${hops} hops`)
    }
  }
  t.strictSame(inside.asked, [], 'nobody inside was asked')
})

t.test('redirects in a circle end, whatever they are made of', async (t) => {
  let turn = 0
  const { base, get, asked } = await withHostileKaltura(
    t,
    (_request, response) =>
      response.writeHead([301, 302, 303, 307, 308][turn++ % 5]!, { location: `/x${turn}`, ...KEEP }).end(),
    { env: { DELIVERY: 'proxy' } }
  )
  const path = `${PATH}/format/mpegdash/a.mpd`
  isTemplate(t, await get(path), base, path, 'a circle')
  t.ok(asked.length <= 12, `${asked.length} hops`)
})
