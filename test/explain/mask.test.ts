import t from 'tap'
import {
  hostOf,
  masked,
  maskedPieces,
  maskedWhole,
  shownHeaders,
  shownLocation,
  shownParameters,
  unknownParameters,
  withoutPieces
} from '../../src/explain/mask.js'
import { parsePlayManifestUrl } from '../../src/playmanifest/parse.js'
import { makeKsV2 } from '../../src/viewer/ks.js'

const KS = makeKsV2({ partnerId: 101, secret: 'a secret of this test', expiry: 4_000_000_000, userId: 'me' })

function parsed(target: string) {
  const result = parsePlayManifestUrl(target)
  if (!result.ok) throw new Error(result.detail)
  return result.request
}

t.test('parameters: secret ones masked, and whatever a session stands in', async (t) => {
  const target = `/p/101/playManifest/e/0_a/entryId/0_b/tags/${KS}/hashes/x-1/a.mp4?ks=short&playSessionId=5&${KS}=1&mine=2`
  const shown = shownParameters(parsed(target), target)
  t.strictSame(
    shown.map(({ name, value, from }) => [name, value, from]),
    [
      ['entryId', '0_b', 'path'],
      ['tags', '***', 'path'],
      ['ks', '***', 'query'],
      ['hashes', '***', 'path'],
      ['playSessionId', '5', 'query']
    ]
  )
  t.strictSame(unknownParameters(parsed(target), target).sort(), ['***', 'a.mp4', 'mine'])
})

t.test('a Location: secrets by name, and its host alone when something is left that opens it', async (t) => {
  t.equal(
    shownLocation('https://k.example/p/101/playManifest/entryId/0_a/a.m3u8'),
    'https://k.example/p/101/playManifest/entryId/0_a/a.m3u8'
  )
  t.equal(
    shownLocation(`https://k.example/p/101/playManifest/ks/${KS}/a.m3u8?x=1`),
    'https://k.example/p/101/playManifest/ks/***/a.m3u8?x=1'
  )
  t.equal(
    shownLocation('https://cdn.example/hdntl=exp=1~acl=/*~hmac=0123456789abcdef0123456789abcdef/a.m3u8'),
    'https://cdn.example/***'
  )
  for (const token of [
    'Expires=1&Key-Pair-Id=2',
    'etime=20300101000000&encoded=0a1b2c3d4e5f60718293a',
    'hdnea=exp=1~hmac=2'
  ]) {
    const shown = shownLocation(`https://cdn.example/a.m3u8?${token}`)
    t.notMatch(shown, /0a1b2c|hmac|Pair-Id=2/, token)
  }
  t.equal(hostOf('https://cdn.example:8443/a?b'), 'https://cdn.example:8443/***')
  t.equal(hostOf('https://user:pass@cdn.example/a'), '/***')
})

t.test('headers: nothing of the connection within the process', async (t) => {
  const given = {
    location: `https://k.example/?ks=${KS}`,
    connection: 'close',
    date: 'x',
    vary: 'a',
    'x-kaltura-app': `Invalid KS ${KS}`
  }
  t.strictSame(shownHeaders(given, false), { location: 'https://k.example/?ks=***', vary: 'a', 'x-kaltura-app': '***' })
  t.equal(shownHeaders(given, true).location, 'https://k.example/***')
})

t.test('every text of a value', async (t) => {
  t.strictSame(masked({ a: [`x ${KS} y`], b: 1, c: null, d: true }), { a: ['x *** y'], b: 1, c: null, d: true })
  t.strictSame(maskedWhole({ a: ['ks=1'], b: { c: 'plain' } }), { a: ['***'], b: { c: 'plain' } })
})

t.test('a session with slashes stays masked in a URL that holds its pieces apart', async (t) => {
  const target = '/p/101/sp/10100/playManifest/ks/MWIyNGE3ZmE5YWRlOTMyZmJlNjQ1ZWJiMTAxOGRk/DrztzdmlldzoqOzs='
  const pieces = maskedPieces(target)
  const location = 'https://k.example/p/101/sp/10100/playManifest/ks/***/format/url/DrztzdmlldzoqOzs='
  t.strictSame(withoutPieces({ a: [location, 1, null] }, pieces), {
    a: ['https://k.example/p/101/sp/10100/playManifest/ks/***/format/url/***=', 1, null]
  })
  t.strictSame(maskedPieces('/p/101/playManifest/entryId/0_abc/format/url'), [])
})
