import t from 'tap'
import { TrustedProxies } from '../../src/viewer/trusted-proxies.js'

t.test('addresses, ranges and range names, IPv4 also in its IPv6 clothes', async (t) => {
  const proxies = new TrustedProxies(['10.0.0.0/8', '203.0.113.7', 'loopback', '2001:db8::/32'])
  for (const address of ['10.1.2.3', '203.0.113.7', '127.0.0.1', '::1', '::ffff:10.1.2.3', '2001:db8::5'])
    t.ok(proxies.has(address), address)
  for (const address of ['11.0.0.1', '203.0.113.8', '2001:db9::1', '', 'x', undefined])
    t.notOk(proxies.has(address), String(address))
  t.ok(new TrustedProxies([]).empty)
  t.notOk(new TrustedProxies([]).has('127.0.0.1'))
})
