import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import type { Command } from '../../src/commands/command.js'
import { runWarm } from '../../src/commands/warm.js'
import { readOutcome } from '../../src/commands/warm-answer.js'
import { type Skip, type WarmSources, warmRequests } from '../../src/commands/warm-requests.js'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { DEVICE_CLASSES } from '../../src/viewer/device.js'
import { runCli, runHere } from '../helpers/command.js'
import { BASE, USER_AGENTS, withGateway } from '../helpers/gateway.js'

const ENTRY = DEMO_ENTRIES.public
const FILE = `${BASE}/entryId/${ENTRY}/format/url/protocol/http/a.mp4`
const HLS = `${BASE}/entryId/${ENTRY}/format/applehttp/protocol/http/a.m3u8`
const FAST = ['--rate', '0']

const SOURCES: WarmSources = {
  urls: [],
  lists: [],
  logs: [],
  entries: [],
  partner: 101,
  formats: ['auto'],
  devices: ['ipad', 'tv'],
  devicesForUrls: false
}

async function collect(sources: Partial<WarmSources>, text = '') {
  const skipped: Skip[] = []
  const asked: string[] = []
  const io = {
    async *stream() {
      for (let at = 0; at < text.length; at += 50) yield text.slice(at, at + 50)
    }
  }
  for await (const { target, userAgent } of warmRequests({ ...SOURCES, ...sources }, io, (why) => skipped.push(why))) {
    asked.push(userAgent === null ? target : `${target} ${userAgent}`)
  }
  return { asked, skipped }
}

/** A gateway of a test's own. */
async function serving(t: Test, answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test('what is asked', async (t) => {
  const base = `/p/101/sp/10100/playManifest/entryId`
  t.strictSame(await collect({ entries: ['0_a'], formats: ['auto', 'url'] }), {
    asked: ['auto', 'auto', 'url', 'url'].map((f, i) => `${base}/0_a/format/${f}?device=${['ipad', 'tv'][i % 2]}`),
    skipped: []
  })
  t.strictSame(await collect({ urls: [`https://any.example${FILE}#x`, FILE, `${FILE}?a=1`] }), {
    asked: [FILE, `${FILE}?a=1`],
    skipped: ['again']
  })
  t.strictSame((await collect({ urls: [FILE, `${FILE}?device=mac`, `${FILE}?a=1`], devicesForUrls: true })).asked, [
    `${FILE}?device=ipad`,
    `${FILE}?device=tv`,
    `${FILE}?device=mac`,
    `${FILE}?a=1&device=ipad`,
    `${FILE}?a=1&device=tv`
  ])
  const list = `# links\n\n  ${FILE}  \r\n${HLS}\n${'x'.repeat(70_000)}\nnothing\n${FILE} x\n/p/101/%zz\n`
  t.strictSame(await collect({ lists: ['list'] }, list), { asked: [FILE, HLS], skipped: Array(4).fill('other') })
  const line = (request: string, agent = 'vlc') =>
    `1.2.3.4 - - [22/Nov/2026:07:07:32 +0000] "${request}" 200 5 "-" "${agent}"\n`
  const log = [
    line(`GET ${FILE} HTTP/1.1`),
    line(`GET ${FILE} HTTP/1.1`, 'mpv'),
    line(`GET ${FILE} HTTP/1.1`),
    line(`POST ${FILE} HTTP/1.1`),
    line('GET / HTTP/1.1'),
    'no line of a log\n',
    line(`HEAD ${HLS} HTTP/2.0`, '-')
  ].join('')
  t.strictSame(await collect({ logs: ['log'] }, log), {
    asked: [`${FILE} vlc`, `${FILE} mpv`, `${HLS} `],
    skipped: ['again', 'other', 'other', 'other']
  })
})

t.test("nothing of one viewer's is asked", async (t) => {
  const entry = `${BASE}/entryId/${ENTRY}`
  for (const url of [
    `${entry}/ks/djJ8abc/format/url`,
    `${entry}/format/url?ks=x`,
    `${entry}/format/url?ks`,
    `${entry}/kt/abc/format/url`,
    `${entry}/format/url?grant=v1.x`
  ])
    t.strictSame(await collect({ urls: [url] }), { asked: [], skipped: ['viewer'] }, url)
})

t.test('any text is read, each request comes once and can be sent', async (t) => {
  const word = fc.constantFrom(
    FILE,
    HLS,
    '/p/101/playManifest',
    '?ks=a',
    'ks/b',
    '\n',
    ' ',
    '\r\n',
    '#',
    'é',
    '\u0000',
    '"'
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(word, fc.string({ maxLength: 5 })), { maxLength: 30 }), async (parts) => {
      const { asked } = await collect({ lists: ['x'], logs: ['y'], devicesForUrls: true }, parts.join(''))
      return new Set(asked).size === asked.length && asked.every((target) => /^\/[\x21-\x7e]+( |$)/.test(target))
    }),
    { numRuns: 300 }
  )
  t.pass('300 texts')
})

