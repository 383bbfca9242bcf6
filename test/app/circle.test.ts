import { execFile } from 'node:child_process'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { buildApp } from '../../src/app.js'
import { loadConfig } from '../../src/config/load.js'
import { DEMO_ENTRIES, DEMO_SECRETS } from '../../src/demo/kaltura/index.js'
import { DEMO_PARTNER } from '../../src/demo/start.js'
import { makeKsV2 } from '../../src/viewer/ks.js'
import { settledAnswer, withDemo } from '../helpers/demo.js'
import { BASE } from '../helpers/gateway.js'
import { program } from '../helpers/require-program.js'

const run = promisify(execFile)
const ENTRY = `${BASE}/entryId/${DEMO_ENTRIES.ksProtected}`

/** A CDN: passes everything to its origin under the origin's own name, as CDNs do, and says nothing of its own. */
async function cdn(t: Test) {
  const state = { origin: '', seen: [] as string[], strip: '' }
  const server = createServer((incoming, outgoing) => {
    state.seen.push(incoming.url ?? '')
    const { host: _, ...headers } = incoming.headers
    const { hostname, port, host } = new URL(state.origin)
    const upstream = request(
      {
        hostname,
        port,
        path: incoming.url?.slice(state.strip.length),
        method: incoming.method,
        headers: { ...headers, host }
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
        answer.pipe(outgoing)
      }
    )
    upstream.on('error', () => outgoing.writeHead(502).end())
    incoming.pipe(upstream)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return Object.assign(state, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
}

/** Kaltura, a CDN before it, and `count` gateways that redirect to the CDN. */
async function scene(t: Test, count = 1, file: (other: string) => string = () => '') {
  const { kalturaUrl, state } = await withDemo(t)
  const front = await cdn(t)
  const other = await cdn(t)
  front.origin = kalturaUrl
  other.origin = kalturaUrl
  const lines: { level: number; msg: string }[] = []
  const gateways: string[] = []
  for (let i = 0; i < count; i++) {
    const config = loadConfig(
      {
        CONFIG_FILE: 'g.yaml',
        KALTURA_SERVICE_URL: kalturaUrl,
        KALTURA_CDN_URL: front.url,
        KALTURA_PARTNER_ID: String(DEMO_PARTNER),
        KALTURA_ADMIN_SECRET: DEMO_SECRETS.main.adminSecret,
        KALTURA_SHARE_PUBLIC: 'true',
        ALLOWED_HOSTS: '127.0.0.1:1',
        RATE_LIMIT: '0'
      },
      () => file(other.url)
    )
    const logger = pino({ level: 'warn' }, { write: (line: string) => lines.push(JSON.parse(line)) })
    const app = await buildApp(config, { logger, circleTiming: { pause: 50, again: 50 } })
    t.teardown(() => app.close())
    await app.listen({ host: '127.0.0.1', port: 0 })
    gateways.push(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
  }
  return { kalturaUrl, state, front, other, lines, gateways, gateway: gateways[0]! }
}

const get = (url: string, init: RequestInit = {}) => fetch(url, { redirect: 'manual', ...init })
const code = async (answer: Response) => ((await answer.json()) as { code: string }).code

async function until(what: string, holds: () => Promise<boolean> | boolean) {
  for (const end = Date.now() + 10_000; Date.now() < end; await sleep(20)) if (await holds()) return
  throw new Error(`${what}: not within 10 s`)
}

const circling = (gateway: string) => async () =>
  (await get(`${gateway}${ENTRY}/format/hds/x/${Math.random()}`)).status === 508

t.test('a CDN whose origin was moved here: a viewer meets a 508 after a few hops', async (t) => {
  const curl = program(t, 'curl', 'curl')
  if (curl === null) return
  const { gateway, front, kalturaUrl, lines, state } = await scene(t)
  front.origin = gateway
  const args = ['-sL', '--max-redirs', '20', '-o', '/dev/null', '-w', '%{http_code} %{num_redirects}']
  const { stdout } = await run(curl, [...args, `${front.url}${ENTRY}/format/hds/a.f4m`])
  const [status, hops] = stdout.split(' ').map(Number)
  t.equal(status, 508)
  t.ok(hops! >= 1 && hops! < 20, `${hops} hops`)
  const answer = await get(`${gateway}${ENTRY}/format/hds`)
  t.equal(answer.headers.get('cache-control'), 'no-store')
  t.match(answer.headers.get('retry-after'), /^\d+$/)
  t.equal(await code(answer), 'LOOP')
  t.equal((await get(`${gateway}${ENTRY}/format/hds`, { method: 'POST' })).status, 508, 'POST would come back as well')
  t.equal((await get(`${gateway}${ENTRY}/x/%ff`)).status, 508, 'and so would bytes that are no UTF-8')
  t.equal((await get(`${gateway}${BASE}/entryId/0_nosuch00/format/url`)).status, 404, 'errors are still answered')
  const errors = () => lines.filter(({ msg }) => msg.startsWith('KALTURA_CDN_URL'))
  t.match(errors(), [{ level: 50 }], 'said once')
  t.equal(state.calls.probes, 0, 'Kaltura never saw a probe')

  front.origin = kalturaUrl
  await until('redirects go out again', async () => !(await circling(gateway)()))
  t.match(errors(), [{ level: 50 }, { level: 40, msg: /again/ }])
  t.ok(state.calls.probes > 0)
})

t.test('what needs no redirect goes on being answered', async (t) => {
  const { gateway, front } = await scene(t)
  const url = `${gateway}${BASE}/entryId/${DEMO_ENTRIES.public}/format/applehttp/a.m3u8`
  await settledAnswer(url)
  front.origin = gateway
  await until('proven', async () => {
    await get(`${gateway}${ENTRY}/format/hds`)
    return circling(gateway)()
  })
  t.equal((await get(url)).status, 200)
  t.equal((await get(`${gateway}/livez`)).status, 200)
})

t.test('the probe may arrive at another gateway of the fleet', async (t) => {
  const { gateways, front } = await scene(t, 2)
  front.origin = gateways[1]!
  const [gateway] = gateways
  await until('proven', async () => {
    await get(`${gateway}${ENTRY}/format/hds`)
    return (await get(`${gateway}${ENTRY}/format/hds`)).status === 508
  })
  t.equal((await get(`${gateways[1]}${ENTRY}/format/hds/fresh`)).status, 302, 'the other one has had no suspicion')
})

t.test('URLs that Kaltura signed go out byte for byte, before and after', async (t) => {
  const { gateway, front, kalturaUrl } = await scene(t)
  const ks = makeKsV2({
    partnerId: DEMO_PARTNER,
    secret: DEMO_SECRETS.main.adminSecret,
    userId: 'u',
    type: 0,
    expiry: 4e9,
    privileges: `urirestrict:${ENTRY}/*`
  })
  const signed = [
    `${ENTRY}/format/hds/expiry/4000000000/kt/abc%2B/x//a.f4m?a=1&&b='`,
    `${ENTRY}/format/hds//ks/${ks}/a.f4m?z`
  ]
  const locations = async () => {
    const found: (string | null)[] = []
    for (const path of signed) found.push((await get(gateway + path.replace("'", '%27'))).headers.get('location'))
    return found
  }
  const expected = signed.map((path) => front.url + path.replace("'", '%27'))
  t.same(await locations(), expected)
  front.origin = gateway
  await until('proven', async () => (await locations()).every((location) => location === null))
  front.origin = kalturaUrl
  await until('mended', async () => (await locations()).every((location) => location !== null))
  t.same(await locations(), expected)
})

t.test('a viewer who reloads, and a thousand viewers behind one address, never meet a 508', async (t) => {
  const { gateway, front, state, lines } = await scene(t)
  const url = `${gateway}${ENTRY}/format/hds/a.f4m`
  for (let i = 0; i < 100; i++) {
    const answer = await get(url)
    t.equal(answer.status, 302)
    if (i % 10 === 0) {
      await (await get(answer.headers.get('location')!)).text()
      await sleep(10)
    }
  }
  for (let i = 0; i < 20; i++) {
    const statuses = await Promise.all(Array.from({ length: 50 }, async () => (await get(url)).status))
    t.same(new Set(statuses), new Set([302]))
  }
  t.ok(state.calls.probes > 0, 'it was asked, and denied')
  t.notOk(lines.some(({ msg }) => msg.startsWith('KALTURA_CDN_URL')))
  t.ok(
    front.seen.some((path) => path.includes('gatewayProbe')),
    'through the CDN'
  )
})

t.test('what the gateway asks Kaltura for says so in Via, and is a loop when it comes back', async (t) => {
  const { gateway, gateways, state } = await scene(t)
  await get(`${gateways[0]}${BASE}/entryId/${DEMO_ENTRIES.public}/format/applehttp/a.m3u8`)
  await until('asked', () => state.calls.playManifest > 0)
  for (const call of state.calls.log) t.equal(call.headers.via, '1.1 playmanifest-gateway', call.endpoint)
  for (const via of ['1.1 playmanifest-gateway', '1.1 varnish, 1.1 playmanifest-gateway']) {
    const answer = await get(`${gateway}${ENTRY}/format/hds`, { headers: { via } })
    t.equal(answer.status, 508)
    t.match(((await answer.json()) as { detail: string }).detail, /KALTURA_SERVICE_URL/)
  }
  t.equal((await get(`${gateway}${ENTRY}/format/hds`, { headers: { via: '1.1 varnish' } })).status, 302)
})

t.test('of two bases each has a circle of its own, however a viewer is sent from one to the other', async (t) => {
  const { gateway, front, other, kalturaUrl, lines } = await scene(
    t,
    1,
    (url) => `cdnUrls: { two: "${url}/base" }
rules: [{ name: two, when: { userAgent: second }, then: { cdnUrl: two } }, { name: rest, when: {}, then: {} }]
`
  )
  const first = { 'user-agent': 'the first' }
  const second = { 'user-agent': 'the second' }
  const ask = (headers: Record<string, string>) => get(`${gateway}${ENTRY}/format/hds/protocol/http/a.f4m`, { headers })
  const statuses = async () => [(await ask(first)).status, (await ask(second)).status]
  t.equal((await ask(first)).headers.get('location'), `${front.url}${ENTRY}/format/hds/protocol/http/a.f4m`)
  t.equal((await ask(second)).headers.get('location'), `${other.url}/base${ENTRY}/format/hds/protocol/http/a.f4m`)

  other.origin = gateway
  other.strip = '/base'
  await until('the second proven', async () => (await ask(second)).status === 508)
  t.same(await statuses(), [302, 508], 'the first base leads to Kaltura all the same')
  t.equal(await code(await ask(second)), 'LOOP')
  t.equal((await get(`${gateway}${ENTRY}/format/hds`, { method: 'POST' })).status, 307, 'POST goes to the first')

  front.origin = gateway
  await until('the first proven too', async () => (await ask(first)).status === 508)
  t.same(await statuses(), [508, 508])
  other.origin = kalturaUrl
  await until('the second mended', async () => (await ask(second)).status === 302)
  t.equal((await ask(first)).status, 508, 'for itself')
  front.origin = kalturaUrl
  await until('the first mended', async () => (await ask(first)).status === 302)
  t.strictSame(
    lines.filter(({ msg }) => / leads /.test(msg)).map(({ level, msg }) => [level, msg.split(' ')[0]]),
    [
      [50, 'cdnUrls.two'],
      [50, 'KALTURA_CDN_URL'],
      [40, 'cdnUrls.two'],
      [40, 'KALTURA_CDN_URL']
    ],
    'each said once, by its name'
  )
})

t.test('a viewer whom two rules send round by two bases is found out as well', async (t) => {
  const curl = program(t, 'curl', 'curl')
  if (curl === null) return
  const { gateway, front, other } = await scene(
    t,
    1,
    (url) => `cdnUrls: { two: "${url}" }
rules: [{ name: two, when: { percent: 50 }, then: { cdnUrl: two } }, { name: rest, when: {}, then: {} }]
`
  )
  front.origin = gateway
  other.origin = gateway
  await until('both proven', async () => {
    const seen = new Set<number>()
    for (let session = 0; session < 20; session++) {
      const { stdout } = await run(curl, [
        ...['-sL', '--max-redirs', '5', '-o', '/dev/null', '-w', '%{http_code}'],
        `${gateway}${ENTRY}/format/hds/a.f4m?playSessionId=${session}`
      ]).catch((error: { stdout: string }) => error)
      seen.add(Number(stdout))
    }
    return seen.size === 1 && seen.has(508)
  })
})
