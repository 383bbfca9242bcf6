import { Writable } from 'node:stream'
import Fastify from 'fastify'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { problemBody } from '../../src/answer/problem.js'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { Limits } from '../../src/limits/limits.js'
import { RateLimit } from '../../src/plugins/rate-limit.js'
import { TrustedProxies } from '../../src/viewer/trusted-proxies.js'
import { type Asked, BASE, withGateway } from '../helpers/gateway.js'

const PATH = `${BASE}/entryId/${DEMO_ENTRIES.public}/format/url/a.mp4`
const MANY = { client: 1_000_000, partner: 1_000_000, misses: 1_000_000, errors: 1_000_000, signatures: 1_000_000 }

/** A gateway behind a proxy on loopback, with some budgets small. */
function limited(t: Test, small: Partial<typeof MANY>, lines: string[] = []) {
  const rateLimits = { ...MANY, ...small }
  const file = t.testdir({ 'gateway.yaml': `rateLimits: ${JSON.stringify(rateLimits)}\n` })
  const sink = new Writable({ write: (chunk, _encoding, done) => done(void lines.push(String(chunk))) })
  return withGateway(t, {
    configFile: `${file}/gateway.yaml`,
    env: { RATE_LIMIT: '', TRUST_PROXY: 'loopback' },
    logger: pino({ level: 'warn' }, sink)
  })
}

const from = (address: string) => ({ 'x-forwarded-for': address })

function isLimited(t: Test, answer: Asked, what: string): void {
  t.equal(answer.status, 429, what)
  t.match(answer.headers, {
    'retry-after': /^[1-9]\d*$/,
    'cache-control': 'no-store',
    'access-control-allow-origin': '*',
    'access-control-expose-headers': /Retry-After/,
    'content-type': /problem\+json/
  })
  t.equal(JSON.parse(answer.body).code, 'TOO_MANY_REQUESTS')
  t.notOk('x-kaltura' in answer.headers, 'nothing of the answer that it stands for')
}

t.test('a partner has a budget of all its clients; others have their own', async (t) => {
  const { ask } = await limited(t, { partner: 4 })
  const answers = []
  for (let i = 0; i < 5; i++) answers.push(await ask(PATH, from(`198.51.100.${i}`)))
  t.strictSame(
    answers.map(({ status }) => status),
    [302, 302, 302, 302, 429]
  )
  isLimited(t, answers[4]!, 'the fifth')
  isLimited(t, await ask(PATH.replace('/p/', '/%70/'), from('198.51.100.9')), 'however it is spelled')
  isLimited(t, await ask(`${PATH}/%ff`, from('198.51.100.9')), 'nor with bytes that are no text')
  t.equal((await ask(PATH.replace('/p/101', '/p/999'), from('198.51.100.9'))).status, 404)
  t.equal((await ask('/livez', from('198.51.100.9'))).status, 200)
})

t.test('errors have a budget of their own: past it a 429 goes in their place', async (t) => {
  const { ask } = await limited(t, { errors: 3 })
  const me = from('198.51.100.1')
  t.equal((await ask('/nothing/here', me)).status, 404)
  t.equal((await ask(`${BASE}/entryId/0_missing1/format/url/a.mp4`, me)).status, 404)
  t.equal((await ask(`${PATH}/%zz`, me)).status, 400)
  isLimited(t, await ask('/nothing/here', me), 'another address')
  isLimited(t, await ask(`${BASE}/entryId/0_missing1/format/url/a.mp4`, me), "Kaltura's error")
  isLimited(t, await ask(`${PATH}/%zz`, me), 'a path that no router can read')
  isLimited(t, await ask(PATH, me, 'PUT'), 'a method')
  t.equal((await ask(PATH, me)).status, 302, 'what is no error is served')
  t.equal((await ask('/livez', me)).status, 200)
  t.equal((await ask('/nothing/here', from('198.51.100.2'))).status, 404, 'another client')
})

t.test('an error that a format sends with status 200 counts as well', async (t) => {
  const { ask } = await limited(t, { errors: 1 })
  const path = `${BASE}/entryId/0_missing1/format/applehttp_to_mc/a.m3u8`
  const first = await ask(path, from('198.51.100.1'))
  t.equal(first.status, 200)
  t.ok('x-kaltura' in first.headers)
  isLimited(t, await ask(path, from('198.51.100.1')), 'the second')
})

t.test('misses past the budget are redirected to Kaltura, not kept, and cost it nothing from here', async (t) => {
  const { ask, state } = await limited(t, { misses: 2 })
  const path = (entry: string) => `${BASE}/entryId/${entry}/format/applehttp/a.m3u8`
  const me = from('198.51.100.1')
  const other = from('198.51.100.2')
  const entries = Array.from({ length: 5 }, (_, i) => `0_missing${i}`)
  await ask(path(entries[0]!), me)
  await ask(path(entries[1]!), me)
  const calls = state.calls.api
  const over = await ask(path(entries[2]!), me)
  t.match(over, { status: 302, location: path(entries[2]!), headers: { 'cache-control': 'no-store' } })
  t.same(state.calls.api, calls, 'Kaltura was not asked')
  t.equal((await ask(path(entries[1]!), me)).status, 404, 'what is known is answered')
  t.equal((await ask(path(entries[2]!), other)).status, 404, 'for others it is asked')
  t.equal((await ask(path(entries[2]!), me)).status, 404, 'and then it is known')
})

