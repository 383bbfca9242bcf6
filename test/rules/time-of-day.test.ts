import fc from 'fast-check'
import t from 'tap'
import { isTimeZone, timeOfDay } from '../../src/rules/time-of-day.js'

const at = (text: string) => Date.parse(text)

t.test('over midnight, and in a zone', async (t) => {
  const night = { from: '22:00', until: '06:00' }
  t.same(timeOfDay(night, at('2026-03-01T23:30:00Z')), { holds: true, until: at('2026-03-02T06:00:00Z') })
  t.same(timeOfDay(night, at('2026-03-01T12:00:00Z')), { holds: false, until: at('2026-03-01T22:00:00Z') })
  const berlin = { from: '18:00', until: '20:00', zone: 'Europe/Berlin' }
  t.equal(timeOfDay(berlin, at('2026-01-10T17:00:00Z')).holds, true, 'winter')
  t.equal(timeOfDay(berlin, at('2026-07-10T16:00:00Z')).holds, true, 'summer')
  t.equal(timeOfDay(berlin, at('2026-01-10T16:00:00Z')).holds, false)
  t.ok(isTimeZone('Europe/Berlin'))
  t.notOk(isTimeZone('Europe/Atlantis'))
})

t.test('what it says stays true until the moment it names, also while clocks change', async () => {
  const time = fc
    .tuple(fc.nat(23), fc.nat(59))
    .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'))
  const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Asia/Kathmandu')
  // Days on which clocks change somewhere, and any others.
  const moment = fc.oneof(
    fc.integer({ min: at('2026-03-29T00:00:00Z'), max: at('2026-03-29T03:00:00Z') }),
    fc.integer({ min: at('2026-10-25T00:00:00Z'), max: at('2026-10-25T03:00:00Z') }),
    fc.integer({ min: at('2026-04-04T14:00:00Z'), max: at('2026-04-04T17:00:00Z') }),
    fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') })
  )
  fc.assert(
    fc.property(
      time,
      time,
      zone,
      moment,
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      (from, until, where, now, part) => {
        fc.pre(from !== until)
        const window = { from, until, zone: where }
        const first = timeOfDay(window, now)
        if (first.until <= now) throw new Error('no life at all')
        const later = timeOfDay(window, now + Math.floor((first.until - now) * part))
        return later.holds === first.holds
      }
    ),
    { numRuns: 2000 }
  )
})
