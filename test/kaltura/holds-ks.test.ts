import fc from 'fast-check'
import t from 'tap'
import { holdsKs } from '../../src/kaltura/holds-ks.js'
import { makeKsV1, makeKsV2 } from '../../src/viewer/ks.js'

const NEW = { partnerId: 101, secret: 's', expiry: 2_000_000_000, privileges: 'disableentitlement' }
const BASE = 'https://cdn.example.com/p/101/sp/10100/serveFlavor/entryId/0_abc/v/1/flavorId/0_def'
const NAME = '/fileName/Test_Video_1_(SD_Small_-_WEB_MBL_(H264_900)).mp4/forceproxy/true/name/a.mp4'

t.test('addresses as Kaltura gives them are free of sessions', async (t) => {
  for (const url of [
    BASE + NAME,
    `${BASE}/fileName/my video/forceproxy/true/name/a.mp4`,
    `${BASE}/fileName/ks.mp4/name/a.mp4?Policy=eyJTdGF0ZW1lbnQiOlt7IlJlc291cmNlIjoiaHR0cHM6Ly9leGFtcGxlLmNvbS8ifV19&Signature=abc`,
    `${BASE}/name/books.mp4?marks=1`
  ]) {
    t.equal(holdsKs(url), false, url)
  }
})

t.test('a session is found by its name', async (t) => {
  for (const url of [
    `${BASE}/ks/x/name/a.mp4`,
    `${BASE}/KS/x`,
    `${BASE}?ks=x`,
    `${BASE}?a=1&%6Bs=x`,
    `${BASE}?ks[]=x`,
    `${BASE}?a=b?ks%3Dx`
  ]) {
    t.equal(holdsKs(url), true, url)
  }
})

t.test('a session is found wherever it stands, however it is escaped', async (t) => {
  const privileges = fc.stringMatching(/^[ -:<-~]{0,40}$/)
  fc.assert(
    fc.property(
      privileges,
      fc.boolean(),
      fc.boolean(),
      fc.nat(3),
      fc.constantFrom('/x/', '/name/a', '?x=', '?x=y&z=a', '/fileName/my-', '#'),
      fc.constantFrom('', '.mp4', '/name/a.mp4', '&b=1'),
      (words, isV1, urlSafe, wraps, before, after) => {
        const plain = (isV1 ? makeKsV1 : makeKsV2)({ ...NEW, privileges: words })
        let ks = urlSafe ? plain.replaceAll('+', '-').replaceAll('/', '_') : plain
        for (let depth = 0; depth < wraps; depth++) ks = encodeURIComponent(ks)
        return holdsKs(BASE + before + ks + after)
      }
    ),
    { numRuns: 500 }
  )
  t.pass('property holds')
})

t.test('what is wrapped without end counts as one', async (t) => {
  t.equal(holdsKs(`${BASE}/%25252525252541`), true)
})
