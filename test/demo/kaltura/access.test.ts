import fc from 'fast-check'
import t from 'tap'
import { evaluateAccess, isBlocked, previewOf } from '../../../src/demo/kaltura/access.js'
import type { AccessCondition, AccessControlProfile } from '../../../src/demo/kaltura/index.js'
import { inRange } from '../../../src/demo/kaltura/ip-range.js'

t.test('address ranges', async (t) => {
  const yes: [string, string][] = [
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7', '203.0.113.0/24'],
    ['203.0.113.7', '203.0.113.0/255.255.255.0'],
    ['203.0.113.7', '203.0.113.1-203.0.113.9'],
    ['::ffff:203.0.113.7', '203.0.113.0/24'],
    ['1.2.3.4', '0.0.0.0/0']
  ]
  const no: [string, string][] = [
    ['203.0.114.7', '203.0.113.0/24'],
    ['203.0.113.10', '203.0.113.1-203.0.113.9'],
    ['2001:db8::1', '0.0.0.0/0'],
    ['garbage', '0.0.0.0/0'],
    ['1.2.3.4', '1.2.3.0/33'],
    ['1.2.3.4', ''],
    ['1.2.3.4', 'x/8']
  ]
  for (const [ip, range] of yes) t.ok(inRange(ip, range), `${ip} in ${range}`)
  for (const [ip, range] of no) t.notOk(inRange(ip, range), `${ip} not in ${range}`)
  fc.assert(fc.property(fc.string(), fc.string(), (ip, range) => typeof inRange(ip, range) === 'boolean'))
})

const block = { type: 1, objectType: 'KalturaAccessControlBlockAction' }

function profileOf(...conditions: AccessCondition[]): AccessControlProfile {
  const rule = { message: 'm', actions: [block], conditions, forceAdminValidation: false, objectType: 'KalturaRule' }
  return {
    id: 9,
    partnerId: 1,
    name: '',
    systemName: '',
    description: '',
    createdAt: 0,
    updatedAt: 0,
    isDefault: false,
    rules: [rule],
    objectType: 'KalturaAccessControlProfile'
  }
}

const scope = {
  context: 1 as const,
  entryId: '0_a',
  session: null,
  ip: '198.51.100.1',
  userAgent: 'curl/8',
  referrer: 'https://www.allowed.example.com/page',
  country: null
}

const condition = (type: number, not: boolean, ...values: string[]): AccessCondition => ({
  type,
  not,
  values: values.map((value) => ({ value, objectType: 'KalturaStringValue' })),
  objectType: 'KalturaCondition'
})

t.test('conditions', async (t) => {
  const blocks = (c: AccessCondition, over = {}) => isBlocked(evaluateAccess(profileOf(c), { ...scope, ...over }))
  t.ok(blocks(condition(2, true, 'DE')), 'an unknown country is not the wanted one')
  t.notOk(blocks(condition(2, true, 'de'), { country: 'DE' }))
  t.notOk(blocks(condition(4, true, 'allowed.example.com')), 'a subdomain')
  t.notOk(blocks(condition(4, true, 'allowed.example.com'), { referrer: 'http://allowed.example.com' }))
  t.notOk(
    blocks(condition(4, true, 'allowed.example.com'), { referrer: 'https://x.allowed.example.com.evil.net/' }),
    'as soft as Kaltura'
  )
  t.ok(blocks(condition(4, true, 'allowed.example.com'), { referrer: '' }))
  t.ok(blocks(condition(5, false, '.*CURL.*')), 'the pattern does not mind case')
  t.throws(() => blocks(condition(99, false)), /condition type 99/)
})

t.test('contexts, conditions as AND, header', async (t) => {
  const both = evaluateAccess(profileOf(condition(5, false, 'curl'), condition(3, false, '10.0.0.0/8')), scope)
  t.notOk(isBlocked(both))
  t.equal(both.header, '9')
  const hit = evaluateAccess(profileOf(condition(5, false, 'curl')), scope)
  t.equal(hit.header, '9 0')
  t.same(hit.messages, [{ message: 'm', code: '' }])
  const download = profileOf()
  const rules = [{ ...download.rules[0]!, contexts: [{ type: 2, objectType: '' }] }]
  t.notOk(isBlocked(evaluateAccess({ ...download, rules }, scope)))
  t.ok(isBlocked(evaluateAccess({ ...download, rules }, { ...scope, context: 2 })))
})

t.test('the shortest preview counts', async (t) => {
  t.equal(previewOf({ actions: [] }), null)
  t.equal(
    previewOf({
      actions: [
        { type: 2, limit: 10, objectType: '' },
        { type: 2, limit: 5, objectType: '' }
      ]
    }),
    5000
  )
})
