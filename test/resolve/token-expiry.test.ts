import fc from 'fast-check'
import t from 'tap'
import { tokenExpiry, tokenState } from '../../src/resolve/token-expiry.js'
import { makeKsV1, makeKsV2 } from '../../src/viewer/ks.js'
import { vectors } from '../helpers/vectors.js'

const CDN = 'https://cdn.example.com'
const END = 1_700_000_300

t.test('the end of each kind of token', async (t) => {
  const jwt = [{ alg: 'HS256' }, { sub: 'x', exp: END }].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url')
  )
  const ks = { partnerId: 101, secret: 's', expiry: END }
  for (const [kind, url, end = END] of [
    ['Akamai', `${CDN}/a.mp4?hdnea=st=1700000000~exp=${END}~acl=/*~hmac=ab`],
    ['Akamai under another name', `${CDN}/a.mp4?q=1&x=st=1700000000~exp=${END}~acl=/*~hmac=ab`],
    ['Akamai in the path', `${CDN}/hdnts=exp=${END}~hmac=ab/a.m3u8`],
    ['Akamai, escaped', `${CDN}/a.mp4?hdnea=exp%3D${END}%7Eacl%3D%2F*%7Ehmac%3Dab`],
    ['Akamai HTTP', `${CDN}/a.mp4?x=${END}_061ce442a0bde6b83ffc31e4c1757015`],
    ['Kaltura', `${CDN}/p/101/exp/${END}/sig/abc/a.mp4`],
    ['CloudFront, canned', `${CDN}/a.mp4?Expires=${END}&Signature=a&Key-Pair-Id=K`],
    ['Level3', `${CDN}/a.mp4?etime=20231114221820&h=0abc`],
    ['Level3 in front', `${CDN}/token=nva=${END}~dirs=1~hash=1abc/a/b.mp4`],
    ['LimeLight', `${CDN}/a.mp4?p=35&e=${END}&h=716c`],
    ['ChinaCache', `${CDN}/a.mp4?ACL=%2Fa%2F&P1=${END}&P2=1&P3=2&P4=x`],
    ['VNPT', `${CDN}/df650e30326fcf3eb80109dbfe7d3512${END}/a.mp4`],
    ['Wowza', `${CDN}/a.m3u8?wowzatokenstarttime=1700000000&wowzatokenendtime=${END}&wowzatokenhash=x`],
    ['Wowza under another name', `${CDN}/a.m3u8?xendtime=${END}&xhash=x`],
    ['SigV4', `${CDN}/a.mp4?X-Amz-Date=20231114T221320Z&X-Amz-Expires=300&X-Amz-Signature=x`],
    ['Google V4', `${CDN}/a.mp4?X-Goog-Date=20231114T221320Z&X-Goog-Expires=300&X-Goog-Signature=x`],
    ['Google V2', `${CDN}/a.mp4?GoogleAccessId=x&Expires=${END}&Signature=y`],
    ['SAS', `${CDN}/a.mp4?sv=2020-08-04&se=2023-11-14T22%3A18%3A20Z&sig=abc`],
    ['SAS, a day', `${CDN}/a.mp4?sv=2020-08-04&se=2023-11-14&sig=abc`, 1_699_920_000],
    ['a KS of version 1', `${CDN}/ks/${makeKsV1(ks).replaceAll('/', '_')}/a.mp4`],
    ['a KS of version 1 in the query', `${CDN}/a.mp4?ks=${encodeURIComponent(makeKsV1(ks))}`],
    ['a JWT', `${CDN}/a.mp4?jwt=${jwt.join('.')}.c2ln`],
    ['milliseconds', `${CDN}/a.mp4?token=x&expires=${END}000`],
    ['the earliest of several', `${CDN}/exp/${END + 5}/sig/a/a.mp4?hdnts=exp=${END}~hmac=a`]
  ] as [string, string, number?][]) {
    t.equal(tokenExpiry(url), end, kind)
    t.match(tokenState(url, end - 1), { token: String, expiry: end, expired: false }, `${kind}: still good`)
    t.match(tokenState(url, end), { expired: true }, `${kind}: over`)
  }
})

t.test('what nobody can read is no end', async (t) => {
  for (const url of [
    `${CDN}/ks/${makeKsV2({ partnerId: 101, secret: 's', expiry: END })}/a.mp4`,
    `${CDN}/a.mp4?Policy=e30_&Signature=x`,
    `${CDN}/a.mp4?X-Amz-Expires=300&X-Amz-Signature=x`,
    `${CDN}/a.mp4?expires=never&sig=x`,
    `${CDN}/a.mp4?exp=300&sig=x`,
    `${CDN}/p/101/e/0_a/name/a.mp4`,
    `${CDN}/${'1700000000_'.repeat(5000)}`
  ]) {
    t.equal(tokenExpiry(url), null, url.slice(0, 100))
    t.match(tokenState(url, 9_999_999_999), { expiry: null, expired: false })
  }
})

t.test('every vector of a tokenizer with a window', async (t) => {
  interface Input {
    now: number
    config: { window?: number }
    url?: string
    flavors?: { url: string }[]
  }
  let read = 0
  for (const { name, input, expected } of vectors<Input, { url?: string | null; urls?: string[] }>('url-tokenizers')) {
    const before = new Set([input.url, ...(input.flavors ?? []).map(({ url }) => url)])
    for (const url of [expected.url, ...(expected.urls ?? [])]) {
      if (typeof url !== 'string' || before.has(url) || input.config.window === 0) continue
      // LimeLight's window is not in its settings.
      t.equal(tokenExpiry(url), input.now + (input.config.window ?? 120), name)
      read++
    }
  }
  t.equal(read, 39)
})

t.test('an end is found wherever it stands, and never invented', async (t) => {
  const end = fc.integer({ min: 1_000_000_000, max: 9_999_999_999 })
  const form = fc.constantFrom<(end: number) => string>(
    (end) => `?Expires=${end}`,
    (end) => `/exp/${end}/sig/x`,
    (end) => `?a=b&hdnea=st=1~exp=${end}~hmac=x`,
    (end) => `?%65xp%69res=${end}`,
    (end) => `;expires=${end}`,
    (end) => `?se=${new Date(end * 1000).toISOString()}`
  )
  fc.assert(fc.property(end, form, (end, form) => tokenExpiry(`${CDN}/p/101/name/a.mp4${form(end)}`) === end))
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const end = tokenExpiry(`${CDN}/${text}`)
      return end === null || Number.isFinite(end)
    })
  )
  t.pass('properties hold')
})
