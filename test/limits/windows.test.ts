import fc from 'fast-check'
import t from 'tap'
import { WINDOW, Windows } from '../../src/limits/windows.js'

const START = 1_700_000_000_000 - (1_700_000_000_000 % WINDOW)

function made(max: number, maxKeys?: number) {
  const clock = { now: START }
  const windows = new Windows({ max, now: () => clock.now, ...(maxKeys === undefined ? {} : { maxKeys }) })
  windows.follow()
  const takeMany = (times: number, key = 'a') => {
    let taken = 0
    for (let i = 0; i < times; i++) if (windows.take(key) === 0) taken++
    return taken
  }
  return { clock, windows, takeMany }
}

t.test('a budget is for one key and one minute', async (t) => {
  const { clock, windows, takeMany } = made(3)
  t.equal(takeMany(5), 3)
  t.equal(takeMany(5, 'b'), 3, 'another key has its own')
  t.ok(windows.take('a') > 0)
  clock.now += WINDOW
  t.equal(takeMany(5), 0, 'what was used just now slides out over the next minute')
  clock.now += WINDOW / 2
  t.equal(takeMany(5), 1, 'half of it')
  clock.now += WINDOW * 2
  t.equal(takeMany(5), 3)
})

t.test('no limit without a number', async (t) => {
  const { takeMany, windows } = made(0)
  t.equal(takeMany(1000), 1000)
  t.equal(windows.confirm('a'), 0)
  t.equal(windows.size, 0)
})

t.test('memory is bounded; the oldest key is forgotten', async (t) => {
  const { windows, takeMany } = made(1, 100)
  for (let i = 0; i < 1000; i++) windows.take(`key ${i}`)
  t.equal(windows.size, 100)
  t.ok(windows.drain(10_000).length <= 100, 'nor are forgotten keys exchanged')
  t.equal(takeMany(1, 'key 999'), 0)
})

t.test('what the others counted is part of it, and one too many is given back', async (t) => {
  const { windows, takeMany } = made(10)
  t.equal(takeMany(4), 4)
  windows.count('a')!.others = 5
  t.equal(windows.confirm('a'), 0)
  t.equal(takeMany(3), 1)
  windows.count('a')!.others = 6
  t.ok(windows.confirm('a') > 0)
  t.equal(windows.count('a')!.own, 4)
})

t.test('only counts that are worth a word are exchanged, each once', async (t) => {
  const { windows, takeMany } = made(100)
  takeMany(4)
  takeMany(5, 'b')
  t.strictSame(windows.drain(10), ['b'])
  t.strictSame(windows.drain(10), [])
  takeMany(1)
  takeMany(1, 'b')
  t.strictSame(windows.drain(1).length + windows.drain(1).length, 2, 'what is left over comes with the next')
})

t.test('property: never more than the budget in any window, and who waits as told is served', async () => {
  const steps = fc.array(
    fc.record({ pause: fc.integer({ min: 0, max: 90_000 }), asks: fc.integer({ min: 0, max: 30 }) })
  )
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), steps, fc.integer({ min: 0, max: WINDOW }), (max, plan, offset) => {
      const { clock, windows } = made(max)
      clock.now += offset
      const admitted = new Map<number, number>()
      let wait = 0
      for (const { pause, asks } of plan) {
        clock.now += pause
        for (let i = 0; i < asks; i++) {
          wait = windows.take('a')
          const window = Math.floor(clock.now / WINDOW)
          if (wait === 0) admitted.set(window, (admitted.get(window) ?? 0) + 1)
        }
      }
      if ([...admitted.values()].some((count) => count > max)) return false
      if (wait === 0) return true
      clock.now += wait
      return windows.take('a') === 0 && wait <= 2 * WINDOW
    })
  )
})

t.test('without a fleet nothing is remembered for one', async (t) => {
  const windows = new Windows({ max: 2, now: () => START })
  windows.take('a')
  windows.touch('a')
  t.strictSame(windows.drain(10), [])
})
