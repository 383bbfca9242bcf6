import t from 'tap'
import {
  decodeKs,
  hasPrivilege,
  isAdmin,
  isWidgetSession,
  ksFingerprint,
  ksValidity,
  makeKsV1,
  makeKsV2,
  mayCarryUriRestrict,
  type VerifiedKs,
  verifyKs
} from '../../src/viewer/ks.js'

const SECRET = '0123456789abcdef0123456789abcdef'
const NOW = 1_700_000_000

function verified(text: string, secrets: readonly string[] = [SECRET], partnerId?: number): VerifiedKs {
  const ks = verifyKs(text, secrets, partnerId)
  if (!ks.ok) throw new Error(`not verified: ${ks.reason}`)
  return ks
}

t.test('check values of reference ks.md', async (t) => {
  const v1 = makeKsV1({
    partnerId: 102,
    secret: SECRET,
    expiry: 1_893_456_000,
    rand: '1700000000.1234',
    userId: 'viewer1',
    privileges: 'sview:0_abcd1234,disableentitlement'
  })
  t.equal(
    v1,
    'MWIwODUyMzgzZTY4YmViNjViYmFmNWM0NTU0OWNlMjcyMTk1NzgyMnwxMDI7MTAyOzE4OTM0NTYwMDA7MDsxNzAwMDAwMDAwLjEyMzQ7' +
      'dmlld2VyMTtzdmlldzowX2FiY2QxMjM0LGRpc2FibGVlbnRpdGxlbWVudDs7'
  )
  t.equal(verified(v1).hash, '1b0852383e68beb65bbaf5c45549ce2721957822')
  const v2 = makeKsV2({
    partnerId: 102,
    secret: SECRET,
    expiry: 1_893_456_000,
    userId: 'viewer1',
    privileges: 'sview:0_abcd1234,disableentitlement',
    random: Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex')
  })
  t.equal(
    v2,
    'djJ8MTAyfBdZRpovSPOOV_wbOJavWjnAZWGHxQUNZn6iEId65Qrb-KvdyniJgmlIJQOhTuZo4OiP1xfTq1R1b4c0cbmKhnftegJj1E3IzuHHWf5' +
      'XT-XaSijKoyObimdoCCjiBeU7hqe6NiQJLT68BLgHVl45iJg='
  )
  t.equal(verified(v2).hash, '71206d0f6a17d9c2783cc417ec111a94bc6d9dd8')
})

t.test('what can be seen without a secret', async (t) => {
  const v1 = decodeKs(makeKsV1({ partnerId: 101, secret: 'x', expiry: NOW, userId: 'bob', privileges: 'sview:0_a' }))
  t.match(v1, { version: 1, partnerId: 101, expiry: NOW, type: 0, userId: 'bob', privileges: 'sview:0_a' })
  t.strictSame(decodeKs(makeKsV2({ partnerId: 101, secret: 'x', expiry: NOW, userId: 'bob' })), {
    version: 2,
    partnerId: 101
  })
  const notASession = [
    '',
    '0',
    'garbage',
    '   ',
    'aGVsbG8=',
    '!!!!',
    'djJ8MTAx',
    'djJ8MTAxfA==',
    Buffer.from('a|b;c').toString('base64')
  ]
  for (const text of notASession) t.equal(decodeKs(text), null, JSON.stringify(text))
})

t.test('base64 is strict where Kaltura is strict', async (t) => {
  const ks = makeKsV1({ partnerId: 101, secret: SECRET, expiry: NOW, userId: 'bbb', rand: '1' })
  t.match(ks, /[^=]==$/, 'the sample ends in two pads')
  const bare = ks.slice(0, -2)
  for (const good of [
    bare,
    ` ${ks}`,
    `${bare}=\n=`,
    `${ks.slice(0, 5)}\r\n\t${ks.slice(5)}`,
    ks.replaceAll('+', '-').replaceAll('/', '_')
  ]) {
    t.equal(verifyKs(good, [SECRET]).ok, true, JSON.stringify(good))
  }
  for (const bad of [
    `${bare}=`,
    `${ks}=`,
    `${ks}A`,
    `=${ks}`,
    `${bare}AAA`,
    `${ks}\0`,
    `${ks}\u00a0`,
    `${ks}%20`,
    `${ks},`
  ]) {
    t.strictSame(verifyKs(bad, [SECRET]), { ok: false, reason: 'malformed' }, JSON.stringify(bad))
  }
})

