import fc from 'fast-check'
import t from 'tap'
import { clientKey } from '../../src/limits/client-key.js'
import { TrustedProxies } from '../../src/viewer/trusted-proxies.js'

const proxies = new TrustedProxies(['10.0.0.0/8', '2001:db8:ffff::/48'])

t.test('the peer, unless it is a trusted proxy', async (t) => {
  t.equal(clientKey('198.51.100.7', undefined, proxies), '198.51.100.7')
  t.equal(clientKey('198.51.100.7', '203.0.113.1', proxies), '198.51.100.7', 'a stranger says what he likes')
  t.equal(clientKey('10.0.0.1', '203.0.113.1', proxies), '203.0.113.1')
  t.equal(clientKey('10.0.0.1', '192.0.2.9, 203.0.113.1', proxies), '203.0.113.1', 'left of it he says what he likes')
  t.equal(clientKey('10.0.0.1', '203.0.113.1, 10.0.0.2, 10.0.0.3', proxies), '203.0.113.1')
  t.equal(clientKey('10.0.0.1', ['192.0.2.9', '203.0.113.1'], proxies), '203.0.113.1')
  t.equal(clientKey('10.0.0.1', '10.0.0.9, 10.0.0.2', proxies), '10.0.0.9', 'a client inside the network')
})

t.test('a trusted proxy that names nobody', async (t) => {
  for (const text of [undefined, '', ' ', 'unknown', '_hidden', '203.0.113.1, unknown']) {
    t.equal(clientKey('10.0.0.1', text, proxies), null, String(text))
  }
  t.equal(clientKey(undefined, undefined, proxies), null)
})

t.test('IPv6 by /64, IPv4 in one spelling, ports left out', async (t) => {
  const one = clientKey('2001:db8:1:2::3', undefined, proxies)
  t.equal(one, '2001:db8:1:2::/64')
  t.equal(clientKey('2001:0DB8:1:2:ffff::9', undefined, proxies), one)
  t.not(clientKey('2001:db8:1:3::3', undefined, proxies), one)
  t.equal(clientKey('::ffff:198.51.100.7', undefined, proxies), '198.51.100.7')
  t.equal(clientKey('10.0.0.1', '203.0.113.1:5000', proxies), '203.0.113.1')
  t.equal(clientKey('10.0.0.1', '[2001:db8:1:2::3]:5000', proxies), one)
  t.equal(clientKey('fe80::1%eth0', undefined, proxies), 'fe80:0:0:0::/64')
})

t.test('property: whatever the header says, it is null, an IPv4 address or a /64', async () => {
  const piece = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string(), fc.constantFrom('unknown', '10.0.0.2', '[::1]:1', ''))
  fc.assert(
    fc.property(
      fc.constantFrom('10.0.0.1', '198.51.100.7', '::1'),
      fc.array(piece, { maxLength: 6 }),
      (peer, pieces) => {
        const key = clientKey(peer, pieces.join(','), proxies)
        return key === null || /^(?:\d+\.\d+\.\d+\.\d+|[0-9a-f:]+::\/64)$/.test(key)
      }
    )
  )
})
