import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { runExplain } from '../../src/commands/explain.js'
import { readHeaders } from '../../src/commands/options.js'
import { DEMO_ENTRIES, DEMO_SECRETS } from '../../src/demo/kaltura/index.js'
import type { Demo } from '../../src/demo/start.js'
import { makeKsV2 } from '../../src/viewer/ks.js'
import { runCli, runHere } from '../helpers/command.js'
import { withDemo } from '../helpers/demo.js'
import { startGateway } from '../helpers/gateway-process.js'

const ENTRY = `/p/101/sp/10100/playManifest/entryId/${DEMO_ENTRIES.public}`
const HLS = `${ENTRY}/format/applehttp/protocol/http/a.m3u8`
const TOKEN = 'a-token-of-this-test'

const envOf = (demo: Demo): Record<string, string> => ({
  KALTURA_SERVICE_URL: demo.kalturaUrl,
  KALTURA_PARTNER_ID: '101',
  KALTURA_ADMIN_SECRET: DEMO_SECRETS.main.adminSecret,
  KALTURA_SHARE_PUBLIC: 'true',
  ALLOWED_HOSTS: new URL(demo.cdnUrl).host
})

const KS = makeKsV2({
  partnerId: 101,
  secret: DEMO_SECRETS.main.adminSecret,
  userId: 'somebody',
  type: 0,
  expiry: 4e9,
  privileges: 'sview:*'
})

