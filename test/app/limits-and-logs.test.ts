import { Writable } from 'node:stream'
import { pino } from 'pino'
import t from 'tap'
import { DEMO_ENTRIES, DEMO_SECRETS } from '../../src/demo/kaltura/index.js'
import { makeKsV1, makeKsV2 } from '../../src/viewer/ks.js'
import { BASE, withGateway } from '../helpers/gateway.js'

const PATH = `${BASE}/entryId/${DEMO_ENTRIES.public}/format/url/a.mp4`

t.test('too many requests: 429 with Retry-After and CORS; health checks are exempt', async (t) => {
  const { ask } = await withGateway(t, { env: { RATE_LIMIT: '5' } })
  const statuses = []
  for (let i = 0; i < 7; i++) statuses.push((await ask(PATH)).status)
  t.strictSame(statuses, [302, 302, 302, 302, 302, 429, 429])
  const limited = await ask(PATH)
  t.match(limited.headers, {
    'retry-after': /^[1-9]\d*$/,
    'cache-control': 'no-store',
    'access-control-allow-origin': '*',
    'content-type': /problem\+json/
  })
  t.equal(JSON.parse(limited.body).code, 'TOO_MANY_REQUESTS')
  t.equal((await ask('/livez')).status, 200)
  t.equal((await ask('/readyz')).status, 200)
  t.equal((await ask('/nothing/here')).status, 429, 'looking for other addresses counts too')
})

t.test(
  'behind a trusted proxy the client is the forwarded address; from anybody else the header counts for nothing',
  async (t) => {
    const from = (address: string) => ({ 'x-forwarded-for': address })
    const trusting = await withGateway(t, { env: { RATE_LIMIT: '2', TRUST_PROXY: 'loopback' } })
    for (const address of ['198.51.100.1', '198.51.100.2', '198.51.100.3']) {
      t.equal((await trusting.ask(PATH, from(address))).status, 302)
      t.equal((await trusting.ask(PATH, from(address))).status, 302)
      t.equal((await trusting.ask(PATH, from(address))).status, 429, address)
    }
    t.equal((await trusting.ask(PATH, from('2001:db8:1:2::1'))).status, 302)
    t.equal((await trusting.ask(PATH, from('2001:db8:1:2::2'))).status, 302)
    t.equal((await trusting.ask(PATH, from('2001:db8:1:2::3'))).status, 429, 'IPv6 by /64')
    const wary = await withGateway(t, { env: { RATE_LIMIT: '2' } })
    await wary.ask(PATH, from('198.51.100.1'))
    await wary.ask(PATH, from('198.51.100.2'))
    t.equal((await wary.ask(PATH, from('198.51.100.3'))).status, 429)
  }
)

t.test('RATE_LIMIT=0 turns limits off', async (t) => {
  const { ask } = await withGateway(t, { env: { RATE_LIMIT: '0' } })
  const answers = await Promise.all(Array.from({ length: 200 }, () => ask(PATH)))
  t.ok(answers.every(({ status }) => status === 302))
})

t.test('one log line a request, and no KS in any of them, at the loudest level', async (t) => {
  const lines: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    }
  })
  const { ask, state } = await withGateway(t, { logger: pino({ level: 'trace' }, sink) })
  const secret = DEMO_SECRETS.main.adminSecret
  const fields = { partnerId: 101, userId: 'someone', type: 0 as const, expiry: 4e9, privileges: 'sview:*' }
  const sessions = [
    makeKsV2({ ...fields, secret }),
    makeKsV1({ ...fields, secret }).replaceAll('/', '_'),
    makeKsV2({ ...fields, secret: 'other' }),
    makeKsV2({ ...fields, secret, expiry: 1 })
  ]
  const answers = []
  for (const ks of sessions) {
    answers.push(await ask(`${BASE}/entryId/${DEMO_ENTRIES.public}/format/applehttp/ks/${ks}/a.m3u8`))
    answers.push(await ask(`${PATH}?ks=${encodeURIComponent(ks)}`))
    answers.push(await ask(PATH, { 'x-kaltura-ks': ks, referer: `https://site.example/?ks=${ks}`, cookie: `ks=${ks}` }))
    answers.push(await ask(`/nowhere/ks/${ks}?ks=${ks}`))
    answers.push(await ask(`${PATH}/%zz?ks=${ks}`))
    state.api.fail = state.api.fail === null ? 'garbage' : null
  }
  const log = lines.join('')
  for (const ks of sessions) t.notOk(log.includes(ks.slice(0, -4)), 'a KS stands in the log')
  t.notOk(log.includes(secret))
  t.equal(
    lines.filter((line) => /"msg":"answered/.test(line)).length,
    answers.length - sessions.length,
    'one line for each that reached a route'
  )
  for (const line of lines) t.doesNotThrow(() => JSON.parse(line))
  const named = lines.map((line) => JSON.parse(line).session).filter((session) => session !== undefined)
  t.equal(new Set(named).size, sessions.length, 'each session has one name, wherever it stood')
  for (const name of named) t.match(name, /^[\w-]{22}$/)
  const first = lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'answered')
  t.match(first, {
    method: 'GET',
    url: /\/ks\/\*\*\*\/a\.m3u8/,
    status: 302,
    partner: 101,
    entry: DEMO_ENTRIES.public,
    format: 'applehttp',
    ks: 'valid',
    sharing: Array
  })
})