t.test('which secret, which partner', async (t) => {
  for (const make of [makeKsV1, makeKsV2]) {
    const text = make({ partnerId: 101, secret: SECRET, expiry: NOW })
    t.strictSame(verifyKs(text, []), { ok: false, reason: 'signature' })
    t.strictSame(verifyKs(text, ['other']), { ok: false, reason: 'signature' })
    t.strictSame(verifyKs(text, [SECRET], 102), { ok: false, reason: 'partner' })
    t.equal(verifyKs(text, ['other', SECRET], 101).ok, true)
    const everybody = make({ partnerId: 101, secret: '', expiry: NOW })
    t.strictSame(verifyKs(everybody, ['']), { ok: false, reason: 'signature' }, 'the empty secret signs nothing')
  }
  const bytes = Buffer.from(makeKsV2({ partnerId: 101, secret: SECRET, expiry: NOW }), 'base64url')
  const forged = Buffer.concat([Buffer.from('v2|102|'), bytes.subarray(7)]).toString('base64url')
  t.equal(verified(forged).partnerId, 102, 'version 2 does not sign its partner id')
  t.strictSame(verifyKs(forged, [SECRET], 101), { ok: false, reason: 'partner' }, 'so the caller names the partner')
  for (const odd of ['0101', '1e2', '101 ', '+101', '']) {
    const text = Buffer.concat([Buffer.from(`v2|${odd}|`), bytes.subarray(7)]).toString('base64url')
    t.strictSame(verifyKs(text, [SECRET], 101), { ok: false, reason: 'partner' }, `partner id ${JSON.stringify(odd)}`)
  }
})

t.test('validity', async (t) => {
  const at = (privileges: string, circumstances: object): number =>
    ksValidity(verified(makeKsV2({ partnerId: 1, secret: SECRET, expiry: NOW + 1, privileges })), {
      now: NOW,
      ...circumstances
    })
  t.equal(at('', {}), 1)
  t.equal(at('', { now: NOW + 1 }), -5, 'the second of the expiry is too late')
  t.equal(at('iprestrict:10.0.0.1/10.0.0.2', { clientIp: '10.0.0.2' }), 1)
  t.equal(at('iprestrict:2001:db8::1', { clientIp: '2001:db8::1' }), 1)
  t.equal(at('iprestrict:10.0.0.1', { clientIp: '10.0.0.11' }), -9)
  t.equal(at('iprestrict', { clientIp: '10.0.0.1' }), -9, 'no value allows no address')
  t.equal(at('iprestrict:10.0.0.1', {}), 1, 'unknown address: not judged')
  t.equal(at('urirestrict:/a|/b*', { requestUri: '/b/c' }), 1)
  t.equal(at('urirestrict:/a|/b*', { requestUri: '/a' }), 1)
  t.equal(at('urirestrict:/a|/b*', { requestUri: '/a?x' }), -11)
  t.equal(at('urirestrict:*', { requestUri: '/a' }), 1)
  t.equal(at('urirestrict', { requestUri: '/a' }), -11)
  t.equal(at('urirestrict:/x', {}), 1, 'unknown URI: not judged')
  t.equal(at('iprestrict:1,urirestrict:/x', { now: NOW + 9, clientIp: '2', requestUri: '/y' }), -5, 'expiry first')
  t.equal(at('iprestrict:1,urirestrict:/x', { clientIp: '2', requestUri: '/y' }), -9, 'then the address')
})

t.test('an expiry that is no number', async (t) => {
  const v1 = (expiry: string): VerifiedKs | { ok: false; reason: string } =>
    verifyKs(makeKsV1({ partnerId: 1, secret: SECRET, expiry: expiry as unknown as number }), [SECRET])
  t.strictSame(v1('soon'), { ok: false, reason: 'malformed' }, 'Kaltura compares it as text: Kaltura decides')
  t.strictSame(v1('0x77359400'), { ok: false, reason: 'malformed' })
  t.match(v1(''), { ok: true, expiry: null })
  t.match(v1(' 2e9'), { ok: true, expiry: 2_000_000_000 })
  t.equal(ksValidity(v1('') as VerifiedKs, { now: NOW }), -5)
})

