import t, { type Test } from 'tap'
import { RedisLink } from '../../src/cache/redis.js'
import { Fleet } from '../../src/limits/fleet.js'
import { fleetKey } from '../../src/limits/fleet-key.js'
import { type Budgets, Limits } from '../../src/limits/limits.js'
import { WINDOW } from '../../src/limits/windows.js'
import { until, withRedis } from '../helpers/redis-server.js'

const BUDGETS: Budgets = { client: 100, partner: 1000, misses: 10, errors: 10, signatures: 10 }
const SECRET = Buffer.from('one secret of the whole fleet')

/** A gateway's counters with a clock that all of them share. */
async function gateway(t: Test, url: string, clock: { now: number }, secret: Buffer | null = SECRET) {
  const link = new RedisLink([url], { info: () => undefined, warn: () => undefined })
  t.teardown(() => link.close())
  link.connect()
  await until('Redis is taken up', () => link.quick)
  const fleet = new Fleet(link, secret)
  const limits = new Limits(BUDGETS, fleet, () => clock.now)
  const hits = (times: number) => {
    let taken = 0
    for (let i = 0; i < times; i++) if (limits.takeRequest('198.51.100.7', 101) === 0) taken++
    return taken
  }
  const misses = async (times: number) => {
    let taken = 0
    for (let i = 0; i < times; i++) if ((await limits.takeDear('misses', '198.51.100.7')) === 0) taken++
    return taken
  }
  return { link, fleet, limits, hits, misses }
}

const START = { now: WINDOW * 28_000_000 }

t.test('hits meet behind the requests, misses in line', async (t) => {
  const redis = await withRedis(t)
  if (redis === null) return
  const clock = { ...START }
  const [one, two, three] = await Promise.all([1, 2, 3].map(() => gateway(t, redis.url, clock)))
  t.equal(one!.hits(60), 60)
  t.equal(two!.hits(30), 30)
  await one!.fleet.exchange()
  await two!.fleet.exchange()
  t.equal(two!.hits(30), 10, 'two knows of the 60 of one')
  t.equal(three!.hits(5), 5, 'who has heard nothing yet lets through')
  await two!.fleet.exchange()
  await three!.fleet.exchange()
  t.equal(three!.hits(5), 0)
  t.ok(three!.limits.takeRequest('198.51.100.8', null) === 0, 'another client is not concerned')

  t.equal(await one!.misses(6), 6)
  t.equal(await two!.misses(6), 4, 'at once')
  t.equal(await three!.misses(6), 0)
  clock.now += 2 * WINDOW
  t.equal(await three!.misses(6), 6, 'another minute')

  const keys = await redis.client().keys('*')
  t.ok(keys.length > 0)
  for (const key of keys) {
    t.match(key, /^pmg:limit:\{.\}:[\w-]{22}:\d+$/)
    t.ok((await redis.client().pttl(key)) > 0, 'nothing stays')
  }
})

t.test('wiped: every gateway tells its part again', async (t) => {
  const redis = await withRedis(t)
  if (redis === null) return
  const clock = { ...START }
  const [one, two] = await Promise.all([1, 2].map(() => gateway(t, redis.url, clock)))
  one!.hits(60)
  two!.hits(30)
  await one!.fleet.exchange()
  await redis.client().flushall()
  one!.hits(1)
  for (let i = 0; i < 3; i++) {
    await one!.fleet.exchange()
    two!.hits(1)
    await two!.fleet.exchange()
  }
  t.equal(two!.hits(30), 100 - 61 - 33)
})

t.test('stopped and killed: counted in memory, taken up again', async (t) => {
  const redis = await withRedis(t)
  if (redis === null) return
  const clock = { ...START }
  const [one, two] = await Promise.all([1, 2].map(() => gateway(t, redis.url, clock)))
  await redis.signal('SIGKILL')
  await until('both know', () => !one!.link.quick && !two!.link.quick)
  t.equal(await one!.misses(12), 10, 'memory alone')
  await one!.fleet.exchange()
  await redis.start()
  await until('both are back', () => one!.link.quick && two!.link.quick)
  await one!.misses(1)
  await one!.fleet.exchange()
  t.equal(await two!.misses(5), 0, 'what was counted meanwhile is told')
})

t.test('names in Redis depend on a secret of the fleet', async (t) => {
  const redis = await withRedis(t)
  if (redis === null) return
  const clock = { ...START }
  const [one, two, three] = await Promise.all(
    [SECRET, Buffer.from('another'), null].map((secret) => gateway(t, redis.url, clock, secret))
  )
  for (const { misses } of [one!, two!, three!]) t.equal(await misses(10), 10)
  t.equal((await redis.client().keys('*')).length, 3)
})

t.test('fleetKey: the first secret that there is, and never the secret itself', async (t) => {
  const none = { signingKeys: [], grantKeys: [], partners: new Map() }
  t.equal(fleetKey(none), null)
  const partner = (adminSecrets: string[], token: string | null = null) => ({
    ...none,
    partners: new Map([[1, { adminSecrets, appToken: token === null ? null : { token } }]])
  })
  const key = fleetKey(partner(['0123456789abcdef']))!
  t.equal(key.length, 32)
  t.strictSame(fleetKey(partner(['0123456789abcdef', 'an older one'])), key)
  t.strictSame(fleetKey(partner([], '0123456789abcdef')), key)
  t.notSame(fleetKey(partner(['another'])), key)
  t.notSame(fleetKey({ ...none, signingKeys: [{ key: Buffer.from('0123456789abcdef') }] }), null)
})
