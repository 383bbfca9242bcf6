import fc from 'fast-check'
import t from 'tap'
import { tokenIn, tokenInText } from '../../src/resolve/tokens.js'
import { makeKsV1, makeKsV2 } from '../../src/viewer/ks.js'
import { fixture, vectors } from '../helpers/vectors.js'

t.test('token-bearing delivery URLs are recognised (reference delivery-urls.md section 5)', async (t) => {
  for (const url of [
    'https://cdn.example.com/p/101/a.m3u8?Policy=e30_&Signature=abc&Key-Pair-Id=K',
    'https://cdn.example.com/a.m3u8?ip=1.2.3.4&Policy=x',
    'https://cdn.example.com/a.mp4?hdnea=exp=1~acl=/*~hmac=ab',
    'https://cdn.example.com/a.mp4?hdnts=st=1~exp=2~hmac=ab',
    'https://cdn.example.com/a.mp4?ourtoken=st=1~exp=2~hmac=ab',
    'https://cdn.example.com/a.mp4?x=st=1~exp=2~hmac=ab',
    'https://cdn.example.com/hdnts=exp=1~hmac=x/a.m3u8',
    'https://cdn.example.com/a.mp4;hdnea=x',
    'https://cdn.example.com/a.mp4#hdnea=x',
    'https://cdn.example.com/a.mp4?__gda__=1700000000_abcdef',
    'https://cdn.example.com/a.mp4?zz=1700000000_061ce442a0bde6b83ffc31e4c1757015',
    'https://cdn.example.com/p/101/exp/1700000000/sig/abc/a.mp4',
    'https://cdn.example.com/p/101/EXP/1700000000/a.mp4',
    'https://cdn.example.com/p/101/ks//x/name/a.mp4',
    'https://cdn.example.com/p/101/ks/djJ8MTAxfA/name/a.mp4',
    'https://cdn.example.com/a.mp4?ks=djJ8MTAxfA',
    'https://cdn.example.com/a.mp4?x=djJ8MTAxfA',
    'https://cdn.example.com/a.mp4?X-Amz-Signature=abc',
    'https://storage.googleapis.com/a.mp4?GoogleAccessId=x&Expires=1&Signature=y',
    'https://x.blob.core.windows.net/a.mp4?sv=2020&se=2026-01-01&sig=abc',
    'https://livepackager.example.com/env/ny-prod/live/hls/p/101/e/0_live0003/tl/main/st/0/t/XJImg3PdyoWLexoa-8PAQA/index-s36.m3u8',
    'https://livepackager.example.com/env/ny-prod/live/hls/p/101/e/0_live0003/tl/main',
    'https://livepackager.example.com/live/hls/p/101/e/0_live0003/tl/viewer/st/0/t/XJImg3PdyoWLexoa-8PAQA/index.m3u8',
    'https://cdn.example.com/a.mp4?%6Bs=x',
    'https://cdn.example.com/a.mp4?%256Bs=x',
    'https://cdn.example.com/a.mp4?a%26%E0ks=x%26ks%3Dx',
    'https://cdn.example.com/a.mp4?hd\tnea=x',
    'https://cdn.example.com/p\\ks\\x\\a.mp4',
    'https://cdn.example.com/a.mp4?hmac=x',
    'https://cdn.example.com/a.mp4?verify=1-x',
    'https://cdn.example.com/a.mp4?X-Amz-Credential=x',
    'https://cdn.example.com/a.mp4?nva=1&nvb=2',
    'https://cdn.example.com/a.mp4?cdn_hash=x',
    'https://cdn.example.com/a.mp4?x=0403aa78acfbc5c67278b',
    'https://cdn.example.com/a.mp4?x=VdtZ8%2FahzjHxmGnUOPpeNf9hWhM%3D',
    'https://cdn.example.com/a.mp4?x=eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3MDAwMDAwMDB9.c2ln',
    'https://cdn.example.com/c9f0f895fb98ab9159f51fd0297e236d/1700000000/a.mp4',
    'https://cdn.example.com/a.mp4?{$token}',
    'https://name:pass@cdn.example.com/a.mp4',
    'https://cdn.example.com/%252525252541.mp4',
    `https://cdn.example.com/${'a'.repeat(20_000)}.mp4`
  ]) {
    t.type(tokenIn(url), 'string', url)
    t.notMatch(tokenIn(url) ?? '', /djJ8|abcdef|aaaa/, 'the reason does not repeat the token')
  }
})

