import fc from 'fast-check'
import Fastify from 'fastify'
import t from 'tap'
import { nearestStranger, strangersScheme } from '../../src/viewer/nearest-stranger.js'
import { TrustedProxies } from '../../src/viewer/trusted-proxies.js'

const proxies = new TrustedProxies(['10.0.0.0/8', '2001:db8::/32'])

t.test('property: the same as the framework says that trusts the same', async (t) => {
  const app = Fastify({ trustProxy: (address: string) => proxies.has(address) })
  t.teardown(() => app.close())
  app.get('/', async ({ ip, protocol }) => ({ ip, protocol }))
  await app.ready()
  const address = fc.constantFrom(
    '10.0.0.1',
    '10.1.2.3',
    '192.0.2.1',
    '203.0.113.7',
    '2001:db8::1',
    '2001:db9::1',
    'unknown'
  )
  const proto = fc.option(fc.constantFrom('http', 'https', 'http, https', 'https, http'), { nil: undefined })
  const chain = fc.option(fc.array(address, { minLength: 1, maxLength: 4 }), { nil: undefined })
  const peers = fc.constantFrom('10.0.0.1', '192.0.2.1', '2001:db8::1')
  await fc.assert(
    fc.asyncProperty(peers, chain, proto, async (peer, hops, said) => {
      const headers = {
        ...(hops === undefined ? {} : { 'x-forwarded-for': hops.join(', ') }),
        ...(said === undefined ? {} : { 'x-forwarded-proto': said })
      }
      const answer = await app.inject({ url: '/', headers, remoteAddress: peer })
      t.strictSame(answer.json(), {
        ip: nearestStranger(peer, headers, proxies),
        protocol: strangersScheme(peer, false, headers, proxies)
      })
    })
  )
})

t.test('the connection itself, where no proxy is trusted to say more', async (t) => {
  const said = { 'x-forwarded-proto': 'http', 'x-forwarded-for': '198.51.100.1' }
  t.equal(strangersScheme('192.0.2.1', true, said, proxies), 'https')
  t.equal(strangersScheme('10.0.0.1', true, said, proxies), 'http')
  t.equal(strangersScheme('10.0.0.1', true, { 'x-forwarded-proto': 'gopher' }, proxies), 'https')
  t.equal(nearestStranger(undefined, said, proxies), undefined, 'who has left has no address')
})
