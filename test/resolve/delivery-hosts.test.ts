import fc from 'fast-check'
import t from 'tap'
import { hostObjection, originsOf } from '../../src/resolve/delivery-hosts.js'

const deliveryHosts = ['cdn.example.com', '*.cdn.example.net:8443']
const judge = (given: { location?: string; origins?: readonly string[] }) =>
  hostObjection({ deliveryHosts }, { kind: '', ...given })

t.test('without deliveryHosts everything is handed out', async (t) => {
  for (const given of [{ location: 'https://any.example/' }, { origins: ['https://any.example'] }, {}]) {
    t.equal(hostObjection({ deliveryHosts: null }, { kind: '', ...given }), null)
  }
})

t.test('a Location, with its port; a manifest, with every place that it names; never a document', async (t) => {
  for (const url of ['https://cdn.example.com/a', 'http://CDN.example.com:80/', 'https://x.cdn.example.net:8443/']) {
    t.equal(judge({ location: url }), null, url)
    t.equal(judge({ origins: [url, 'https://cdn.example.com'] }), null, url)
  }
  for (const url of [
    'https://cdn.example.com:8443/',
    'https://x.cdn.example.net/',
    'https://example.com/',
    'rtmp://x/',
    '?'
  ]) {
    t.match(judge({ location: url }), /^the rule does not hand out/, url)
    t.match(judge({ origins: ['https://cdn.example.com', url] }), /^the rule does not hand out/, url)
  }
  t.equal(judge({ origins: [] }), null, 'what names no place is at none')
  t.match(judge({}), /document/)
  t.equal(
    judge({ location: 'https://u:p@other.example/?ks=secret' }),
    'the rule does not hand out what is at other.example'
  )
})

t.test('the places of URIs, each once', async (t) => {
  t.strictSame(
    originsOf([
      'https://a.example/x/seg-$Number$.m4s',
      'https://a.example/y',
      'HTTP://b.example:81?q',
      '//c.example/x',
      '/path',
      'seg-1.ts',
      'a=b&c=https://d.example',
      'data:text/plain,x',
      'urn:mpeg:dash:utc:direct:2014',
      'skd://key',
      'rtmp://e.example/x'
    ]),
    ['https://a.example', 'HTTP://b.example:81', 'https://c.example', 'rtmp://e.example/x']
  )
})

t.test('property: what passes leads to no other host, as the URL standard reads it', async () => {
  const host = fc.constantFrom('cdn.example.com', 'evil.example', 'x.cdn.example.net:8443', 'cdn.example.com:8443')
  const glue = fc.constantFrom('', '/', '\\', '@', '#', '?', ':', '.', '%2e', ' ', '\t', 'http:', 'https:', '//')
  const text = fc.array(fc.oneof(host, glue, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 7 })
  const base = 'https://cdn.example.com/p/'
  fc.assert(
    fc.property(text, fc.boolean(), (parts, absolute) => {
      const uri = (absolute ? 'https://' : '') + parts.join('')
      if (judge({ origins: originsOf([uri]) }) !== null || !URL.canParse(uri, base)) return true
      const { protocol, hostname, port } = new URL(uri, base)
      if (!/^https?:$/.test(protocol)) return true
      // The same host as a name server sees it.
      const name = hostname.replace(/\.$/, '')
      return port === '8443' ? name.endsWith('.cdn.example.net') : name === 'cdn.example.com'
    }),
    { numRuns: 3000 }
  )
})
