import t from 'tap'
import { type Loaded, StaleCache } from '../../src/cache/stale-cache.js'

const PATIENCE = 1000

function loaded(value: string, over: Partial<Loaded<string>> = {}): Loaded<string> {
  return { value, fresh: 60_000, staleWhileRevalidate: 30_000, staleIfError: 3_600_000, bytes: 10, ...over }
}

function setup(retryAfter = 1000) {
  const clock = { now: 1_000_000 }
  const cache = new StaleCache<string>({ maxBytes: 1e6, now: () => clock.now, retryAfter })
  return { clock, cache }
}

t.test('any number of concurrent askers share one load', async (t) => {
  const { cache } = setup()
  let loads = 0
  const load = async () => {
    loads++
    await new Promise((resolve) => setTimeout(resolve, 5))
    return loaded('a')
  }
  const answers = await Promise.all(Array.from({ length: 1000 }, () => cache.get('k', load, PATIENCE)))
  t.equal(loads, 1)
  t.ok(answers.every((answer) => answer.found && answer.value === 'a' && answer.state === 'miss'))
  const again = await cache.get('k', load, PATIENCE)
  t.match(again, { found: true, state: 'hit', remaining: 60_000 })
  t.equal(loads, 1)
})

t.test('a value past its fresh life is given while a new one is fetched behind', async (t) => {
  const { cache, clock } = setup()
  await cache.get('k', async () => loaded('old'), PATIENCE)
  clock.now += 61_000
  let release = (_: Loaded<string>) => {}
  const renewed = new Promise<Loaded<string>>((resolve) => {
    release = resolve
  })
  t.match(await cache.get('k', () => renewed, PATIENCE), { found: true, value: 'old', state: 'stale', remaining: 0 })
  release(loaded('new'))
  await renewed
  await new Promise((resolve) => setImmediate(resolve))
  t.match(await cache.get('k', () => t.fail('not asked again') as never, PATIENCE), { value: 'new', state: 'hit' })
})

t.test('a known value outlives a failing upstream within its bound, and not beyond', async (t) => {
  const { cache, clock } = setup(0)
  const fails = async (): Promise<Loaded<string>> => {
    throw new Error('down')
  }
  await cache.get('k', async () => loaded('old'), PATIENCE)
  clock.now += 60_000 + 3_599_000
  t.match(await cache.get('k', fails, PATIENCE), { found: true, value: 'old', state: 'stale-error' })
  clock.now += 2_000
  t.match(await cache.get('k', fails, PATIENCE), { found: false, reason: 'failed' })
})

t.test('an answer that may not be kept ends the old value at once', async (t) => {
  const { cache, clock } = setup()
  await cache.get('k', async () => loaded('old'), PATIENCE)
  clock.now += 95_000
  t.match(await cache.get('k', async () => loaded('private', { fresh: 0, staleIfError: 0 }), PATIENCE), {
    value: 'private'
  })
  clock.now += 5_000
  const failing = async (): Promise<Loaded<string>> => {
    throw new Error('down')
  }
  t.match(await cache.get('k', failing, PATIENCE), { found: false, reason: 'failed' }, 'the old value is gone')
})

t.test('past its patience an answer does not wait; the load goes on behind', async (t) => {
  const { cache } = setup()
  let finish = (_: Loaded<string>) => {}
  const slow = new Promise<Loaded<string>>((resolve) => {
    finish = resolve
  })
  t.match(await cache.get('k', () => slow, 5), { found: false, reason: 'pending' })
  finish(loaded('late'))
  await slow
  await new Promise((resolve) => setImmediate(resolve))
  t.match(await cache.get('k', () => t.fail('loaded twice') as never, 5), { found: true, value: 'late', state: 'hit' })
})

t.test('a key that failed a moment ago is not asked for again', async (t) => {
  const { cache, clock } = setup()
  let loads = 0
  const fails = async (): Promise<Loaded<string>> => {
    loads++
    throw new Error('down')
  }
  t.match(await cache.get('k', fails, PATIENCE), { found: false, reason: 'failed' })
  t.match(await cache.get('k', fails, PATIENCE), { found: false, reason: 'failed' })
  t.equal(loads, 1)
  clock.now += 1001
  await cache.get('k', fails, PATIENCE)
  t.equal(loads, 2)
})

t.test('memory is bounded in bytes', async (t) => {
  const cache = new StaleCache<string>({ maxBytes: 100_000 })
  for (let i = 0; i < 2_000; i++) await cache.get(`key-${i}`, async () => loaded('x', { bytes: 1000 }), PATIENCE)
  t.ok(cache.bytes <= 100_000, `${cache.bytes} bytes`)
  t.ok(cache.size < 100)
  t.ok(cache.size > 10)
})

t.test('getFresh does not settle for a stale value', async (t) => {
  const { cache, clock } = setup()
  await cache.get('k', async () => loaded('old'), PATIENCE)
  t.equal(await cache.getFresh('k', async () => loaded('new')), 'old')
  clock.now += 60_001
  t.equal(await cache.getFresh('k', async () => loaded('new')), 'new')
})

t.test('failures that strangers cause take no more than a part of the bytes', async (t) => {
  const maxBytes = 1_600_000
  const cache = new StaleCache<string>({ maxBytes })
  const fail = () => Promise.reject(new Error('x'))
  for (let i = 0; i < 200; i++) {
    t.match(await cache.get(`${i}`.padEnd(5_000, 'k'), fail, 1_000), { found: false, reason: 'failed' })
  }
  t.ok(cache.failureBytes > 0)
  t.ok(cache.failureBytes <= maxBytes / 16, `${cache.failureBytes} bytes`)
})
