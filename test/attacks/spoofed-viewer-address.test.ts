/**
 * The attack: a viewer writes the headers by which proxies and Kaltura's own servers name a viewer, so that Kaltura takes
 * him for somebody who may play, or for Kaltura itself. Nothing of them may reach Kaltura on any way: passed-through API
 * calls, the fetch for one viewer, the fetch that is shared, the gateway's own API calls.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { buildApp } from '../../src/app.js'
import { loadConfig } from '../../src/config/load.js'
import { signedRemoteAddr } from '../../src/kaltura/remote-addr.js'
import { CATALOG } from '../helpers/hostile-kaltura.js'

const ALLOWED = '203.0.113.7'
const ATTACKER = '198.51.100.66'
const PROXY = '10.0.0.1'
const SALT = 'the salt'

/** Every header by which somebody could be taken for somebody else. */
const CLAIMS: Record<string, string> = {
  'x-forwarded-for': ALLOWED,
  'x-forwarded-host': 'evil.example',
  'x-forwarded-server': 'trusted.kaltura.example',
  'x-forwarded-proto': 'gopher',
  'x-forwarded-port': '7',
  forwarded: `for=${ALLOWED};host=evil.example`,
  'x-real-ip': ALLOWED,
  'x-client-ip': ALLOWED,
  'true-client-ip': ALLOWED,
  'cf-connecting-ip': ALLOWED,
  'x-kaltura-remote-addr': `${ALLOWED},1700000000,1,0123456789abcdef0123456789abcdef`,
  'x-kaltura-auth': '1,1700000000,AAAA',
  via: '1.1 evil.example',
  cookie: `ip=${ALLOWED}`,
  authorization: 'Basic eDp5'
}
const MAY_BE_SENT = new Set(['x-forwarded-for', 'x-forwarded-proto', 'x-kaltura-remote-addr', 'via'])

interface Arrived {
  url: string
  /** Raw: names as they came, duplicates kept. */
  headers: [string, string][]
}