/** A server that answers everything alike, and keeps what it was asked. */
async function answering(t: Test, status: number, body: string, headers: Record<string, string> = {}) {
  const asked: { url: string | undefined; authorization: string | undefined }[] = []
  const server = createServer((request, response) => {
    asked.push({ url: request.url, authorization: request.headers.authorization })
    response.writeHead(status, headers).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

t.test('on its own: why an Android phone gets no audio-only rendition, and Kaltura is asked once', async (t) => {
  const demo = await withDemo(t)
  const { status, out, err } = await runHere(runExplain, [HLS, '--device', 'android'], envOf(demo))
  t.match({ status, err }, { status: 0, err: '' })
  t.match(out, /^GET .*\?device=android\n200 manifest, \d+ bytes\n/)
  t.match(out, /^ {2}device +android, Android$/m)
  t.match(out, /^ {2}matched +Android with HLS$/m)
  t.match(out, /^ {2}nearly +iPad: device wants ipad, given android; held: format$/m)
  t.match(out, /^ {2}0_publades +\d+ +audio +dropped +dropped at audio-only: .* +cut from the manifest here$/m)
  t.match(out, /^ {2}0_publaden +\d+ +audio +dropped +dropped at audio-only: .* +dropped at explicit: /m)
  t.match(out, /^ {2}0_publv270 +\d+ +480x270 +kept +kept: tag iphonenew \(level 1 of the rule\)/m)
  t.match(out, /^ {2}class +public$/m)
  t.match(out, /^ {2}catalog +miss, [\d.]+ s left$/m)
  t.match(out, /^ {2}bounded by +max-age of upstream: 60 s$/m)
  t.match(out, /^ {2}ms +parse [\d.]+, .*rules [\d.]+, .*render [\d.]+$/m)
  t.notMatch(out, /\u001b/)
  t.match(demo.state.calls, { api: 1, playManifest: 1 })
  t.match(
    await runCli(['explain', HLS], envOf(demo)),
    { status: 0, err: '', out: /^200 manifest/m },
    'its process ends'
  )
})

t.test('what Kaltura adds whatever the rule wants is kept, where it is not cut here', async (t) => {
  const demo = await withDemo(t)
  const file = t.testdir({
    'gateway.yaml': `
presets: { web: { playerType: web } }
rules:
  - name: Pictures
    when: {}
    then: { format: applehttp, tags: [[iphonenew]], excludeAudioOnly: true, delivery: redirect, preset: web }
shadow: { rules: [{ name: Files, when: {}, then: { format: url } }] }
`
  })
  const { out } = await runHere(runExplain, [HLS, '--config', `${file}/gateway.yaml`], envOf(demo))
  t.match(out, /^302 template/m)
  t.match(out, /^ {2}0_publades +\d+ +audio +kept +dropped at audio-only: .* {2}kept: tagged alt_audio/m)
  t.match(out, /^ {2}0_publaden +\d+ +audio +dropped /m)
  t.match(out, /^ {2}playerType +web +rule /m)
  t.match(out, /^ {2}adds +\{"playerType":"web"\}$/m)
  t.match(out, /^ {2}shadow rules +different in .*flavors.*; matched Files$/m)
  const { out: untouched } = await runHere(runExplain, [`${HLS}?kt=${'01'.repeat(20)}`], envOf(demo))
  t.match(untouched, /^ {2}no say +it goes to Kaltura as it came, since the URL is signed by Kaltura/m)
})

t.test('JSON, colours, the viewer in words', async (t) => {
  const demo = await withDemo(t)
  const env = { ...envOf(demo), TRUST_PROXY: '10.0.0.0/8' }
  const viewer = ['--user-agent', 'Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X)', '--peer', '10.0.0.1']
  const proxied = ['--header', 'X-Forwarded-Proto: https', '--header', 'x-forwarded-for:198.51.100.7']
  const url = `https://video.example.com${ENTRY}/format/auto`
  const { out } = await runHere(runExplain, [url, ...viewer, ...proxied, '--json'], env)
  t.match(JSON.parse(out), {
    asked: { url: `${ENTRY}/format/auto`, peer: '10.0.0.1' },
    viewer: { device: { class: 'ipad', source: 'user-agent' }, scheme: 'https', address: '198.51.100.7' },
    rules: { matched: 'iPad' }
  })
  t.match((await runHere(runExplain, [HLS], env, { colours: true })).out, /\u001b\[32m200 manifest\u001b\[0m/)
  t.match(await runHere(runExplain, ['/p/102/playManifest/entryId/0_a/format/url'], env), {
    status: 0,
    out: /404 error.*Kaltura's error +14 /s
  })
  t.match(await runHere(runExplain, ['/nowhere'], env), { status: 0, out: /problem +NOT_FOUND/ })
  t.match(await runHere(runExplain, [HLS, '--method', 'POST'], env), { status: 0, out: /^POST .*\n307 post/ })
})

t.test('Kaltura away: explained, and the reason is there', async (t) => {
  const demo = await withDemo(t)
  const env = { ...envOf(demo), KALTURA_SERVICE_URL: 'http://127.0.0.1:1' }
  t.match(await runHere(runExplain, [HLS], env), { status: 0, out: /302 template.*upstream failed +connect: /s })
})

t.test('a session is never printed, wherever it stands', async (t) => {
  const demo = await withDemo(t, { admin: true })
  const places: string[][] = [
    [`${ENTRY}/format/url/ks/${KS}/a.mp4`],
    [`${ENTRY}/format/url/a.mp4?ks=${KS}`],
    [`${ENTRY}/format/url/a.mp4?x=${KS}`],
    [HLS, '--header', `X-Kaltura-Ks: ${KS}`],
    [HLS, '--user-agent', `x ${KS}`],
    [`/nowhere/${KS}`],
    [`ks/${KS}`],
    [`${ENTRY} ${KS}`],
    [HLS, '--device', KS],
    [HLS, '--header', KS],
    [HLS, '--header', `x-é: ${KS}`],
    [HLS, '--peer', KS],
    [HLS, '--method', KS]
  ]
  for (const args of places) {
    for (const more of [[], ['--json'], ['--admin', demo.adminUrl!], ['--admin', demo.adminUrl!, '--json']]) {
      const said = await runHere(runExplain, [...args, ...more], envOf(demo)).catch((error: Error) => ({
        out: error.message,
        err: ''
      }))
      t.ok(said.out.length > 20)
      t.notOk((said.out + said.err).includes(KS.slice(0, 40)), [...args, ...more].join(' ').replace(KS, 'KS'))
      t.notOk(said.out.includes(KS.slice(-20)))
    }
  }
})

t.test('a running gateway, with its token and its caches', async (t) => {
  const demo = await withDemo(t)
  const folder = t.testdir({ token: `${TOKEN}\n`, wrong: 'another-token-of-16', empty: '\n' })
  const gateway = await startGateway(t, { ...envOf(demo), ADMIN_TOKEN: TOKEN, LOG_LEVEL: 'info' })
  const admin = ['--admin', gateway.adminUrl]
  const file = ['--token-file', `${folder}/token`]
  for (const [args, env] of [
    [[...admin, ...file], {}],
    [admin, { ADMIN_TOKEN: TOKEN }],
    [admin, { ADMIN_TOKEN_FILE: `${folder}/token` }]
  ] as const) {
    const { status, out } = await runHere(runExplain, [HLS, '--device', 'iphone', ...args], env)
    t.match({ status, out }, { status: 0, out: /matched +iPhone/ })
  }
  const { out, err, status } = await runCli(['explain', HLS, '--device', 'iphone', ...admin, ...file])
  t.match({ status, err, out }, { status: 0, err: '', out: /target +hit, loaded [\d.]+ s ago/ })
  for (const [args, message] of [
    [[HLS, ...admin], /wants its token: ADMIN_TOKEN, ADMIN_TOKEN_FILE or --token-file/],
    [[HLS, ...admin, '--token-file', `${folder}/wrong`], /wants its token/],
    [[HLS, ...admin, '--token-file', `${folder}/empty`], /is empty/],
    [[HLS, ...admin, '--token-file', `${folder}/none`], /cannot be read \(ENOENT\)/],
    [['no path', ...admin, ...file], /answers 400: url has to be a playManifest URL/],
    [[HLS, '--admin', gateway.url, ...file], /There is no \/explain at .*not its own port/]
  ] as const)
    await t.rejects(runHere(runExplain, args), { name: 'CommandError', message }, String(message))
  t.notMatch(gateway.written(), TOKEN)
  t.match(await runCli(['explain', HLS, ...admin]), { status: 1, out: '', err: /wants its token/ })
  t.equal(await gateway.end(), 0)
})

t.test('what cannot be explained is told in words, with status 1', async (t) => {
  const html = await answering(t, 200, '<h1>It works</h1>')
  const other = await answering(t, 200, '{"hello": "world"}')
  const away = await answering(t, 302, '', { location: 'http://127.0.0.1:1/' })
  const env = { ADMIN_TOKEN: TOKEN, KALTURA_SERVICE_URL: 'http://127.0.0.1:1', KALTURA_PARTNER_ID: '101' }
  for (const [args, message] of [
    [[], /takes one URL/],
    [[HLS, HLS], /takes one URL/],
    [
      [HLS, '--admin', 'http://127.0.0.1:1'],
      /no answer from the admin side at http:\/\/127\.0\.0\.1:1 \(ECONNREFUSED\)/
    ],
    [[HLS, '--admin', 'http://user:pw@host'], /^--admin cannot be used; right would be a URL without user name/],
    [[HLS, '--admin', html.url], /answers 200: without a reason/],
    [[HLS, '--admin', other.url], /explains nothing/],
    [[HLS, '--admin', away.url], /answers 302/],
    [[HLS, '--admin', other.url, '--config', 'x'], /one of them/],
    [['no-path'], /^url has to be a playManifest URL/],
    [[`${HLS} x`], /holds a blank/],
    [[`${HLS}?device=ipad`, '--device', 'tv'], /has a device already/],
    [[HLS, '--peer', 'me'], /peer has to be/],
    [[HLS, '--header', 'nothing'], /--header cannot be read/],
    [['/api_v3/service/session'], /not explained/]
  ] as const)
    await t.rejects(runHere(runExplain, args, env), { name: 'CommandError', message }, String(message))
  t.strictSame(html.asked, [{ url: '/explain', authorization: `Bearer ${TOKEN}` }])
  t.equal(away.asked.length, 1, 'a redirect is not followed: the token is for this address')
  await t.rejects(runHere(runExplain, [HLS]), { name: 'ConfigError', message: /KALTURA_SERVICE_URL.*add --admin/s })
  t.match(await runCli(['explain', '--help']), { status: 0, out: /Examples:/ })
})

t.test('headers as they are written are read, or refused without their value', async (t) => {
  const name = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9a-zA-Z-]{1,20}$/)
  const value = fc.stringMatching(/^[\x21-\x7e]([\x20-\x7e]{0,30}[\x21-\x7e])?$/)
  fc.assert(
    fc.property(name, value, fc.constantFrom(':', ': ', ' : '), (name, value, colon) => {
      const read = readHeaders([`${name}${colon}${value}`])
      return Object.keys(read).length === 1 && read[name.toLowerCase()] === value
    })
  )
  fc.assert(
    fc.property(fc.string(), fc.string({ minLength: 5 }), (before, secret) => {
      try {
        const read = Object.entries(readHeaders([`${before}:${secret}`]))
        return read.length === 1 && /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(read[0]![0])
      } catch (error) {
        return (error as Error).message === (catching(() => readHeaders([''])) as Error).message
      }
    })
  )
  t.strictSame({ ...readHeaders(['a: 1', 'A: 2', 'b:x:y']) }, { a: '2', b: 'x:y' })
  t.strictSame(Object.entries(readHeaders(['__proto__: 1', 'constructor: 2'])), [
    ['__proto__', '1'],
    ['constructor', '2']
  ])
})

function catching(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return error
  }
}
