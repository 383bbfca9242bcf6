import fc from 'fast-check'
import t from 'tap'
import { gatewayUrlOf } from '../../src/console/gateway-url.js'
import { consolePolicy } from '../../src/console/policy.js'

t.test('own files, the gateway, and the hosts that answers may name', async (t) => {
  const policy = consolePolicy({
    gatewayUrl: 'https://video.example.com/base',
    hosts: ['www.kaltura.com', '*.akamaized.net', 'cdn.example.com:8443', '[::1]:8080']
  })
  t.notMatch(policy, /unsafe|'nonce|data:|::1/)
  const directives = new Map(policy.split('; ').map((text) => [text.split(' ')[0], text.split(' ').slice(1)]))
  t.same(directives.get('default-src'), ["'none'"])
  t.same(directives.get('script-src'), ["'self'"])
  t.same(directives.get('style-src'), ["'self'"])
  t.same(directives.get('connect-src'), [
    "'self'",
    'https://video.example.com',
    'http://www.kaltura.com',
    'https://www.kaltura.com',
    'http://*.akamaized.net',
    'https://*.akamaized.net',
    'http://cdn.example.com:8443',
    'https://cdn.example.com:8443'
  ])
  t.same(directives.get('media-src'), ['blob:', ...directives.get('connect-src')!.slice(1)])
  t.same(directives.get('frame-ancestors'), ["'none'"])
})

t.test('no host opens more than itself', async (t) => {
  const odd = fc.string({ unit: fc.constantFrom(...'a.*:;, \'"0[]/\\\n'), maxLength: 20 })
  const plain = consolePolicy({ gatewayUrl: null, hosts: [] })
  fc.assert(
    fc.property(odd, (host) => {
      const policy = consolePolicy({ gatewayUrl: null, hosts: [host] })
      const added = policy.split(/[; ]+/).filter((word) => !plain.split(/[; ]+/).includes(word))
      return policy.split(';').length === plain.split(';').length && added.every((word) => word.endsWith(`//${host}`))
    }),
    { numRuns: 3000 }
  )
  t.pass('property holds')
})

t.test('where a browser reaches the gateway', async (t) => {
  const of = (host: string, publicUrl: string | null = null) => gatewayUrlOf({ host, port: 3000, publicUrl })
  t.equal(of('127.0.0.1'), 'http://127.0.0.1:3000')
  t.equal(of('10.0.0.5'), 'http://10.0.0.5:3000')
  t.equal(of('localhost'), 'http://localhost:3000')
  t.equal(of('0.0.0.0'), 'http://127.0.0.1:3000')
  t.equal(of('::'), 'http://127.0.0.1:3000')
  t.equal(of('::1'), 'http://localhost:3000')
  t.equal(of('2001:db8::1'), null)
  t.equal(of('0.0.0.0', 'https://video.example.com'), 'https://video.example.com')
})