async function gateway(t: Test, partner: string, env: Record<string, string>) {
  const arrived: Arrived[] = []
  const server = createServer((request, response) => {
    const raw = request.rawHeaders
    const headers = raw.flatMap((name, at) =>
      at % 2 === 0 ? [[name.toLowerCase(), raw[at + 1]!] as [string, string]] : []
    )
    arrived.push({ url: request.url ?? '', headers })
    if (request.url?.startsWith('/api_v3')) {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(CATALOG))
    } else {
      response.writeHead(200, { 'content-type': 'application/x-mpegurl', 'cache-control': 'private, max-age=60' })
      response.end('#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://cdn.example.com/a.m3u8\n')
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const file = `partners:\n  - id: 101\n    apiPassthrough: player\n    sharePublic: true\n${partner}`
  const variables = { KALTURA_SERVICE_URL: base, KALTURA_PARTNER_ID: '101', KALTURA_ADMIN_SECRET: 's', ...env }
  const app = await buildApp(
    loadConfig({ ...variables, CONFIG_FILE: 'g.yaml' }, () => file),
    {
      logger: pino({ level: 'silent' })
    }
  )
  t.teardown(async () => {
    await app.close()
    server.closeAllConnections()
    server.close()
  })
  return { app, arrived }
}

const MANIFEST = '/p/101/sp/10100/playManifest/entryId/0_a/format/applehttp/protocol/http/a.m3u8'
const ASKED = {
  api: '/api_v3/service/baseEntry/action/list?partnerId=101',
  shared: MANIFEST,
  viewer: `${MANIFEST}?playSessionId=1&ks=djJ8MTAxfGFiYw`
}

/** What arrived of the claims, as `header: value`. */
function smuggled(arrived: readonly Arrived[]): string[] {
  return arrived.flatMap(({ headers }) =>
    headers
      .filter(([name, value]) => {
        if (!MAY_BE_SENT.has(name)) return name in CLAIMS
        return (
          value.includes(ALLOWED) || value.includes('evil') || value.includes('gopher') || value.includes(CLAIMS[name]!)
        )
      })
      .map(([name, value]) => `${name}: ${value}`)
  )
}

const valuesOf = ({ headers }: Arrived, name: string) =>
  headers.filter(([given]) => given === name).map(([, value]) => value)

for (const [kind, partner, env] of [
  ['signed', '    ksUriRestrict: never\n    viewerProxy: true\n', { KALTURA_REMOTE_ADDR_SALT: SALT }],
  ['forwarded', '    ksUriRestrict: never\n    viewerProxy: true\n    forwardedFor: trusted\n', {}],
  ['told nothing', '', {}]
] as const) {
  t.test(`headers that the viewer wrote himself: ${kind}`, async (t) => {
    for (const url of Object.values(ASKED)) {
      const { app, arrived } = await gateway(t, partner, env)
      await app.inject({ url, headers: { ...CLAIMS, 'user-agent': 'x' }, remoteAddress: ATTACKER })
      t.same(smuggled(arrived), [], url)
      t.notOk(
        arrived.some((call) => JSON.stringify(call.headers).includes(ALLOWED)),
        'nowhere'
      )
    }
  })

  t.test(`a chain that he began, behind a proxy that is trusted: ${kind}`, async (t) => {
    const chains = [
      `${ALLOWED}, ${ATTACKER}`,
      `${ALLOWED}, 10.0.0.9, ${ATTACKER}`,
      `${ALLOWED}, ${ATTACKER}, 10.0.0.2`,
      `${ALLOWED},,garbage, [::1]:5, ::ffff:${ATTACKER}`,
      `${Array.from({ length: 200 }, () => ALLOWED).join(', ')}, ${ATTACKER}:4711`
    ]
    for (const chain of chains) {
      const { app, arrived } = await gateway(t, partner, { ...env, TRUST_PROXY: '10.0.0.0/8' })
      const headers = { ...CLAIMS, 'x-forwarded-for': chain, 'x-forwarded-proto': 'http', 'user-agent': 'x' }
      delete (headers as Record<string, string>).via
      for (const url of Object.values(ASKED)) await app.inject({ url, headers, remoteAddress: PROXY })
      t.same(smuggled(arrived), [], chain.slice(-40))
      const told = arrived.filter((call) => valuesOf(call, 'x-forwarded-for').length > 0)
      t.equal(
        told.length,
        kind === 'told nothing' ? 0 : 2,
        'the API call and the fetch for the viewer, not what is shared'
      )
      for (const call of told) {
        t.same(valuesOf(call, 'x-forwarded-for'), [ATTACKER])
        t.same(valuesOf(call, 'x-forwarded-proto'), ['http'])
        const signed = valuesOf(call, 'x-kaltura-remote-addr')
        t.equal(signed.length, kind === 'signed' ? 1 : 0)
        for (const value of signed) {
          const [ip = '', time, id] = value.split(',')
          t.equal(ip, ATTACKER)
          t.equal(value, signedRemoteAddr(ip, Number(time) * 1000, SALT, id))
        }
      }
    }
  })
}

t.test('a claim from a peer that is no proxy of ours: nothing is fetched in his name', async (t) => {
  const { app, arrived } = await gateway(t, '    ksUriRestrict: never\n    viewerProxy: true\n', {
    KALTURA_REMOTE_ADDR_SALT: SALT
  })
  const { via: _, ...claims } = CLAIMS
  const answer = await app.inject({ url: ASKED.viewer, headers: claims, remoteAddress: ATTACKER })
  t.equal(answer.statusCode, 302)
  t.equal(arrived.filter(({ url }) => url.includes('playManifest')).length, 0)
})

t.test('an API call of somebody unknown is refused where addresses matter', async (t) => {
  const { app, arrived } = await gateway(t, '', {
    TRUST_PROXY: '10.0.0.0/8',
    KALTURA_REMOTE_ADDR_SALT: SALT,
    KALTURA_SHARE_PUBLIC: 'false'
  })
  for (const headers of [{}, { 'x-forwarded-for': `${ALLOWED}, unknown` }]) {
    const answer = await app.inject({ url: ASKED.api, headers, remoteAddress: PROXY })
    t.equal(answer.statusCode, 400)
  }
  t.same(arrived, [])
})
