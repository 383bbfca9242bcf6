import { Agent } from 'node:http'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { buildApp } from '../../src/app.js'
import { loadConfig } from '../../src/config/load.js'
import { DEMO_ENTRIES, DEMO_SECRETS } from '../../src/demo/kaltura/index.js'
import { makeKsV2 } from '../../src/viewer/ks.js'
import { askRaw, BASE, withGateway } from '../helpers/gateway.js'
import { type RedisServer, until, withRedis } from '../helpers/redis-server.js'

const PATH = `${BASE}/entryId/${DEMO_ENTRIES.public}/format/url/a.mp4`
const missing = (name: string) => `${BASE}/entryId/0_miss${name}/format/url/a.mp4`
const from = (address: string) => ({ 'x-forwarded-for': address })

/** Two gateways before one Kaltura that share a Redis; `taken` says when both use it. */
async function fleet(t: Test, redis: RedisServer, rateLimits: Record<string, number>, now = Date.now) {
  const folder = t.testdir({ 'gateway.yaml': `rateLimits: ${JSON.stringify(rateLimits)}\n` })
  const lines: string[] = []
  const sink = new Writable({ write: (chunk, _encoding, done) => done(void lines.push(String(chunk))) })
  const logger = pino({ level: 'info' }, sink)
  const env = { RATE_LIMIT: '', TRUST_PROXY: 'loopback', REDIS_URL: redis.url }
  const first = await withGateway(t, { configFile: `${folder}/gateway.yaml`, env, logger, now })
  const config = loadConfig({
    ...env,
    KALTURA_SERVICE_URL: first.kalturaUrl,
    KALTURA_PARTNER_ID: '101',
    KALTURA_ADMIN_SECRET: DEMO_SECRETS.main.adminSecret,
    KALTURA_SHARE_PUBLIC: 'true',
    ALLOWED_HOSTS: new URL(first.cdnUrl).host,
    CONFIG_FILE: `${folder}/gateway.yaml`
  })
  const app = await buildApp(config, { logger, now })
  const base = await app.listen({ host: '127.0.0.1', port: 0 })
  const agent = new Agent({ keepAlive: true })
  t.teardown(() => {
    agent.destroy()
    return app.close()
  })
  const said = (text: RegExp) => lines.filter((line) => text.test(line)).length
  await until('both use Redis', () => said(/REDIS_URL\) answers/) === 2)
  return {
    one: first.ask,
    two: (path: string, headers = {}) => askRaw(base, path, { agent, headers, method: 'GET' }),
    said,
    lines
  }
}

t.test('a client has one budget in all gateways; Redis learns neither address nor session', async (t) => {
  const redis = await withRedis(t)
  if (redis === null) return
  // A clock that stands, so that no minute ends in between.
  const start = Date.now()
  const budgets = { client: 60, misses: 10, errors: 40, partner: 100_000 }
  const { one, two, lines } = await fleet(t, redis, budgets, () => start)
  const me = from('198.51.100.7')
  const client = redis.client()
  const counted = async (): Promise<(string | null)[]> => {
    const keys = await client.keys('pmg:limit:*')
    return keys.length === 0 ? [] : client.mget(...keys)
  }
  for (let i = 0; i < 40; i++) t.equal((await one(PATH, me)).status, 302)
  for (let i = 0; i < 3; i++) t.equal((await two(PATH, me)).status, 302)
  await until('both have told', async () => (await counted()).includes('43'))
  // What the first told may have come after the second asked: one more exchange, for which somebody has to ask.
  await two(PATH, me)
  await until('the second has heard', async () => (await counted()).includes('44'))
  let admitted = 44
  while ((await two(PATH, me)).status === 302) admitted++
  t.equal(admitted, 60)

  const other = from('198.51.100.8')
  const statuses = []
  for (let i = 0; i < 7; i++) statuses.push((await one(missing(`a${i}`), other)).status)
  for (let i = 0; i < 7; i++) statuses.push((await two(missing(`b${i}`), other)).status)
  t.equal(statuses.filter((status) => status === 404).length, 10, 'misses meet at once')
  t.equal(statuses.filter((status) => status === 302).length, 4)

  const ks = makeKsV2({ partnerId: 101, userId: 'x', type: 0, expiry: 4e9, privileges: '', secret: 'unknown' })
  await one(`${PATH}?ks=${ks}`, other)
  await one(`/nothing?ks=${ks}`, other)
  const all = (await client.keys('*')).join('\n')
  t.notMatch(all, /198\.51\.100/)
  t.notOk(all.includes(ks.slice(0, 20)))
  t.notMatch(lines.join(''), /redis:\/\//)
})

t.test('Redis killed under load, away, back: no request fails, said once', async (t) => {
  const redis = await withRedis(t)
  if (redis === null) return
  const { one, two, said } = await fleet(t, redis, { client: 100_000, misses: 100_000, errors: 100_000 })
  let running = true
  const failures: unknown[] = []
  let asked = 0
  const load = async (ask: typeof two, name: string) => {
    for (let i = 0; running; i++) {
      const [path, status] = i % 2 === 0 ? [PATH, 302] : [missing(`${name}${i}`), 404]
      try {
        const answer = await ask(path, from(`203.0.113.${i % 200}`))
        if (answer.status !== status) failures.push([path, answer.status])
      } catch (error) {
        failures.push(error)
      }
      asked++
    }
  }
  const askers = [load(one, 'a'), load(two, 'b'), load(one, 'c'), load(two, 'd')]
  const more = async () => {
    const before = asked
    await until('more was asked', () => asked > before + 100)
  }
  await more()
  await redis.signal('SIGKILL')
  await until('both have noticed', () => said(/REDIS_URL\) does not answer/) === 2)
  await more()
  await redis.start()
  await until('both are back', () => said(/REDIS_URL\) answers/) === 4)
  await more()
  await redis.signal('SIGSTOP')
  await until('both have noticed that it is silent', () => said(/REDIS_URL\) does not answer/) === 4)
  await more()
  await redis.signal('SIGCONT')
  running = false
  await Promise.all(askers)
  t.strictSame(failures, [])
})

t.test('a gateway starts without its Redis, and stops with it', async (t) => {
  const redis = await withRedis(t)
  if (redis === null) return
  await redis.signal('SIGKILL')
  const { ask } = await withGateway(t, { env: { REDIS_URL: redis.url } })
  t.equal((await ask(PATH)).status, 302)
  t.equal((await ask(missing('x'))).status, 404)
  t.equal((await ask('/readyz')).status, 200)
})
