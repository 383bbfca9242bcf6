import t from 'tap'
import { Breaker } from '../../src/kaltura/breaker.js'

t.test('opens after failures in a row, lets one probe through, closes on success', async (t) => {
  const clock = { now: 0 }
  const breaker = new Breaker({ threshold: 3, firstPause: 100, longestPause: 300, now: () => clock.now })
  for (let i = 0; i < 2; i++) breaker.failed()
  breaker.succeeded()
  for (let i = 0; i < 2; i++) breaker.failed()
  t.equal(breaker.state, 'closed', 'a success in between starts the count anew')
  breaker.failed()
  t.equal(breaker.state, 'open')
  t.notOk(breaker.allow())
  clock.now = 100
  t.equal(breaker.state, 'half-open')
  t.ok(breaker.allow(), 'one probe')
  t.notOk(breaker.allow(), 'and only one')
  breaker.failed()
  clock.now = 250
  t.notOk(breaker.allow(), 'the pause doubles')
  clock.now = 300
  t.ok(breaker.allow())
  breaker.succeeded()
  t.ok(breaker.allow())
  t.ok(breaker.allow())
})
