import fc from 'fast-check'
import t from 'tap'
import { AllowedHosts, readHostPattern } from '../../src/kaltura/hosts.js'

const hosts = new AllowedHosts(
  ['https://www.kaltura.com', 'http://10.0.0.5:8080/kaltura'],
  ['cdn.example.com', 'cdn.example.com:8443', '*.akamaized.net', '[::1]:81', '127.0.0.1:3101']
)

t.test('hosts are compared with their port', async (t) => {
  for (const [url, match] of [
    ['https://www.kaltura.com/p/1', 'exact'],
    ['http://www.kaltura.com/p/1', null],
    ['https://WWW.Kaltura.com./p/1', 'exact'],
    ['http://10.0.0.5:8080/x', 'exact'],
    ['http://10.0.0.5/x', null],
    ['http://cdn.example.com/x', 'exact'],
    ['https://cdn.example.com/x', 'exact'],
    ['https://cdn.example.com:8443/x', 'exact'],
    ['https://cdn.example.com:8444/x', null],
    ['https://a.b.akamaized.net/x', 'wildcard'],
    ['https://akamaized.net/x', null],
    ['https://evilakamaized.net/x', null],
    ['https://akamaized.net.evil.example/x', null],
    ['http://[::1]:81/', 'exact'],
    ['http://127.0.0.1:3101/', 'exact'],
    ['http://2130706433:3101/', 'exact'],
    ['https://user@cdn.example.com/', null],
    ['https://cdn.example.com@evil.example/', null],
    ['ftp://cdn.example.com/', null],
    ['javascript:alert(1)', null]
  ] as const) {
    t.equal(hosts.match(new URL(url)), match, url)
  }
})

t.test('an IPv6 address is compared, not its spelling', async (t) => {
  const hosts = new AllowedHosts([], ['[2606:4700:0:0::0001]:8080', '[::ffff:8.8.8.8]'])
  t.equal(hosts.match(new URL('http://[2606:4700::1]:8080/')), 'exact')
  t.equal(hosts.match(new URL('http://[::ffff:808:808]/')), 'exact')
  t.equal(hosts.match(new URL('http://[2606:4700::2]:8080/')), null)
  t.throws(() => readHostPattern('[1::2::3]'), { message: /IPv6/ })
})

t.test('a pattern that is none is refused with what would be right', async (t) => {
  for (const text of [
    '',
    '*',
    'https://cdn.example.com',
    'a b',
    'cdn.example.com/x',
    'x:0',
    'x:70000',
    '*.',
    'a..b',
    'evil*.com'
  ]) {
    t.throws(() => readHostPattern(text), { message: /cdn\.example\.com/ }, text)
  }
})

t.test('no other host passes, whatever it is made of', async (t) => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true }), (text) => {
      const url = new URL(text)
      const known = /(^|\.)(www\.kaltura\.com|cdn\.example\.com|akamaized\.net)$/.test(url.hostname)
      return known || hosts.match(url) === null
    })
  )
  t.pass('property holds')
})
