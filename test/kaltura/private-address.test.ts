import fc from 'fast-check'
import t from 'tap'
import { isPrivateAddress } from '../../src/kaltura/private-address.js'

t.test('only plain public unicast addresses pass', async (t) => {
  for (const address of [
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '0.0.0.0',
    '100.64.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '192.0.2.1',
    '198.18.0.1',
    '::1',
    '::',
    'fe80::1',
    'fc00::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    // IPv4 in disguise
    '::7f00:1',
    '::127.0.0.1',
    '::10.0.0.1',
    '::ffff:0:127.0.0.1',
    '64:ff9b::10.0.0.1',
    '64:ff9b:1::1',
    '2002:a00:1::',
    '2001:0:1::1',
    // what is given out to nobody, or to few
    'fec0::1',
    'fd00::1',
    '100::1',
    '2001:2::1',
    '2001:10::1',
    '2001:20::1',
    '3fff::1',
    '4000::1',
    '5f00::1',
    '192.0.0.1',
    '192.88.99.1',
    '203.0.113.1',
    '240.0.0.1',
    // other spellings
    '0x7f.1',
    '0177.0.0.1',
    '2130706433',
    '127.0.0.1.',
    '[::1]',
    'fe80::1%eth0',
    '2606:4700::1111%eth0',
    '',
    'localhost',
    '127.1'
  ]) {
    t.equal(isPrivateAddress(address), true, address || '(empty)')
  }
  for (const address of ['8.8.8.8', '93.184.216.34', '2606:4700::1111', '::ffff:8.8.8.8']) {
    t.equal(isPrivateAddress(address), false, address)
  }
})

t.test('no spelling of a private IPv4 address passes, bare or inside IPv6', async (t) => {
  const octet = fc.nat(255)
  const address = fc.oneof(
    fc.tuple(fc.constant(10), octet, octet, octet),
    fc.tuple(fc.constant(127), octet, octet, octet),
    fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
    fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
    fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), octet, octet),
    fc.tuple(fc.constant(0), octet, octet, octet),
    fc.tuple(fc.integer({ min: 224, max: 255 }), octet, octet, octet)
  )
  const spelling = fc.constantFrom<(parts: number[]) => string>(
    (parts) => parts.join('.'),
    (parts) => parts.map((part) => `0x${part.toString(16)}`).join('.'),
    (parts) => parts.map((part) => `0${part.toString(8)}`).join('.'),
    (parts) => String(parts.reduce((sum, part) => sum * 256 + part, 0)),
    (parts) => `::ffff:${parts.join('.')}`,
    (parts) => `::${parts.join('.')}`,
    (parts) => `64:ff9b::${parts.join('.')}`,
    (parts) => `::ffff:0:${parts.join('.')}`
  )
  fc.assert(
    fc.property(address, spelling, (parts, spell) => {
      const text = spell(parts)
      // What a URL makes of it is what is dialled.
      const host = text.includes(':') ? `[${text}]` : text
      const dialled = URL.canParse(`http://${host}/`) ? new URL(`http://${host}/`).hostname.replace(/[[\]]/g, '') : text
      return isPrivateAddress(dialled)
    }),
    { numRuns: 1000 }
  )
  t.pass('property holds')
})