t.test('what an answer shows', async (t) => {
  const kaltura = 'https://www.kaltura.com/p/101/sp/10100/playManifest/entryId/0_a'
  for (const [status, headers, body, kind, failed, again] of [
    [200, { 'content-type': 'application/x-mpegurl' }, '', 'manifest', false, null],
    [200, { 'content-type': 'application/dash+xml' }, '', 'manifest', false, null],
    [200, { 'content-type': 'text/xml' }, '', 'document', false, null],
    [
      302,
      { location: 'https://cdn.example/a.mp4?b=/playManifest/', 'cache-control': 'no-store' },
      '',
      'target',
      false,
      null
    ],
    [302, { location: kaltura, 'cache-control': 'public, max-age=60' }, '', 'template', false, null],
    [302, { location: kaltura, 'cache-control': 'private, no-store' }, '', 'template', false, null],
    [302, { location: kaltura, 'cache-control': 'no-store' }, '', 'template, not in time', true, { seconds: null }],
    [404, { 'x-kaltura': 'error-1' }, '{}', 'error 1 ENTRY_NOT_FOUND', true, null],
    [400, {}, '{"code":"BAD_ID"}', 'BAD_ID', true, null],
    [429, { 'retry-after': '7' }, '{"code":"TOO_MANY_REQUESTS"}', 'TOO_MANY_REQUESTS', true, { seconds: 7 }],
    [503, { 'retry-after': '999999' }, 'x', 'status 503', true, { seconds: 60 }],
    [503, {}, '{"code":"<script>"}', 'status 503', true, { seconds: 1 }],
    [500, {}, 'null', 'status 500', true, null]
  ] as const)
    t.strictSame(readOutcome(status, headers, body), { kind, failed, again }, `${status} ${kind}`)
})

t.test('an entry: known for every device when viewers come', async (t) => {
  const { ask, gatewayUrl, state } = await withGateway(t)
  const args = ['--entry', ENTRY, '--gateway', gatewayUrl, ...FAST]
  const { status, out, err } = await runHere(runWarm, args, { KALTURA_PARTNER_ID: '101' })
  t.match({ status, err }, { status: 0, err: '' })
  t.match(out, /^answer +requests\n/)
  t.match(out, new RegExp(`^${DEVICE_CLASSES.length + 1} requests in [\\d.]+ s, none failed\\.$`, 'm'))
  const before = { ...state.calls }
  for (const agent of Object.values(USER_AGENTS)) {
    const answer = await ask(`${BASE}/entryId/${ENTRY}/format/auto`, { 'user-agent': agent })
    t.ok(answer.status === 200 || answer.status === 302)
    t.not(answer.headers['cache-control'], 'no-store')
  }
  t.match(state.calls, { api: before.api, playManifest: before.playManifest }, 'Kaltura is not asked again')
})

