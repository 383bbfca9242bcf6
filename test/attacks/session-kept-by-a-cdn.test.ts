/**
 * The attack: a URL with somebody's session in it is asked for again at a CDN that is configured as shipped. Even if an
 * answer to it said that it may be kept, the CDN would not keep it.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { type StartCdn, startNginx, startVarnish } from '../helpers/cdn-programs.js'
import { askRaw, BASE } from '../helpers/gateway.js'
import { program } from '../helpers/require-program.js'

const SESSIONS = ['?ks=abc', '?a=1&ks=abc', '/ks/abc', '?KS=abc', '?kt=abc', '/kt/abc/a.mp4']

/** Something in the gateway's place that says of every answer that it may be kept. */
async function careless(t: Test): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'cache-control': 'public, max-age=600, s-maxage=600' }).end('kept')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  t.teardown(() => server.closeAllConnections())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function keepsNoSession(t: Test, command: string, start: StartCdn): Promise<void> {
  const { base } = await start(t, command, await careless(t))
  const secondTime = async (path: string, headers: Record<string, string> = {}) => {
    await askRaw(base, path, { headers })
    return (await askRaw(base, path, { headers })).headers['x-cache']
  }
  t.equal(await secondTime(`${BASE}/entryId/0_a`), 'HIT', 'it keeps what it may keep')
  for (const session of SESSIONS) t.not(await secondTime(`${BASE}/entryId/0_a${session}`), 'HIT', session)
  t.not(await secondTime(`${BASE}/entryId/0_a`, { 'x-kaltura-ks': 'abc' }), 'HIT', 'a header')
}

t.test('nginx', async (t) => {
  const nginx = program(t, 'nginx', 'nginx')
  if (nginx !== null) await keepsNoSession(t, nginx, startNginx)
})

t.test('Varnish', async (t) => {
  const varnishd = program(t, 'varnishd', 'varnish')
  if (varnishd !== null) await keepsNoSession(t, varnishd, startVarnish)
})
