import t from 'tap'
import { type Loaded, StaleCache } from '../../src/cache/stale-cache.js'

function made() {
  const clock = { now: 1000 }
  const cache = new StaleCache<string>({ maxBytes: 100_000, now: () => clock.now })
  const loads: string[] = []
  const load = (value: string) => async (): Promise<Loaded<string>> => {
    loads.push(value)
    await new Promise((resolve) => setImmediate(resolve))
    return { value, fresh: 100, staleWhileRevalidate: 50, staleIfError: 1000, bytes: 10 }
  }
  const asked = { count: 0 }
  const admit = (answer: boolean) => async () => {
    asked.count++
    await new Promise((resolve) => setImmediate(resolve))
    return answer
  }
  return { clock, cache, loads, load, asked, admit }
}

t.test('only the one who begins a load is asked; hits and stale values never', async (t) => {
  const { clock, cache, loads, load, asked, admit } = made()
  const many = await Promise.all(Array.from({ length: 20 }, () => cache.get('k', load('a'), 1000, admit(true))))
  t.ok(many.every((lookup) => lookup.found && lookup.value === 'a'))
  t.equal(asked.count, 1)
  t.strictSame(loads, ['a'])
  await cache.get('k', load('b'), 1000, admit(false))
  clock.now += 120
  t.match(await cache.get('k', load('b'), 1000, admit(false)), { found: true, state: 'stale' })
  t.equal(asked.count, 1)
})

t.test('a refusal is the own one: nothing is loaded, nothing is noted, others load', async (t) => {
  const { cache, loads, load, admit } = made()
  const [refused, served] = await Promise.all([
    cache.get('k', load('a'), 1000, admit(false)),
    cache.get('k', load('b'), 1000, admit(true))
  ])
  t.strictSame(refused, { found: false, reason: 'refused' })
  t.match(served, { found: true, value: 'b' })
  t.strictSame(loads, ['b'])
})

t.test('a value that outlives a failing upstream outlives a refusal', async (t) => {
  const { clock, cache, loads, load, admit } = made()
  await cache.get('k', load('a'), 1000)
  clock.now += 300
  t.match(await cache.get('k', load('b'), 1000, admit(false)), { found: true, value: 'a', state: 'stale-error' })
  clock.now += 1000
  t.strictSame(await cache.get('k', load('b'), 1000, admit(false)), { found: false, reason: 'refused' })
  t.strictSame(loads, ['a'])
})

t.test('a load that fails at once is told to all who were being admitted', async (t) => {
  const { cache, admit } = made()
  const broken = async () => {
    throw new Error('no')
  }
  const all = await Promise.all([1, 2, 3].map(() => cache.get('k', broken, 1000, admit(true))))
  t.ok(all.every((lookup) => !lookup.found && lookup.reason === 'failed'))
})