t.test('what fails is told, masked, with status 1', async (t) => {
  const { gatewayUrl } = await withGateway(t)
  const args = ['--gateway', gatewayUrl, ...FAST]
  const urls = [FILE, `${BASE}/entryId/0_nothing1/format/url?token=geheim`, `${BASE}/entryId/0_nothing2/format/url`]
  const { status, out } = await runHere(runWarm, [...urls, `${FILE}?ks=djJ8abc`, ...args])
  t.equal(status, 1)
  t.match(out, /^error 1 ENTRY_NOT_FOUND +2$/m)
  t.match(out, /^error 1 ENTRY_NOT_FOUND, such as \/p\/101\/.*0_nothing\d/m)
  t.match(out, /^left out, one viewer's, .*: 1$/m)
  t.match(out, /^3 requests in [\d.]+ s, 2 failed\.$/m)
  t.notMatch(out, /geheim|djJ8/)
  const said = JSON.parse((await runHere(runWarm, [...urls, ...args, '--json'])).out)
  t.match(said, { ok: false, requests: 3, failed: 2, answers: { target: 1 }, skipped: { other: 0, viewer: 0 } })
  t.match(await runHere(runWarm, ['--urls', 'x', ...args], {}, { files: { x: '#\n/a\n' } }), {
    status: 1,
    err: /There was nothing to ask/
  })
})

t.test('bounds: so many at once, as long as the gateway wants, and again when it was not in time', async (t) => {
  let [open, most, asked] = [0, 0, 0]
  const times = new Map<string, number>()
  const gateway = await serving(t, (request, response) => {
    open++
    asked++
    most = Math.max(most, open)
    const url = request.url ?? ''
    const time = (times.get(url) ?? 0) + 1
    times.set(url, time)
    setTimeout(() => {
      open--
      if (request.headers['x-forwarded-proto'] !== 'https' || !url.startsWith('/video/p/')) response.writeHead(500)
      else if (url.endsWith('0_3') && time === 1) response.writeHead(429, { 'retry-after': '0' })
      else if (url.endsWith('0_4') && time < 3)
        response.writeHead(302, { location: '/playManifest/', 'cache-control': 'no-store' })
      else if (url.endsWith('0_5') && time === 1) response.destroy()
      else response.writeHead(302, { location: 'http://cdn.example/a.mp4' })
      response.end()
    }, 20)
  })
  const files = { list: Array.from({ length: 20 }, (_, i) => `/p/101/playManifest/entryId/0_${i}\n`).join('') }
  const args = ['--urls', 'list', '--gateway', `${gateway}/video/`, '--header', 'x-forwarded-proto: https']
  const { status, out } = await runHere(runWarm, [...args, ...FAST, '--concurrency', '3'], {}, { files })
  t.match({ status, out }, { status: 0, out: /^target +20$/m })
  t.equal(asked, 20 + 1 + 2 + 1)
  t.equal(most, 3)
})

t.test('what never comes in time fails', async (t) => {
  const gateway = await serving(t, (_request, response) =>
    response.writeHead(429, { 'retry-after': '0' }).end('{"code":"TOO_MANY_REQUESTS"}')
  )
  t.match(await runHere(runWarm, [FILE, '--gateway', gateway, ...FAST]), {
    status: 1,
    out: /^TOO_MANY_REQUESTS, such as/m
  })
})

t.test('on a terminal it says how far it is', async (t) => {
  const gateway = await serving(t, (_request, response) => response.writeHead(200).end())
  let err = ''
  const noted = (text: string) => {
    err += text
  }
  const live: Command = (args, env, io) => runWarm(args, env, { ...io, live: true, err: noted })
  t.match(await runHere(live, [FILE, HLS, '--gateway', gateway, ...FAST], {}, { colours: true }), {
    status: 0,
    out: /\u001b\[32m2 requests in/
  })
  t.match(err, /^\r\u001b\[K\[#{15}\.{15}\] 1 of 2 asked/)
  t.match(err, /\r\u001b\[K$/)
})

t.test('what it cannot do is told in words', async (t) => {
  for (const [args, message] of [
    [[], /needs URLs, --urls, --requests or --entry/],
    [['--entry', '0_a'], /--partner 101, or KALTURA_PARTNER_ID/],
    [['--entry', 'a/b', '--partner', '1'], /--entry is "a\/b"/],
    [['--entry', '0_a', '--partner', 'x'], /--partner is "x"/],
    [[FILE, '--devices', 'ipad,toaster'], /--devices holds "toaster"/],
    [[FILE, '--formats', ''], /--formats holds ""/],
    [[FILE, '--concurrency', '0'], /--concurrency is "0"; right would be a number from 1 to 1000/],
    [[FILE, '--rate', '-1'], /--rate/],
    [[FILE, '--rate=-1'], /--rate is "-1"/],
    [[FILE, '--gateway', 'x'], /--gateway cannot be used/],
    [[FILE, '--gateway', 'http://127.0.0.1:1'], /cannot be reached \(ECONNREFUSED\)/],
    [['--urls', '/no/such/file', '--gateway', 'http://127.0.0.1:1'], /ENOENT|cannot be read/]
  ] as const)
    await t.rejects(runHere(runWarm, args), { message }, String(message))
})

t.test('as it is run: standard input, and a log', async (t) => {
  const { gatewayUrl, state } = await withGateway(t)
  const env = { PORT: new URL(gatewayUrl).port }
  t.match(await runCli(['warm', '--urls', '-', ...FAST], env, `${FILE}\n${HLS}\n`), {
    status: 0,
    err: '',
    out: /^2 requests in .* none failed\.$/m
  })
  t.match(state.calls, { playManifest: 2 })
  const log = t.testdir({
    'access.log': `1.2.3.4 - - [22/Nov/2026:07:07:32 +0000] "GET ${FILE} HTTP/1.1" 302 0 "-" "vlc"\n`
  })
  t.match(await runCli(['warm', '--requests', `${log}/access.log`, '--json'], env), { status: 0, out: /"target": 1/ })
  t.match(state.calls, { playManifest: 2 }, 'the same answer')
  t.match(await runCli(['warm', '--urls', `${log}/none`], env), {
    status: 1,
    out: '',
    err: /cannot be read \(ENOENT\)/
  })
  t.match(await runCli(['warm', '--urls', '-', '--gateway', 'http://127.0.0.1:1'], {}, `${FILE}\n`), {
    status: 1,
    err: /cannot be reached/
  })
  t.match(await runCli(['warm', '--help']), { status: 0, out: /Examples:/ })
})
