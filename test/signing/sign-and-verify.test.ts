import t from 'tap'
import { SignError, signGrant, signLink, unsignedNames } from '../../src/signing/sign.js'
import { GRANT_KEY, grant, KEY, NOW, OLD_KEY, outcome, sign, verify } from '../helpers/signing.js'

const P = '/p/101/sp/10100/playManifest'
const PATH = `${P}/entryId/0_abc/format/url/a.mp4`

t.test('a signed link holds, with every term', async (t) => {
  t.equal(outcome(sign(PATH)), 'valid')
  t.equal(outcome(sign(`${PATH}?t=web`)), 'valid')
  t.equal(outcome(sign(`${P}?entryId=0_abc`)), 'valid')
  t.equal(outcome(sign(PATH, { expires: NOW / 1000 + 1 })), 'valid')
  t.equal(outcome(sign(PATH, { expires: new Date(NOW + 1000) })), 'valid')
  const [base, token] = sign(PATH).split('?signature=') as [string, string]
  t.equal(outcome(`${base.replace('/a.mp4', '')}/signature/${token}/a.mp4`), 'valid', 'in the path')
})

t.test('whole URLs and those behind a path of a proxy are signed as their playManifest part', async (t) => {
  const path = sign(PATH)
  for (const base of ['https://video.example.com', 'http://[2001:db8::1]:8080', 'https://x.example/video/p']) {
    t.equal(signLink(base + PATH, KEY), base + path)
  }
  t.equal(sign(sign(PATH)), path, 'a signature that is there is replaced')
})

t.test('an expiry ends a link to the millisecond', async (t) => {
  const link = sign(PATH, { expires: 1_870_000_100 })
  t.equal(outcome(link, { now: 1_870_000_099_999 }), 'valid')
  t.equal(outcome(link, { now: 1_870_000_100_000 }), 'expired')
  t.match(verify(link, { now: 1_870_000_100_000 }), { detail: /good until 2029-04-04T/, keyId: 'k1' })
})

t.test('each term is signed', async (t) => {
  const link = sign(PATH, { expires: 1_880_000_000, device: 'ipad', address: '203.0.113.0/24' })
  const user = { device: () => 'ipad' as const, address: () => '203.0.113.9' }
  t.equal(outcome(link, { user }), 'valid')
  for (const [from, to] of [
    ['1880000000', '1880000001'],
    ['1880000000', ''],
    ['ipad', 'iphone'],
    ['ipad', ''],
    ['203.0.113.0_24', '203.0.112.0_23'],
    ['203.0.113.0_24', ''],
    ['~k1~', '~k0~'],
    ['/p/101/', '/p/102/']
  ] as const) {
    const forged = link.replace(from, to)
    t.not(forged, link)
    t.equal(outcome(forged, { user }), 'wrong', `${from} -> ${to}`)
  }
})

t.test('a link for a device or a network is good for no other', async (t) => {
  const user = (device: 'ipad' | 'desktop', address?: string) => ({ device: () => device, address: () => address })
  const ipad = sign(PATH, { device: 'ipad' })
  t.equal(outcome(ipad, { user: user('ipad') }), 'valid')
  t.equal(outcome(ipad, { user: user('desktop') }), 'bound')
  const near = sign(PATH, { address: '203.0.113.77/24' })
  t.match(near, '~203.0.113.0_24~', 'the network in one spelling')
  t.equal(outcome(near, { user: user('ipad', '203.0.113.255') }), 'valid')
  t.equal(
    outcome(near, { user: user('ipad', '::ffff:203.0.113.5') }),
    'valid',
    'as a socket for both families shows it'
  )
  for (const other of ['203.0.114.1', '::ffff:203.0.114.1', '2001:db8::1', '', 'unknown', undefined]) {
    t.equal(outcome(near, { user: user('ipad', other) }), 'bound', String(other))
  }
  const v6 = sign(PATH, { address: '2001:DB8:0:0::/32' })
  t.equal(outcome(v6, { user: user('ipad', '2001:db8:1::1') }), 'valid')
  t.equal(outcome(v6, { user: user('ipad', '2001:db9::1') }), 'bound')
})

t.test('keys rotate: every known key verifies, by its id alone', async (t) => {
  const old = signLink(PATH, OLD_KEY)
  t.equal(outcome(old), 'valid')
  t.equal(outcome(old, { keys: [KEY] }), 'wrong', 'the key was taken out')
  t.equal(outcome(old, { keys: [{ id: 'k0', key: KEY.key }] }), 'wrong', 'another key under its id')
  t.equal(outcome(sign(PATH), { keys: [] }), 'wrong')
  t.match(verify(old, { keys: [KEY] }), { keyId: null }, 'an id that is not ours is not repeated')
})