t.test('privileges are matched by whole elements', async (t) => {
  const holding = (privileges: string): VerifiedKs =>
    verified(makeKsV2({ partnerId: 1, secret: SECRET, expiry: NOW, privileges }))
  t.equal(hasPrivilege(holding('sview:0_abc'), 'sview', '0_abc'), true)
  t.equal(hasPrivilege(holding('sview:0_a/0_abc'), 'sview', '0_abc'), true)
  t.equal(hasPrivilege(holding('sview:*'), 'sview', '0_abc'), true)
  t.equal(hasPrivilege(holding('sview:0_abcd'), 'sview', '0_abc'), false)
  t.equal(hasPrivilege(holding('privacycontext:sview:0_abc'), 'sview', '0_abc'), false)
  t.equal(hasPrivilege(holding('view:*'), 'sview', '0_abc'), false)
  t.equal(hasPrivilege(holding('*'), 'sview', '0_abc'), true)
  t.equal(hasPrivilege(holding('*'), 'urirestrict'), false, 'a restriction is no grant')
  t.equal(hasPrivilege(holding('*,setrole:1'), 'sview', '0_abc'), false, 'everything only when it stands alone')
  t.equal(hasPrivilege(holding('disableentitlement'), 'disableentitlement'), true)
  t.equal(hasPrivilege(holding('disableentitlementforentry:0_a'), 'disableentitlement'), false)
})

t.test('admin and widget sessions', async (t) => {
  const made = (fields: object): VerifiedKs =>
    verified(makeKsV2({ partnerId: 1, secret: SECRET, expiry: NOW, ...fields }))
  t.equal(isAdmin(made({ type: 1 })), true)
  t.equal(isAdmin(made({ type: 0 })), false)
  t.equal(isAdmin(made({ type: -1 })), false)
  t.equal(isWidgetSession(made({ privileges: 'view:*,widget:1' })), true)
  t.equal(isWidgetSession(made({ privileges: 'view:*,widget:1', userId: 'bob' })), false)
  t.equal(isWidgetSession(made({ privileges: 'view:*,widget:1', type: 2 })), false)
})

t.test('may carry urirestrict', async (t) => {
  const fields = { partnerId: 1, secret: SECRET, expiry: NOW }
  const bound = { ...fields, privileges: 'sview:*,urirestrict:/p/1/*' }
  const free = { ...fields, privileges: 'sview:*' }
  for (const make of [makeKsV1, makeKsV2]) {
    t.equal(mayCarryUriRestrict(make(bound), verified(make(bound))), true)
    t.equal(mayCarryUriRestrict(make(free), verified(make(free))), false)
  }
  t.equal(mayCarryUriRestrict(makeKsV2(free), null), true, 'nobody can see into it')
  const readable = Buffer.from('v2|1|;;;;;;;;;;;;;;;;').toString('base64')
  t.equal(mayCarryUriRestrict(readable, null), true, 'even when it looks like version 1 text')
  t.equal(mayCarryUriRestrict(makeKsV1(bound), null), true)
  t.equal(mayCarryUriRestrict(makeKsV1(free), null), false, 'what is signed is what is written')
  for (const text of ['', 'garbage', '%%%', 'djJ8', Buffer.from('x|1;1;\xff', 'latin1').toString('base64')]) {
    t.equal(mayCarryUriRestrict(text, null), true, JSON.stringify(text))
  }
})

t.test('fingerprint', async (t) => {
  const key = Buffer.alloc(32, 7)
  const text = makeKsV2({ partnerId: 1, secret: SECRET, expiry: NOW, random: Buffer.alloc(16, 0xfb) })
  const print = ksFingerprint(text, key)
  t.match(print, /^[A-Za-z0-9_-]{22}$/)
  t.equal(ksFingerprint(` ${text.replaceAll('-', '+').replaceAll('_', '/').replaceAll('=', '')}`, key), print)
  t.not(ksFingerprint(text, Buffer.alloc(32, 8)), print, 'keyed')
  t.not(ksFingerprint('garbage!', key), ksFingerprint('garbage?', key), 'text that is no session has one as well')
  t.throws(() => ksFingerprint(text, Buffer.alloc(8)), RangeError)
})

t.test('makers refuse what the format cannot hold', async (t) => {
  const fields = { partnerId: 1, secret: SECRET, expiry: NOW }
  t.throws(() => makeKsV1({ ...fields, userId: 'a;*;;' }), RangeError)
  t.throws(() => makeKsV1({ ...fields, privileges: 'sview:a;b' }), RangeError)
  t.throws(() => makeKsV2({ ...fields, random: Buffer.alloc(15) }), RangeError)
})
