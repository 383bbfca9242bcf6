import t from 'tap'
import { makeKsV2 } from '../../src/viewer/ks.js'
import { readViewerKs } from '../../src/viewer/viewer-ks.js'

const NOW = 1_700_000_000
const partner = { id: 101, adminSecrets: ['new-secret', 'old-secret'] }
const make = (over: Partial<Parameters<typeof makeKsV2>[0]> = {}) =>
  makeKsV2({
    partnerId: 101,
    secret: 'old-secret',
    userId: 'u',
    type: 0,
    expiry: NOW + 60,
    privileges: 'sview:*',
    ...over
  })

t.test('what can be known about a session here', async (t) => {
  const state = (ks: string) => readViewerKs({ ks }, 'path', undefined, partner, NOW).state
  t.equal(state(make()), 'valid', 'any secret of a rotation')
  t.equal(state(make({ expiry: NOW })), 'expired')
  t.equal(state(make({ secret: 'unknown' })), 'unverified')
  t.equal(state(make({ partnerId: 102 })), 'foreign')
  t.equal(state('garbage'), 'unverified')
  t.equal(readViewerKs({}, undefined, undefined, partner, NOW).state, 'none')
  t.equal(readViewerKs({ ks: '' }, 'query', undefined, partner, NOW).state, 'none')
})

t.test('the header wins over the parameter, and kt makes both count for nothing', async (t) => {
  t.match(readViewerKs({ ks: 'a' }, 'path', make(), partner, NOW), { state: 'valid', place: 'header' })
  t.match(readViewerKs({ ks: make() }, 'query', undefined, partner, NOW), { state: 'valid', place: 'query' })
  t.equal(readViewerKs({ ks: make(), kt: 'x' }, 'query', undefined, partner, NOW).state, 'none')
})

t.test('a session that may be bound to its URL is marked', async (t) => {
  const binds = (ks: string) => {
    const read = readViewerKs({ ks }, 'path', undefined, partner, NOW)
    return read.state !== 'none' && read.mayBindUri
  }
  t.equal(binds(make()), false)
  t.equal(binds(make({ privileges: 'urirestrict:/p/101/*' })), true)
  t.equal(binds(make({ secret: 'unknown' })), true, 'what cannot be read may say anything')
})
