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

t.test(
  'a refusal is no failure of upstream: an old value is given only where upstream has failed of late',
  async (t) => {
    const { clock, cache, loads, load, admit } = made()
    const broken = async () => {
      throw new Error('no')
    }
    await cache.get('k', load('a'), 1000)
    clock.now += 300
    t.strictSame(await cache.get('k', load('b'), 1000, admit(false)), { found: false, reason: 'refused' })
    t.match(await cache.get('k', broken, 1000, admit(true)), { found: true, value: 'a', state: 'stale-error' })
    t.strictSame(loads, ['a'])
  }
)

t.test('upstream that failed of late outlives a refusal and a lack of patience, within the bound', async (t) => {
  const clock = { now: 1000 }
  const cache = new StaleCache<string>({ maxBytes: 100_000, now: () => clock.now, retryAfter: 100 })
  const slot = { value: 'a', fresh: 100, staleWhileRevalidate: 0, staleIfError: 5000, bytes: 10 }
  const fail = async () => {
    throw new Error('no')
  }
  const hang = () => new Promise<never>(() => undefined)
  const no = async () => false
  await cache.get('k', async () => slot, 1000)
  clock.now += 300
  await cache.get('k', fail, 1000)
  clock.now += 900
  t.match(await cache.get('k', hang, 1000, no), { found: true, value: 'a', state: 'stale-error' })
  t.match(await cache.get('k', hang, 0), { found: true, value: 'a', state: 'stale-error' })
  clock.now += 200
  t.strictSame(await cache.get('k', hang, 0), { found: false, reason: 'pending' }, 'the failure is long ago')
  t.match(await cache.get('k', hang, 1), { found: true, value: 'a', state: 'stale-error' }, 'waited for in vain')
})

t.test('a load that fails at once is told to all who were being admitted', async (t) => {
  const { cache, admit } = made()
  const broken = async () => {
    throw new Error('no')
  }
  const all = await Promise.all([1, 2, 3].map(() => cache.get('k', broken, 1000, admit(true))))
  t.ok(all.every((lookup) => !lookup.found && lookup.reason === 'failed'))
})
