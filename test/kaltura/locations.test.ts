import fc from 'fast-check'
import t from 'tap'
import { AllowedHosts } from '../../src/kaltura/hosts.js'
import { Locations } from '../../src/kaltura/locations.js'

const BASE = 'https://cdnapi.kaltura.example/base'
const locations = new Locations(BASE, new AllowedHosts([BASE], ['cdn.example.com', '*.cdn.example.net:8443']))
const bare = new Locations('https://k.example', new AllowedHosts([], []))

t.test('a path stays at the configured host', async (t) => {
  t.equal(locations.atKaltura('/p/101/playManifest?a=b'), `${BASE}/p/101/playManifest?a=b`)
  for (const path of ['.attacker.net/p/101', '@attacker.net/', ':80/', '', 'p/101']) {
    t.throws(() => bare.atKaltura(path), RangeError, path)
  }
})

t.test('whatever a path holds, the host is ours and the text is one line of ASCII', async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const location = bare.atKaltura(`/${text}`)
      t.match(location, /^[!-~]+$/)
      t.equal(new URL(location).host, 'k.example', JSON.stringify(text))
    }),
    { seed: 4, numRuns: 500 }
  )
  t.equal(
    bare.atKaltura('/a b/\u00fc\r\nX: y\ud800'),
    'https://k.example/a%20b/%C3%BC%0D%0AX:%20y%EF%BF%BD',
    'spaces, line ends and half characters are escaped'
  )
})

t.test(
  'a delivery URL has an allowed host, port and scheme, and comes back as the URL standard writes it',
  async (t) => {
    t.equal(locations.delivery('https://cdn.example.com/a b'), 'https://cdn.example.com/a%20b')
    t.equal(locations.delivery('HTTPS://CDN.example.com\\@evil/x'), 'https://cdn.example.com/@evil/x')
    t.equal(locations.delivery('https://a.cdn.example.net:8443/x'), 'https://a.cdn.example.net:8443/x')
    for (const url of [
      'https://evil.example/',
      'https://cdn.example.com.evil.example/',
      'https://cdn.example.com:8443/',
      'https://a.cdn.example.net/',
      'https://user@cdn.example.com/',
      'javascript:alert(1)',
      'data:text/html,x',
      'file:///etc/passwd',
      'ftp://cdn.example.com/',
      '//cdn.example.com/',
      '/path',
      ''
    ]) {
      t.equal(locations.delivery(url), null, url)
    }
  }
)

t.test('a name chooses among configured bases, and nothing else', async (t) => {
  const named = new Map([['two', 'https://two.example/base']])
  const several = new Locations('https://k.example', new AllowedHosts([], []), named)
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.oneof(fc.constantFrom('two', null, '__proto__', 'https://evil.example'), fc.string({ unit: 'binary' })),
      (text, name) => {
        const base = name === 'two' ? 'https://two.example/base' : 'https://k.example'
        t.equal(several.base(name), base)
        t.ok(several.atKaltura(`/${text}`, name).startsWith(`${base}/`))
        t.equal(several.atKaltura(`/${text}`, name).slice(base.length), several.atKaltura(`/${text}`).slice(17))
      }
    )
  )
  t.throws(() => several.atKaltura('.evil.example/', 'two'), RangeError)
})
