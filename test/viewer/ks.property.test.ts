import fc from 'fast-check'
import t from 'tap'
import { decodeKs, ksFingerprint, makeKsV1, makeKsV2, mayCarryUriRestrict, verifyKs } from '../../src/viewer/ks.js'

const SECRET = 'fedcba9876543210fedcba9876543210'
const KEY = Buffer.alloc(32, 1)

const userId = fc.string({ unit: 'binary', maxLength: 30 })
const name = fc.stringMatching(/^[a-z_]{1,12}$/).filter((text) => !/^_[etumd]$/.test(text))
const value = fc.string({ unit: 'grapheme-ascii', maxLength: 12 }).map((text) => text.replace(/[,;]/g, '').trim())
const privileges = fc
  .uniqueArray(fc.tuple(name, value), { maxLength: 5, selector: ([key]) => key })
  .map((list) => list.map(([key, text]) => (text === '' ? key : `${key}:${text}`)).join(','))
  .filter((text) => text !== 'all:*')
const fields = fc.record({
  partnerId: fc.integer({ min: -1, max: 2_000_000_000 }),
  type: fc.integer({ min: 0, max: 2 }),
  expiry: fc.integer({ min: 0, max: 4_000_000_000 }),
  privileges
})

t.test('what is made is what is read', async (t) => {
  fc.assert(
    fc.property(fields, userId, (ks, user) => {
      const noSemicolon = user.replaceAll(';', '')
      for (const text of [
        makeKsV1({ ...ks, userId: noSemicolon, secret: SECRET }),
        makeKsV2({ ...ks, userId: noSemicolon, secret: SECRET })
      ]) {
        const read = verifyKs(text, ['wrong', SECRET], ks.partnerId)
        if (!read.ok) throw new Error(read.reason)
        const seen = [read.partnerId, read.type, read.expiry, read.userId, read.privileges]
        const made = [ks.partnerId, ks.type, ks.expiry, noSemicolon, ks.privileges]
        if (JSON.stringify(seen) !== JSON.stringify(made))
          throw new Error(`${JSON.stringify(seen)} is not what was made`)
      }
    })
  )
  t.pass('100 sessions of both versions')
})

t.test('a changed byte never verifies', async (t) => {
  fc.assert(
    fc.property(fields, fc.nat(), fc.integer({ min: 1, max: 255 }), (ks, at, flip) => {
      for (const make of [makeKsV1, makeKsV2]) {
        const bytes = Buffer.from(make({ ...ks, userId: 'viewer', secret: SECRET }), 'base64')
        const index = at % bytes.length
        bytes[index] = (bytes[index] ?? 0) ^ flip
        if (verifyKs(bytes.toString('base64'), [SECRET], ks.partnerId).ok)
          throw new Error(`byte ${index} is not protected`)
      }
    }),
    { numRuns: 500 }
  )
  t.pass('500 changes of both versions')
})

t.test('nothing throws, whatever the text', async (t) => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('A', 'z', '0', '+', '/', '-', '_', '=', ' ', '\n') }),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('base64')),
    fc
      .uint8Array({ maxLength: 200 })
      .map((bytes) => Buffer.concat([Buffer.from('v2|101|'), bytes]).toString('base64url')),
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(`${'0'.repeat(40)}|1;1;${text}`).toString('base64'))
  )
  fc.assert(
    fc.property(anyText, (text) => {
      decodeKs(text)
      mayCarryUriRestrict(text, null)
      ksFingerprint(text, KEY)
      if (verifyKs(text, [SECRET, '']).ok) throw new Error('a made-up session was verified')
    }),
    { numRuns: 1000 }
  )
  t.pass('1000 texts')
})

t.test('signed but strange contents do not throw', async (t) => {
  const strange = fc.string({ unit: 'binary', maxLength: 40 })
  fc.assert(
    fc.property(strange, strange, (user, list) => {
      const text = makeKsV2({ partnerId: 1, secret: SECRET, expiry: 1, userId: user, privileges: list })
      const read = verifyKs(text, [SECRET], 1)
      if (!read.ok && read.reason !== 'malformed') throw new Error(read.reason)
    })
  )
  t.pass('100 sessions')
})

t.test('reading stays quick on long texts', async (t) => {
  const started = performance.now()
  for (const unit of ['A', ' ', '=', '-', ';', 'A=']) {
    const long = unit.repeat(100_000)
    verifyKs(long, [SECRET])
    verifyKs(Buffer.from(`${'0'.repeat(40)}|1;1;1;${long}`).toString('base64'), [SECRET])
  }
  t.ok(performance.now() - started < 5000)
})
