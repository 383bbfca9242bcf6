import { isIP } from 'node:net'
import fc from 'fast-check'
import Fastify from 'fastify'
import t from 'tap'
import { bareAddress } from '../../src/viewer/bare-address.js'
import { TrustedProxies } from '../../src/viewer/trusted-proxies.js'
import { sureViewerAddress, viewerAddress } from '../../src/viewer/viewer-address.js'

t.test('one spelling of an address', async (t) => {
  const same: [string, string | null][] = [
    ['203.0.113.7', '203.0.113.7'],
    [' 203.0.113.7 ', '203.0.113.7'],
    ['203.0.113.7:5678', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:cb00:7107', '203.0.113.7'],
    ['0:0:0:0:0:ffff:cb00:7107', '203.0.113.7'],
    ['[::ffff:203.0.113.7]:443', '203.0.113.7'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%25eth0]', 'fe80::1']
  ]
  const none = ['', 'unknown', '_hidden', '127.1', '0x7f.0.0.1', '017.0.0.1', '1.2.3.4.5', '[203.0.113.7]', '1.2.3.4:x']
  for (const text of [...none, '[::1', '::1]', '1.2.3.4,5.6.7.8', '1.2.3.4\r\nx: y', 'for=1.2.3.4'])
    same.push([text, null])
  for (const [given, bare] of same) t.equal(bareAddress(given), bare, given)
})

t.test('whatever comes, an address or nothing goes out, and again the same', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'0123456789abcdef.:[]%,/ '.split('')) }),
    fc.ipV4(),
    fc.ipV6(),
    fc.ipV6().map((ip) => `[${ip}]:80`)
  )
  fc.assert(
    fc.property(text, (given) => {
      const bare = bareAddress(given)
      return bare === null || (isIP(bare) !== 0 && !/[\s,%[\]]/.test(bare) && bareAddress(bare) === bare)
    }),
    { numRuns: 2_000 }
  )
})

/** What the gateway's own framework makes of a chain, and who is then the viewer. */
async function seen(trust: readonly string[], peer: string, headers: Record<string, string | string[]>) {
  const proxies = new TrustedProxies(trust)
  const app = Fastify({ trustProxy: proxies.empty ? false : (address: string) => proxies.has(address) })
  app.get('/', async (request) => {
    const hop = { ip: request.ip, peer: request.socket.remoteAddress, headers: request.headers }
    return { viewer: viewerAddress(hop, proxies), sure: sureViewerAddress(hop, proxies) }
  })
  const answer = await app.inject({ url: '/', remoteAddress: peer, headers: headers as Record<string, string> })
  await app.close()
  return answer.json() as { viewer: string | null; sure: string | null }
}

t.test('the rightmost hop that is no proxy of ours, whatever stands left of it', async (t) => {
  const trust = ['10.0.0.0/8', '2001:db8:aaaa::/48']
  const viewer = '198.51.100.9'
  const long = Array.from({ length: 300 }, (_, at) => `192.0.2.${at % 250}`).join(', ')
  const chains = [
    viewer,
    `203.0.113.7, ${viewer}`,
    `203.0.113.7,10.9.9.9, ${viewer}`,
    `${long}, ${viewer}`,
    `garbage, ,, ::::, ${viewer}`,
    `127.0.0.1, ${viewer}, 10.0.0.2`,
    `203.0.113.7, ${viewer}:51000, 10.0.0.2:443, 10.0.0.3`,
    `203.0.113.7, ::ffff:${viewer}, ::ffff:10.0.0.2`,
    `203.0.113.7, [::ffff:${viewer}]:80, [2001:db8:aaaa::1]:443`,
    `"203.0.113.7", ${viewer} `
  ]
  for (const chain of chains) {
    const claims = { 'x-forwarded-for': chain, forwarded: 'for=203.0.113.7', 'x-real-ip': '203.0.113.7' }
    t.same(await seen(trust, '10.0.0.1', claims), { viewer, sure: viewer }, chain.slice(-60))
    t.same(await seen(trust, '::ffff:10.0.0.1', claims), { viewer, sure: viewer }, `mapped peer: ${chain.slice(-60)}`)
  }
  t.match(await seen(trust, '10.0.0.1', { 'x-forwarded-for': '203.0.113.7, [2001:DB8::9]:1' }), { sure: '2001:db8::9' })
})

t.test('no writing of his moves it', async (t) => {
  const proxies = new TrustedProxies(['10.0.0.0/8'])
  const app = Fastify({ trustProxy: (address: string) => proxies.has(address) })
  app.get('/', async ({ ip, socket, headers }) => ({
    viewer: sureViewerAddress({ ip, peer: socket.remoteAddress, headers }, proxies)
  }))
  t.teardown(() => app.close())
  const piece = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.constantFrom('10.0.0.9', '::ffff:10.0.0.9', '[::1]:1', 'unknown', '', 'for=10.0.0.1', '"10.0.0.1"'),
    fc.string({ unit: fc.constantFrom(...'0123456789abcdef.:[]%;="/ \t'.split('')) })
  )
  const hops = fc.array(fc.constantFrom('10.0.0.2', '10.1.2.3:99', '[::ffff:10.9.9.9]:1', ' ::ffff:10.0.0.3'))
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 20 }), hops, async (written, behind) => {
      const chain = [...written, '198.51.100.9', ...behind].join(',')
      const answer = await app.inject({ url: '/', remoteAddress: '10.0.0.1', headers: { 'x-forwarded-for': chain } })
      return answer.json().viewer === '198.51.100.9'
    }),
    { numRuns: 300 }
  )
})

t.test('a proxy that names nobody, or nonsense, leaves the viewer unknown', async (t) => {
  const unknown = { viewer: null, sure: null }
  t.same(await seen(['10.0.0.0/8'], '10.0.0.1', {}), unknown)
  for (const chain of ['', ' ', 'unknown', '203.0.113.7, unknown', '203.0.113.7, _x', '203.0.113.7, 1.2.3']) {
    t.same(await seen(['10.0.0.0/8'], '10.0.0.1', { 'x-forwarded-for': chain }), unknown, chain)
  }
})

t.test('who is no proxy is himself; when he speaks of others nothing is done in his name', async (t) => {
  for (const trust of [[], ['10.0.0.0/8']]) {
    t.same(await seen(trust, '::ffff:198.51.100.9', {}), { viewer: '198.51.100.9', sure: '198.51.100.9' })
    for (const name of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'true-client-ip', 'x-kaltura-remote-addr']) {
      const given = await seen(trust, '198.51.100.9', { [name]: '203.0.113.7' })
      t.same(given, { viewer: '198.51.100.9', sure: null }, name)
    }
  }
})
