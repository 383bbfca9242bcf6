import t from 'tap'
import { MemoryPurger, type PurgeOrder, purgeTiers } from '../../src/cache/purge.js'
import { PurgeLog } from '../../src/cache/purge-log.js'
import { type Loaded, StaleCache, type Tagger } from '../../src/cache/stale-cache.js'

const LIVES = { fresh: 60_000, staleWhileRevalidate: 30_000, staleIfError: 3_600_000, bytes: 10 }
const of = (value: string, over: Partial<Loaded<string>> = {}): Loaded<string> => ({ value, ...LIVES, ...over })
const E = new Set(['entry-e'])

function setup() {
  const clock = { now: 1_000_000 }
  return { clock, cache: new StaleCache<string>({ maxBytes: 1e8, now: () => clock.now, retryAfter: 1_000 }) }
}

/** A load that is told when to end. */
function held(tags: string[] = ['entry-e']) {
  let finish = (_: Loaded<string>) => {}
  let fail = (_: Error) => {}
  const done = new Promise<Loaded<string>>((resolve, reject) => {
    finish = resolve
    fail = reject
  })
  const load = (tag: Tagger) => {
    tag(...tags)
    return done
  }
  return { load, finish: (loaded: Loaded<string>) => finish(loaded), fail: () => fail(new Error('down')) }
}

const at =
  (value: string, tags = ['entry-e']) =>
  async (tag: Tagger) => {
    tag(...tags)
    return of(value)
  }
const never = () => Promise.reject(new Error('asked'))
const turn = () => new Promise((resolve) => setImmediate(resolve))

t.test('hard: forgotten; soft: given once more while it is renewed', async (t) => {
  const { cache } = setup()
  await cache.get('k', at('old'), 1000)
  await cache.get('other', at('other', ['entry-f']), 1000)
  t.equal(await cache.purge(E, true), 1)
  const renewal = held()
  t.match(await cache.get('k', renewal.load, 1000), { value: 'old', state: 'stale', remaining: 0 })
  renewal.finish(of('new'))
  await turn()
  t.match(await cache.get('k', never, 1000), { value: 'new', state: 'hit', remaining: 60_000 })
  t.equal(await cache.purge(E, false), 1)
  t.match(await cache.get('k', at('newer'), 1000), { value: 'newer', state: 'miss' })
  t.match(await cache.get('other', never, 1000), { value: 'other', state: 'hit' }, 'untouched')
})

t.test('soft: no life gets longer by it', async (t) => {
  const { cache, clock } = setup()
  await cache.get('k', at('old'), 1000)
  clock.now += 80_000
  t.equal(await cache.purge(E, true), 1)
  clock.now += 11_000
  t.match(await cache.get('k', never, 1000), { state: 'stale-error' }, 'its 30 s of staleness began before')
  await cache.get(
    'short',
    async (tag) => {
      tag('entry-e')
      return of('x', { staleWhileRevalidate: 0, staleIfError: 0 })
    },
    1000
  )
  await cache.purge(E, true)
  t.match(await cache.get('short', at('y'), 1000), { value: 'y', state: 'miss' }, 'what may not be stale is not')
})

t.test('purged while it is loaded: nobody is given it any more, and nothing is kept', async (t) => {
  const { cache } = setup()
  const old = held()
  const asked = cache.get('k', old.load, 1000)
  t.equal(await cache.purge(E, false), 0, 'there is no value yet')
  const young = held()
  const later = cache.get('k', young.load, 1000)
  young.finish(of('new'))
  t.match(await later, { value: 'new', state: 'miss', remaining: 60_000 })
  old.finish(of('old'))
  t.match(await asked, { value: 'new' }, 'not even who asked before')
  t.match(await cache.get('k', never, 1000), { value: 'new', state: 'hit' })
  const slow = held()
  const hasty = cache.get('other', slow.load, 50)
  await cache.purge(E, false)
  slow.finish(of('old'))
  const slower = held()
  void cache.get('other', slower.load, 0)
  t.match(await hasty, { found: false, reason: 'pending' }, 'no longer than his patience')
  slower.fail()
})

t.test('purged once more while it is loaded anew: that is given to nobody either', async (t) => {
  const { cache } = setup()
  const loads = [held(), held(), held()]
  let begun = 0
  const load = (tag: Tagger) => loads[begun++]!.load(tag)
  const asked = cache.get('k', load, 5_000)
  const fresh = cache.getFresh('k', load)
  for (const [at, each] of loads.entries()) {
    if (at < 2) await cache.purge(E, false)
    each.finish(of(`value ${at}`))
    await turn()
  }
  t.match(await asked, { value: 'value 2', state: 'miss', remaining: 60_000 })
  t.equal(await fresh, 'value 2')
  t.equal(begun, 3)
})

t.test('purges that come faster than loads hold nobody for ever', async (t) => {
  const { cache } = setup()
  let begun = 0
  const load = async (tag: Tagger) => {
    begun++
    tag('entry-e')
    await turn()
    await cache.purge(E, false)
    return of('old')
  }
  t.match(await cache.get('k', load, 60_000), { found: false, reason: 'pending' })
  await t.rejects(cache.getFresh('k', load), /again and again/)
  t.ok(begun <= 12, `${begun} loads`)
  t.equal(cache.size, 0)
})

