import t from 'tap'
import { TokenCheck } from '../../src/admin/token.js'

const TOKEN = 'a-token-of-this-test'
const right = `Bearer ${TOKEN}`

t.test('right, wrong, missing', async (t) => {
  const check = new TokenCheck(TOKEN)
  t.equal(check.check(right, '10.0.0.1'), 'right')
  t.equal(check.check(`bearer   ${TOKEN} `, '10.0.0.1'), 'right')
  for (const header of [undefined, '', 'Bearer', 'Bearer ', `Basic ${TOKEN}`, TOKEN])
    t.equal(check.check(header, '10.0.0.1'), 'missing', String(header))
  for (const header of ['Bearer x', `${right}x`, `Bearer ${TOKEN.slice(0, -1)}`, `Bearer ${TOKEN.toUpperCase()}`])
    t.equal(check.check(header, '10.0.0.1'), 'wrong', header)
})

t.test('ten wrong ones a minute for each client; then not even the right one is looked at', async (t) => {
  let now = 1_000_000
  const check = new TokenCheck(TOKEN, () => now)
  for (let i = 0; i < 10; i++) t.equal(check.check('Bearer wrong', '10.0.0.1'), 'wrong')
  t.same(check.check('Bearer wrong', '10.0.0.1'), { retryAfter: 60 })
  now += 30_000
  t.same(check.check(right, '10.0.0.1'), { retryAfter: 30 })
  t.same(check.check(right, '::ffff:10.0.0.1'), { retryAfter: 30 }, 'the same client in another spelling')
  t.equal(check.check(right, '10.0.0.2'), 'right', 'others are not concerned')
  t.equal(check.check(undefined, '10.0.0.1'), 'missing', 'no token is no try')
  now += 30_000
  t.equal(check.check(right, '10.0.0.1'), 'right')
})

t.test('IPv6 counts by /64', async (t) => {
  const check = new TokenCheck(TOKEN)
  for (let i = 0; i < 10; i++) check.check('Bearer wrong', `2001:db8:1:2::${i}`)
  t.type(check.check(right, '2001:db8:1:2:ffff::1'), 'object')
  t.equal(check.check(right, '2001:db8:1:3::1'), 'right')
})