t.test('plain delivery URLs are not', async (t) => {
  for (const url of [
    'https://127.0.0.1:18080/p/101/sp/10100/serveFlavor/entryId/0_testvid1/v/1/flavorId/0_vid1fp02/forceproxy/true/name/a.mp4',
    'https://cdn.example.com/dash/p/101/sp/10100/serveFlavor/entryId/0_testvid1/clipTo/20000/clipFrom/5000/clipTo/20000/v/1/flavorId/0_vid1,fp03,fp04,aud2,/forceproxy/true/name/a.mp4.urlset/manifest.mpd',
    'https://cdn.example.com/hls/p/101/sp/10100/serveFlavor/entryId/0_testvid1/v/1/ev/2/flavorId/0_vid1fp02/name/a.mp4/index.m3u8',
    'https://http.example.com/s/p/101/serveFlavor/name/a.mp4?novar=0&fs=100',
    'https://cdn.example.com/i/p/101/a.csmil/master.m3u8?start=1&end=20',
    'https://live.example.com/app/smil:0_a_hls.smil/playlist.m3u8?DVR&flavorIds=0_abcd1234,0_bcde2345',
    'https://cdn.example.com/fileName/Test_Video_1_(Basic_Small_-_WEB_MBL_(H264_400)).mp4/name/a.mp4',
    'https://cdn.example.com/a.mp4?aktimeoffset=12',
    '/relative/index.m3u8',
    'seg-1-v1-a1.ts'
  ]) {
    t.equal(tokenIn(url), null, url)
  }
})

interface Tokenized {
  url?: string
  flavors?: { url: string }[]
}
interface TokenizedAnswer {
  url?: string | null
  urls?: string[]
}

t.test('every URL of every tokenizer is recognised, and none that the tokenizer left alone', async (t) => {
  let signed = 0
  let plain = 0
  for (const { name, input, expected } of vectors<Tokenized, TokenizedAnswer>('url-tokenizers')) {
    const before = new Set([input.url, ...(input.flavors ?? []).map(({ url }) => url)])
    for (const url of [expected.url, ...(expected.urls ?? [])]) {
      if (typeof url !== 'string') continue
      // Some tokens stand in front of the path: behind a base they are the first segment.
      for (const whole of [url, `https://cdn.example.com/${url.replace(/^\//, '')}`]) {
        if (before.has(url)) t.equal(tokenIn(whole), null, `${name}: left alone`)
        else t.type(tokenIn(whole), 'string', name)
      }
      if (before.has(url)) plain++
      else signed++
    }
  }
  t.strictSame([signed, plain], [43, 3], 'signed URLs, URLs left alone')
})

interface Recorded {
  name: string
  response: { headers: [string, string][]; body: string }
}

t.test('what a real Kaltura answered: only the live packager signs', async (t) => {
  const flagged = new Set<string>()
  let looked = 0
  for (const { name, response } of fixture<Recorded[]>('kaltura/playmanifest.json')) {
    for (const [header, value] of response.headers) {
      if (header.toLowerCase() !== 'location' || value === '') continue
      looked++
      if (tokenIn(value) !== null) flagged.add(name)
    }
    if (response.body === '') continue
    looked++
    if (tokenInText(response.body) !== null) flagged.add(name)
  }
  t.ok(looked > 300, `${looked} Locations and bodies were looked at`)
  t.equal(flagged.size, 7)
  for (const name of flagged) t.match(name, /^live3_/)
})

t.test('what the reference renders: only a play server session is in the way', async (t) => {
  const flagged: string[] = []
  for (const { name, expected } of vectors<unknown, { headers?: string[]; body?: string }>('play-manifest')) {
    const locations = (expected.headers ?? []).filter((header) => /^location:/i.test(header))
    const texts = [...locations.map((header) => header.slice('location:'.length).trim()), expected.body ?? '']
    if (texts.some((text) => tokenInText(text) !== null)) flagged.push(name)
  }
  t.strictSame(flagged.sort(), ['hds-play-server', 'sl-play-server'])
})

