import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { signedRemoteAddr } from '../../src/kaltura/remote-addr.js'
import { addressHeaders, viewerHeaders } from '../../src/kaltura/viewer-headers.js'

t.test('the check value of the reference', async (t) => {
  t.equal(
    signedRemoteAddr('203.0.113.7', 1_700_000_000_000, 'salt123', '1700000000.1234'),
    '203.0.113.7,1700000000,1700000000.1234,6f52737f8c88e96733603f8e36202fdb'
  )
})

t.test('four parts, signed as Kaltura checks them', async () => {
  const ip = fc.oneof(fc.ipV4(), fc.ipV6())
  fc.assert(
    fc.property(ip, fc.integer({ min: 0, max: 4e12 }), fc.string({ minLength: 1 }), (address, now, salt) => {
      const [given, time, id, hash, ...rest] = signedRemoteAddr(address, now, salt).split(',')
      const expected = createHash('md5').update(`${given},${time},${id},${salt}`).digest('hex')
      return given === address && time === String(Math.floor(now / 1000)) && hash === expected && rest.length === 0
    })
  )
})

t.test('no id is used twice, in one moment either', async (t) => {
  const ids = Array.from({ length: 5_000 }, () => signedRemoteAddr('192.0.2.1', 1e12, 's').split(',')[2])
  t.equal(new Set(ids).size, ids.length)
})

t.test('what is told of a viewer', async (t) => {
  const viewer = { address: '203.0.113.7', scheme: 'https' as const }
  t.same(addressHeaders(viewer, null, 0), { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' })
  t.match(addressHeaders(viewer, 's', 5000), { 'x-kaltura-remote-addr': /^203\.0\.113\.7,5,5\.000\d+,[0-9a-f]{32}$/ })
  const claims = { 'user-agent': 'a', referer: 'b', 'x-real-ip': '1.2.3.4', via: 'x', cookie: 'c', forwarded: 'for=x' }
  t.same(viewerHeaders(claims, { 'x-forwarded-for': '203.0.113.7' }), {
    'user-agent': 'a',
    referer: 'b',
    via: '1.1 playmanifest-gateway',
    'x-forwarded-for': '203.0.113.7'
  })
})
