import fc from 'fast-check'
import t from 'tap'
import { readRange } from '../../src/signing/address-range.js'
import { readToken, type SignatureToken, writeToken } from '../../src/signing/token.js'
import { DEVICE_CLASSES } from '../../src/viewer/device-class.js'

const ipv4 = fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 32 })).map(([address, bits]) => `${address}/${bits}`)
const ipv6 = fc.tuple(fc.ipV6(), fc.integer({ min: 1, max: 128 })).map(([address, bits]) => `${address}/${bits}`)
const range = fc.oneof(ipv4, ipv6).map((text) => readRange(text)?.text ?? null)

const token = (kind: 'link' | 'grant'): fc.Arbitrary<SignatureToken> =>
  fc.record({
    keyId: fc.stringMatching(/^[A-Za-z0-9_-]{1,32}$/),
    expires: kind === 'grant' ? fc.integer({ min: 1, max: 99_999_999_999 }) : fc.option(fc.integer({ min: 1 })),
    device: fc.option(fc.constantFrom(...DEVICE_CLASSES)),
    address: fc.option(range).map((text) => text ?? null),
    purpose: kind === 'grant' ? fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/) : fc.constant(null),
    mac: fc.stringMatching(/^[A-Za-z0-9_-]{43}$/)
  })

t.test('a token is read as it was written, and needs no escaping in a path or query', async (t) => {
  for (const kind of ['link', 'grant'] as const) {
    fc.assert(
      fc.property(token(kind), (given) => {
        const text = writeToken(given)
        const back = readToken(text, kind)
        return JSON.stringify(back) === JSON.stringify(given) && /^[A-Za-z0-9._~:-]+$/.test(text)
      })
    )
    t.pass(kind)
  }
})

t.test('there is one spelling of a token: what is read is written as it was', async (t) => {
  const piece = fc.oneof(
    fc.constantFrom('v1', 'k1', '', '1893456000', 'ipad', '203.0.113.0_24', 'A'.repeat(43)),
    fc.string()
  )
  const text = fc.oneof(
    fc.array(piece, { minLength: 5, maxLength: 8 }).map((fields) => fields.join('~')),
    fc.tuple(token('link').map(writeToken), fc.nat(), fc.string({ maxLength: 3 })).map(([whole, at, put]) => {
      const place = at % whole.length
      return whole.slice(0, place) + put + whole.slice(place + 1)
    })
  )
  fc.assert(
    fc.property(text, fc.constantFrom('link' as const, 'grant' as const), (given, kind) => {
      const read = readToken(given, kind)
      return read === null || writeToken(read) === given
    }),
    { numRuns: 3000 }
  )
  t.pass('property holds')
})

t.test('a range holds its own addresses, and its text reads as itself', async (t) => {
  fc.assert(
    fc.property(fc.oneof(ipv4, ipv6), (text) => {
      const read = readRange(text)
      // An IPv4 range in the spelling of IPv6.
      if (read === null) return text.includes(':')
      return read.has(text.split('/')[0]) && readRange(read.text)?.text === read.text
    })
  )
  fc.assert(fc.property(fc.string(), (text) => readRange(text) === null || !/[^0-9a-f:./]/i.test(text)))
  t.pass('properties hold')
})