t.test('documents: in whatever way a character is written', async (t) => {
  for (const text of [
    '{"url":"https:\\/\\/cdn.example.com\\/a.mp4?x=1\\u0026ks\\u003dx"}',
    '<media url="https://cdn.example.com/a.mp4?x=1&amp;Policy=x"/>',
    '<media url="https://cdn.example.com/a.mp4?x=1&#38;hdnea&#x3d;x"/>',
    '<media url="https://cdn.example.com/a.mp4" streamId="djJ8MTAxfA"/>',
    '{"flavors":[{"url":"a","token":"st=1~exp=2~hmac=3"}]}',
    '<!-- https://cdn.example.com/ks/x/a.mp4 -->'
  ])
    t.type(tokenInText(text), 'string', text)
  for (const text of [
    '<manifest xmlns="http://ns.adobe.com/f4m/1.0"><id>0_a</id><media url="https://cdn.example.com/a.mp4" bitrate="400" width="640"/></manifest>',
    '{"entryId":"0_a","duration":30.5,"flavors":[{"url":"https:\\/\\/cdn.example.com\\/flavorId\\/0_a\\/name\\/a.mp4"}]}'
  ])
    t.equal(tokenInText(text), null, text)
})

const name = fc.constantFrom(
  ...[
    'Policy',
    'Signature',
    'Key-Pair-Id',
    'hdnea',
    'hdnts',
    '__gda__',
    'ks',
    'sig',
    'exp',
    'Expires',
    'token',
    'h',
    'e'
  ],
  ...['X-Amz-Signature', 'X-Goog-Signature', 'sig', 'se', 'wowzatokenhash', 'nva', 'ACL', 'P1', 'auth_key', 'verify']
)
/** A word in any case, some of its letters escaped, perhaps twice. */
const written = (word: string) =>
  fc.array(fc.tuple(fc.boolean(), fc.nat(2)), { minLength: word.length, maxLength: word.length }).map((how) =>
    [...word]
      .map((letter, at) => {
        const [upper, escapes] = how[at]!
        const cased = upper ? letter.toUpperCase() : letter.toLowerCase()
        if (escapes === 0) return cased
        const hex = cased.charCodeAt(0).toString(16)
        return escapes === 1 ? `%${hex}` : `%25${hex.toUpperCase()}`
      })
      .join('')
  )
const word = fc.stringMatching(/^[a-z0-9_.]{0,12}$/)

t.test('any token name, in any case, encoding and place', async (t) => {
  const where = fc.constantFrom('?', '?a=b&', '?a=b;', ';', '/', '#', '?a=b%26', '?u=https%3A%2F%2Fx%2F%3F', '?x=')
  fc.assert(
    fc.property(name.chain(written), where, word, word, (written, place, value, tail) => {
      const url = `https://cdn.example.com/p/101/a.mp4${place}${written}=${value}x&z=${tail}`
      return tokenIn(url) !== null
    }),
    { numRuns: 2000 }
  )
  t.pass('property holds')
})

t.test('any session, in any place and encoding', async (t) => {
  const ks = fc.record({ v1: fc.boolean(), user: word, privileges: word }).map(({ v1, user, privileges }) => {
    const fields = { partnerId: 101, secret: 'a secret', expiry: 1_700_000_000, userId: user, privileges }
    return v1 ? makeKsV1(fields) : makeKsV2({ ...fields, type: 0 })
  })
  const place = fc.constantFrom('/ks/', '/x/', '?ks=', '?x=', '?x=y&z=', '#', ';x=', '/a-', '?x=a.')
  fc.assert(
    fc.property(ks, place, fc.nat(2), (ks, place, encodings) => {
      let text = ks
      for (let i = 0; i < encodings; i++) text = encodeURIComponent(text)
      return tokenIn(`https://cdn.example.com/a${place}${text}`) !== null
    }),
    { numRuns: 500 }
  )
  t.pass('property holds')
})

t.test('any text is read without a throw', async (t) => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl({ withQueryParameters: true })), (text) => {
      tokenIn(text)
      tokenInText(text)
      return true
    }),
    { numRuns: 1000 }
  )
  t.pass('property holds')
})
