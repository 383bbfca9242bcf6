import t from 'tap'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { clientKey } from '../../src/limits/client-key.js'
import { TrustedProxies } from '../../src/viewer/trusted-proxies.js'
import { BASE, withGateway } from '../helpers/gateway.js'

// The attack: Node takes `fe80::1%br-0` for an address and the library that reads it does not. What threw there ended the
// process: one request of a peer from which forwarding headers count, or one over a link-local address and a bridge.

const ZONES = ['eth0', 'br-0af1', 'eth0.100', 'a.b:c-d']

t.test('a zone is no part of who the client is', async (t) => {
  const nobody = new TrustedProxies([])
  const loopback = new TrustedProxies(['loopback'])
  for (const zone of ZONES) {
    t.equal(clientKey(`fe80::1%${zone}`, undefined, nobody), 'fe80:0:0:0::/64', zone)
    t.equal(clientKey('127.0.0.1', `2001:db8::1%${zone}`, loopback), '2001:db8:0:0::/64', zone)
    t.equal(clientKey('127.0.0.1', `::ffff:192.0.2.1%${zone}`, loopback), '192.0.2.1', zone)
  }
})

t.test('such an address is answered like any other', async (t) => {
  const { ask } = await withGateway(t, { env: { TRUST_PROXY: 'loopback' } })
  const path = `${BASE}/entryId/${DEMO_ENTRIES.public}/format/url`
  for (const zone of ZONES) {
    const headers = { 'x-forwarded-for': `fe80::1%${zone}` }
    t.equal((await ask(path, headers)).status, 302, zone)
    t.equal((await ask(path, headers, 'OPTIONS')).status, 200, zone)
    t.equal((await ask('/p/101/%FF', headers)).status, 400, 'before any route is known')
  }
})
