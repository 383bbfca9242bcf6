import fc from 'fast-check'
import t from 'tap'
import { type Loaded, StaleCache, type Tagger } from '../../src/cache/stale-cache.js'

/**
 * Random orders of loads, failures, purges and time against one model: every load has a number, and a purge says up to
 * which number nothing may come back. The value is the number of its load.
 */
const KEYS = ['a', 'b'] as const
const TAGS = ['x', 'y', 'z'] as const

type Step =
  | { do: 'ask'; key: string; fresh: boolean; early: string[]; late: string[] }
  | { do: 'finish' | 'fail'; which: number }
  | { do: 'purge'; tags: string[] | null; soft: boolean }
  | { do: 'wait'; ms: number }

const tags = fc.subarray([...TAGS])
const steps = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('ask' as const),
        key: fc.constantFrom(...KEYS),
        fresh: fc.integer({ min: 0, max: 4 }).map((number) => number === 0),
        early: tags,
        late: tags
      })
    },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constantFrom('finish' as const, 'finish' as const, 'fail' as const),
        which: fc.nat(2)
      })
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('purge' as const),
        tags: fc.option(fc.subarray([...TAGS], { minLength: 1 })),
        soft: fc.boolean()
      })
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 40, 120, 400) }) }
  ),
  { maxLength: 60, size: 'max' }
)

interface Running {
  number: number
  tags: Set<string>
  finish(loaded: Loaded<number>, late: string[]): void
  fail(): void
  late: string[]
}

const settle = async () => {
  for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** A cache with loads that end when they are told to. */
function world() {
  const clock = { now: 1_000_000 }
  const cache = new StaleCache<number>({ maxBytes: 1e6, now: () => clock.now, retryAfter: 10 })
  const running: Running[] = []
  /** All tags of each load, by its number, and the purges that came after its beginning. */
  const loads: { tags: Set<string>; hard: boolean; soft: boolean }[] = []
  const load = (early: string[], late: string[]) => (tag: Tagger) => {
    const number = loads.length
    loads.push({ tags: new Set([...early, ...late]), hard: false, soft: false })
    tag(...early)
    return new Promise<Loaded<number>>((resolve, reject) => {
      running.push({
        number,
        tags: new Set(early),
        late,
        finish: (loaded) => {
          tag(...late)
          resolve(loaded)
        },
        fail: () => reject(new Error('down'))
      })
    })
  }
  return { clock, cache, running, loads, load }
}

const loadedAs = (value: number): Loaded<number> => ({
  value,
  fresh: 100,
  staleWhileRevalidate: 100,
  staleIfError: 1000,
  bytes: 1
})

t.test('what was purged hard never comes back, what was purged softly is never fresh', async (t) => {
  let [given, stale] = [0, 0]
  await fc.assert(
    fc.asyncProperty(steps, async (list: Step[]) => {
      const { clock, cache, running, loads, load } = world()
      for (const step of list) {
        if (step.do === 'wait') clock.now += step.ms
        else if (step.do === 'purge') {
          const set = step.tags === null ? null : new Set(step.tags)
          await cache.purge(set, step.soft)
          for (const one of loads) {
            if (set !== null && ![...one.tags].some((tag) => set.has(tag))) continue
            if (step.soft) one.soft = true
            else one.hard = true
          }
        } else if (step.do === 'ask') {
          const before = loads.length
          const wanted = load(step.early, step.late)
          if (step.fresh) {
            // It may have been begun by another, and then again: whoever asks now gets what began after all purges so far.
            const purgedSoFar = loads.map(({ hard, soft }) => hard || soft)
            void cache.getFresh(step.key, wanted).then(
              (value) => t.notOk(purgedSoFar[value], 'facts from before a purge'),
              () => {}
            )
            await settle()
            continue
          }
          const found = await cache.get(step.key, wanted, 0)
          if (!found.found) continue
          const { hard, soft } = loads[found.value]!
          if (hard) return false
          if (soft && (found.state === 'hit' || found.remaining > 0)) return false
          if (found.value >= before) return false
          given++
          if (soft) stale++
        } else {
          const one = running.splice(step.which % Math.max(1, running.length), 1)[0]
          if (step.do === 'finish') one?.finish(loadedAs(one.number), one.late)
          else one?.fail()
          await settle()
        }
      }
      // Nobody waits for a load that is never ended.
      for (const one of running) one.fail()
      await settle()
      return true
    }),
    { numRuns: 500 }
  )
  t.ok(given > 100, `${given} values were given`)
  t.ok(stale > 10, `${stale} of them after a soft purge`)
})

t.test('a purge touches what has the tag, and nothing else', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(tags, { maxLength: 30 }), tags, fc.boolean(), async (values, purged, soft) => {
      const { cache } = world()
      await Promise.all(
        values.map((own, i) =>
          cache.get(
            `${i}`,
            async (tag) => {
              tag(...own)
              return loadedAs(i)
            },
            1000
          )
        )
      )
      const hit = values.filter((own) => own.some((tag) => purged.includes(tag))).length
      const touched = await cache.purge(new Set(purged), soft)
      const left = soft ? values.length : values.length - hit
      const again = soft ? hit : 0
      return (
        touched === hit &&
        cache.size === left &&
        (await cache.purge(new Set(purged), soft)) === again &&
        (await cache.purge(null, false)) === left &&
        cache.size === 0 &&
        cache.tags === 0
      )
    }),
    { numRuns: 300 }
  )
  t.pass('300 caches')
})