t.test('purged softly while it is loaded: kept, and stale from the beginning', async (t) => {
  const { cache, clock } = setup()
  const old = held()
  const asked = cache.get('k', old.load, 1000)
  clock.now += 5
  await cache.purge(E, true)
  clock.now += 5
  old.finish(of('old'))
  t.match(await asked, { value: 'old', remaining: 0 })
  t.match(await cache.get('k', at('new'), 1000), { value: 'old', state: 'stale' })
  await turn()
  t.match(await cache.get('k', never, 1000), { value: 'new', state: 'hit' })
})

t.test('a tag that is known only at the end counts too', async (t) => {
  for (const soft of [true, false]) {
    const { cache } = setup()
    let learn = () => {}
    const facts = new Promise<void>((resolve) => {
      learn = resolve
    })
    let loads = 0
    const child = async (tag: Tagger) => {
      const value = loads++ === 0 ? 'old' : 'new'
      tag('entry-child')
      await facts
      tag('entry-e')
      return of(value)
    }
    const asked = cache.get('child', child, 1000)
    const fresh = cache.getFresh('child', child)
    await cache.purge(E, soft)
    learn()
    t.match(await asked, soft ? { value: 'old', remaining: 0 } : { value: 'new' })
    t.equal(await fresh, 'new', 'facts that others are made from are read again')
  }
})

t.test('Kaltura away: a soft purge keeps what is known, a hard one ends it, whoever waits', async (t) => {
  const { cache, clock } = setup()
  await cache.get('k', at('old'), 1000)
  await cache.purge(E, true)
  t.match(await cache.get('k', never, 1000), { value: 'old', state: 'stale' })
  await turn()
  t.match(await cache.get('k', never, 1000), { value: 'old', state: 'stale-error' }, 'renewal failed')
  clock.now += 90_000
  const down = held()
  const waiting = cache.get('k', down.load, 1000)
  await cache.purge(E, false)
  down.fail()
  t.match(await waiting, { found: false, reason: 'failed' }, 'it would have been given as stale-error')
  t.match(await cache.get('k', at('new'), 1000), { value: 'new', state: 'miss' }, 'that failure is not remembered')
})

t.test('many values: others have their turn, and what came in between is left alone', async (t) => {
  const { cache } = setup()
  for (let i = 0; i < 5_500; i++) await cache.get(`${i}`, at('old'), 1000)
  let turns = 0
  let running = true
  const tick = () => {
    turns++
    if (running) setImmediate(tick)
  }
  setImmediate(tick)
  const purging = cache.purge(null, false)
  await turn()
  const early = await cache.get('0', at('new'), 1000)
  t.equal(await purging, 5_500)
  running = false
  t.match(early, { value: 'new', state: 'miss' })
  t.match(await cache.get('0', never, 1000), { value: 'new', state: 'hit' })
  t.equal(cache.size, 1)
  t.ok(turns >= 4, `${turns} turns`)
})

t.test('more purges than are remembered: a load from before them is not kept', async (t) => {
  const { cache } = setup()
  const old = held(['entry-other'])
  let loads = 0
  const load = (tag: Tagger) => (loads++ === 0 ? old.load(tag) : at('new')(tag))
  const asked = cache.get('k', load, 1000)
  for (let i = 0; i < 1_002; i++) await cache.purge(new Set([`entry-${i}`]), true)
  old.finish(of('old'))
  t.match(await asked, { value: 'new' })
  const log = new PurgeLog()
  for (let i = 0; i < 5_000; i++) log.add(E, false, i)
  t.equal(log.size, 1_000)
  log.forget(log.count)
  t.equal(log.size, 0)
})

t.test('tiers in their order, and caches with facts first', async (t) => {
  const order: PurgeOrder = { all: false, entries: ['0_a'], partners: [101], referenceIds: ['a b'], soft: true }
  const asked: unknown[] = []
  const cache = (name: string) => ({
    purge: async (tags: ReadonlySet<string> | null, soft: boolean) => {
      asked.push([name, tags === null ? null : [...tags], soft])
      await turn()
      asked.push(name)
      return 2
    }
  })
  const memory = new MemoryPurger()
  memory.add('target', cache('target'))
  memory.add('catalog', cache('catalog'))
  const shared = {
    tier: 'shared',
    purge: async () => {
      asked.push('shared')
      return { catalog: 1 }
    }
  }
  t.strictSame(await purgeTiers([shared, memory], order), {
    shared: { catalog: 1 },
    memory: { catalog: 2, target: 2 }
  })
  const tags = ['entry-0_a', 'partner-101', 'reference-a b']
  t.strictSame(asked, ['shared', ['catalog', tags, true], 'catalog', ['target', tags, true], 'target'])
  asked.length = 0
  await memory.purge({ ...order, all: true })
  t.strictSame(asked[0], ['catalog', null, true])
})