t.test('what is no token of ours', async (t) => {
  const token = sign(PATH).split('signature=')[1]!
  for (const given of ['', 'x', 'v1~k1', token.slice(0, -1), `${token}A`, token.replace('v1', 'v2'), `${token}~`]) {
    t.equal(outcome(`${PATH}?signature=${given}`), 'wrong', given)
  }
  // The last character of 32 bytes in base64 has two bits that say nothing.
  const last = token.at(-1)!
  for (const other of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.replace(last, '')) {
    t.equal(outcome(`${PATH}?signature=${token.slice(0, -1)}${other}`), 'wrong')
  }
  t.equal(outcome(PATH), 'missing')
  t.equal(outcome(`${P}/entryId/0_abc/format/url/signature`), 'wrong', 'a name without a value')
  t.equal(outcome(`${PATH}?signature=v1~k1~0${NOW}~~~${'A'.repeat(43)}`), 'wrong', 'an expiry in another spelling')
})

t.test('a link is no grant and a grant no link, even with the same key', async (t) => {
  const path = `${P}/entryId/0_abc/flavorId/0_def/format/url`
  const terms = { purpose: 'x', expires: NOW / 1000 + 60 }
  const granted = signGrant(path, KEY, terms)
  t.equal(outcome(granted, { kind: 'grant' }), 'valid')
  t.equal(outcome(granted.replace('grant=', 'signature=')), 'wrong')
  t.equal(outcome(granted.replace('grant=', 'signature=').replace('~x~', '~')), 'wrong')
  const link = sign(path, { expires: terms.expires })
  t.equal(outcome(link.replace('signature=', 'grant='), { kind: 'grant' }), 'wrong')
  t.equal(outcome(link.replace('signature=', 'grant=').replace(/~(?=[^~]*$)/, '~x~'), { kind: 'grant' }), 'wrong')
})

t.test('what cannot be signed is told', async (t) => {
  const refuse = (path: string, terms: object, message: RegExp) =>
    t.throws(() => sign(path, terms), { name: 'SignError', message }, `${path} ${JSON.stringify(terms)}`)
  refuse('https://example.com/x', {}, /no playManifest URL/)
  refuse(`${PATH}#t=1`, {}, /fragment/)
  refuse(`${PATH}?x=ü`, {}, /escape/)
  refuse(`${PATH}?e=0_abc`, {}, /entryId is given twice/)
  refuse(`${PATH}?x=%zz`, {}, /percent sign/)
  refuse(`${PATH}?x=%FF`, {}, /no UTF-8/)
  refuse(`${PATH}?a.b=1`, {}, /letters, digits/)
  refuse(`${P}/a.b/x/e/0_abc`, {}, /letters, digits/)
  refuse(`${PATH}?=x`, {}, /letters, digits/)
  refuse(`${PATH}?x[]=1`, {}, /letters, digits/)
  refuse(`${P}/e/0_abc/x/%2541`, {}, /escaped percent/)
  refuse(`${P}/callback/x/e/0_abc`, {}, /query only/)
  refuse(`${P}/e/0_abc//f/url/`, {}, /empty segment/)
  refuse(`${P}/index.php/e/0_abc`, {}, /index.php/)
  refuse(
    `${PATH}${Array.from({ length: 201 }, (_, at) => `&x${at}=1`)
      .join('')
      .replace('&', '?')}`,
    {},
    /more than 200/
  )
  refuse(PATH, { expires: -1 }, /Unix seconds/)
  refuse(PATH, { expires: Number.NaN }, /Unix seconds/)
  refuse(PATH, { expires: NOW }, /Unix seconds/)
  refuse(PATH, { device: 'toaster' }, /no device class/)
  for (const address of ['203.0.113', '0x7f.1', '203.0.113.0/33', '0.0.0.0/0', '::ffff:1.2.3.4', 'fe80::1%eth0', 'x']) {
    refuse(PATH, { address }, /is no address/)
  }
  t.throws(() => signLink(PATH, { id: 'a~b', key: KEY.key }), SignError)
})

t.test('what cannot be granted is told', async (t) => {
  const GOOD = `${P}/entryId/0_abc/flavorId/0_def/format/url/a.mp4`
  t.equal(outcome(grant(GOOD), { kind: 'grant' }), 'valid')
  t.equal(outcome(grant(`${P}/e/0_abc/fi/0_def`), { kind: 'grant' }), 'valid')
  for (const path of [
    `${P}/entryId/0_abc/format/url`,
    `${P}/flavorId/0_def`,
    `${P}/entryId/0_abc/flavorId/0_def,0_ghi`,
    `${P}/entryId/0_abc/flavorIds/0_def`,
    `${GOOD}?protocol=https`,
    `${GOOD}?playSessionId=1`,
    `${GOOD}?ks=1`,
    `${GOOD}?x=1`,
    GOOD.replace('url', 'applehttp'),
    GOOD.replace('url', 'mpegdash'),
    GOOD.replace('0_def', '{1:result:id}')
  ]) {
    t.throws(() => grant(path), { name: 'SignError', message: /cannot be a grant/ }, path)
  }
  t.throws(() => grant(GOOD, { purpose: 'two words' }), { message: /one word/ })
  t.throws(() => signGrant(GOOD, GRANT_KEY, { purpose: 'x' }), { message: /has to expire/ })
})

t.test('names that are not signed are told to who signs', async (t) => {
  t.strictSame(unsignedNames(`${PATH}?clientTag=x&ui=1&ks=y`).sort(), ['clientTag', 'uiConfId'])
})
