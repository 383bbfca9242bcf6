import { createHash, createHmac, createVerify, generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { tokenizeItems, tokenizeUrl } from '../../../../src/demo/kaltura/tokenizers/tokenize.js'

/** Settings beyond what the shared vectors show; expectations are computed here from the CDNs' documented forms. */

const at = { now: 1700000000, clientIp: '5.6.7.8' }

t.test('CloudFront: the policy names the address, and the signature holds', async (t) => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const settings = { type: 'cloudFront', key, keyPairId: 'K', window: 60, limitIpAddress: true }
  const url = tokenizeUrl(settings, at, '/hls/,a,b,.urlset/master.m3u8', { prefix: 'https://d1.example.net' })
  const query = new URLSearchParams(url?.split('?')[1])
  const bytes = (name: string): Buffer => {
    const text = (query.get(name) ?? '').replaceAll('-', '+').replaceAll('_', '=').replaceAll('~', '/')
    return Buffer.from(text, 'base64')
  }
  t.equal(query.get('ip'), '5.6.7.8')
  const policy = bytes('Policy').toString()
  t.match(JSON.parse(policy), {
    Statement: [
      {
        Resource: 'https://d1.example.net/hls/*',
        Condition: { DateLessThan: { 'AWS:EpochTime': 1700000060 }, IpAddress: { 'AWS:SourceIp': '5.6.7.8/32' } }
      }
    ]
  })
  t.ok(createVerify('RSA-SHA1').update(policy).verify(publicKey, bytes('Signature')))
})

t.test('Level 3 with a window: the end of life is signed', async (t) => {
  const settings = { type: 'level3', key: 'k', name: 'h', gen: '0', expiryName: 'etime', window: 300 }
  const signed = '/a/b.mp4?etime=20231114221820'
  const hash = createHmac('sha1', 'k').update(signed).digest('hex').slice(0, 20)
  t.equal(tokenizeUrl(settings, at, '/a/b.mp4'), `${signed}&h=0${hash}`)
})

t.test('Wowza: the address is one of the parameters', async (t) => {
  const settings = {
    type: 'wowza',
    key: 'k',
    paramPrefix: 'w',
    hashAlgorithm: 'sha256',
    window: 10,
    limitIpAddress: true
  }
  const signed = 'live/s?5.6.7.8&k&wendtime=1700000010&wstarttime=1700000000'
  const hash = createHash('sha256').update(signed).digest('base64url')
  t.match(decodeURIComponent(tokenizeUrl(settings, at, '/live/s/a.m3u8') ?? ''), `&whash=${hash}`)
})

t.test('BitGravity: a pattern that cannot be read signs nothing', async (t) => {
  for (const hashPatternRegex of ['', '#', '#(#', '/[/']) {
    t.equal(tokenizeUrl({ type: 'bitGravity', key: 'k', hashPatternRegex }, at, '/a'), '/a', hashPatternRegex)
  }
})

t.test('a lone item is signed for itself, one without a URL stays without', async (t) => {
  const settings = { type: 'akamaiSecureHd', key: 'aa', paramName: 'h', aclPostfix: '*', window: 1 }
  const [item] = tokenizeItems(settings, at, [{ url: '/x/a.mp4', urlPrefix: 'https://c' }], '')
  t.match(item?.url, '~acl=/x/a.mp4*~')
  t.strictSame(tokenizeItems({ type: 'chinaCache', algorithmId: 3 }, at, [{ url: '/x' }], ''), [{ url: '' }])
})