t.test('a request is one miss, however often it asks; those who wait for it are none', async (t) => {
  const { ask } = await limited(t, { misses: 1 })
  const answers = await Promise.all([1, 2, 3].map(() => ask(PATH, from('198.51.100.1'))))
  for (const answer of answers) t.match(answer, { status: 302, location: /serveFlavor/ })
})

t.test('a trusted proxy that names no client is not limited as one', async (t) => {
  const { ask } = await limited(t, { client: 2, errors: 1, misses: 1, partner: 8 })
  for (let i = 0; i < 6; i++) t.equal((await ask(PATH)).status, 302)
  for (let i = 0; i < 4; i++) t.equal((await ask('/nothing')).status, 404)
  await ask(PATH)
  await ask(PATH)
  isLimited(t, await ask(PATH), 'the limit of the partner holds')
})

t.test('who waits as long as told is served, and no sooner', async (t) => {
  const start = Date.now()
  const clock = { now: start }
  const { ask } = await withGateway(t, { env: { RATE_LIMIT: '5' }, now: () => clock.now })
  for (let i = 0; i < 5; i++) t.equal((await ask(PATH)).status, 302)
  const wait = Number((await ask(PATH)).headers['retry-after']) * 1000
  clock.now = start + wait - 2000
  t.equal((await ask(PATH)).status, 429)
  clock.now = start + wait
  t.equal((await ask(PATH)).status, 302)
})

t.test('calls that are passed to the API count for the partner in them, and as misses', async (t) => {
  const partners = '[{ id: 101, sharePublic: true, apiPassthrough: [baseEntry.get] }]'
  const call = `/api_v3/service/baseEntry/action/get/entryId/${DEMO_ENTRIES.public}/format/1`
  for (const small of [{ partner: 3 }, { misses: 3 }]) {
    const file = t.testdir({
      'gateway.yaml': `rateLimits: ${JSON.stringify({ ...MANY, ...small })}\npartners: ${partners}\n`
    })
    const { ask, state } = await withGateway(t, { configFile: `${file}/gateway.yaml`, env: { RATE_LIMIT: '' } })
    for (let i = 0; i < 3; i++) t.equal((await ask(`${call}?partnerId=101`)).status, 200)
    const { api } = state.calls
    isLimited(t, await ask(`${call}?partnerId=101`), Object.keys(small)[0]!)
    t.equal(state.calls.api, api, 'Kaltura was not asked')
  }
})

t.test('preflights count too', async (t) => {
  const { ask } = await limited(t, { client: 2 })
  const me = { ...from('198.51.100.1'), origin: 'https://site.example', 'access-control-request-method': 'GET' }
  t.equal((await ask(PATH, me, 'OPTIONS')).status, 200)
  t.equal((await ask(PATH, me, 'OPTIONS')).status, 200)
  isLimited(t, await ask(PATH, me, 'OPTIONS'), 'the third')
})

t.test('forwarding headers of a peer that is no trusted proxy are told once, without what they say', async (t) => {
  for (const header of ['x-forwarded-for', 'forwarded']) {
    const lines: string[] = []
    const sink = new Writable({ write: (chunk, _encoding, done) => done(void lines.push(String(chunk))) })
    const { ask } = await withGateway(t, { logger: pino({ level: 'warn' }, sink) })
    await ask(PATH)
    t.equal(lines.length, 0)
    await ask(PATH, { [header]: 'for=203.0.113.77' })
    await ask(PATH, { [header]: 'for=203.0.113.78' })
    t.equal(lines.length, 1)
    t.match(lines[0], /TRUST_PROXY/)
    t.notMatch(lines[0], /203\.0\.113/)
  }
  const lines: string[] = []
  const { ask } = await limited(t, {}, lines)
  await ask(PATH, from('203.0.113.77'))
  t.equal(lines.length, 0, 'a proxy that is named')
})

t.test('wrong and missing signatures have the smallest budget', async (t) => {
  const limits = new Limits({ ...MANY, signatures: 2 })
  const rateLimit = new RateLimit({ limits, proxies: new TrustedProxies([]), isServed: () => true })
  const app = Fastify()
  await rateLimit.register(app)
  app.get('/:code', async (request, reply) => {
    const { code } = request.params as { code: string }
    return reply.code(403).send(problemBody({ status: 403, code, title: '', detail: '' }))
  })
  const statuses = []
  for (const code of ['SIGNATURE_WRONG', 'GRANT_WRONG', 'SIGNATURE_MISSING', 'GRANT_WRONG', 'API_ACTION_REFUSED']) {
    statuses.push((await app.inject(`/${code}`)).statusCode)
  }
  t.strictSame(statuses, [403, 403, 429, 429, 403])
  const request = { raw: { socket: { remoteAddress: '127.0.0.1' }, headers: {} } } as never
  t.ok((await rateLimit.countBadSignature(request)) > 0, 'the same budget for who counts by hand')
})
