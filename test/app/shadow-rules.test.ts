import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import fc from 'fast-check'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { buildApp } from '../../src/app.js'
import { DEMO_ENTRIES, DEMO_SECRETS } from '../../src/demo/kaltura/index.js'
import { Metrics } from '../../src/plugins/metrics.js'
import { LiveRules } from '../../src/rules/live-rules.js'
import { makeKsV2 } from '../../src/viewer/ks.js'
import { withDemo } from '../helpers/demo.js'
import { askAdmin, explain } from '../helpers/explain.js'
import { BASE, USER_AGENTS, withGateway } from '../helpers/gateway.js'
import { patientConfig, someRequest, someRules } from '../helpers/rules.js'

const ENTRY = `${BASE}/entryId/${DEMO_ENTRIES.public}`
const RULES = `rules:
  - { name: all, when: { format: auto }, then: { format: applehttp } }
`
const SHADOW = `shadow:
  rules:
    - { name: iPads, when: { format: auto, device: ipad }, then: { format: url, caching: 0 } }
    - { name: some, when: { format: auto, percent: 50 }, then: { format: mpegdash } }
    - { name: rest, when: { format: auto }, then: { format: applehttp } }
`

async function counts(metrics: string) {
  const found = [...metrics.matchAll(/^playmanifest_shadow_rules(_differences)?_total\{\w+="([\w-]+)"\} (\d+)$/gm)]
  return Object.fromEntries(found.map(([, , label, number]) => [label!, Number(number)]))
}

function gateway(t: Test, file: string) {
  const folder = mkdtempSync(join(tmpdir(), 'shadow-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const configFile = join(folder, 'gateway.yaml')
  writeFileSync(configFile, file)
  const lines: Record<string, unknown>[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)))
      done()
    }
  })
  const logger = pino({ level: 'info' }, stream)
  const said = () => lines.filter(({ msg }) => msg === 'the shadow rules would decide otherwise')
  return withGateway(t, { configFile, admin: true, logger }).then((demo) => ({ ...demo, said }))
}

t.test('differences are counted and logged, and nothing of them is in the answer', async (t) => {
  const { ask, adminUrl, said } = await gateway(t, RULES + SHADOW)
  const ks = makeKsV2({ partnerId: 101, secret: DEMO_SECRETS.main.adminSecret, expiry: 4_000_000_000, userId: 'x' })
  const url = `${ENTRY}/format/auto/protocol/http/a.m3u8`
  const ipad = await ask(`${url}?ks=${ks}`, { 'user-agent': USER_AGENTS.ipad })
  t.match(ipad.location, /format\/applehttp/)
  t.notMatch(ipad.headers.vary ?? '', /user-agent/, 'what the shadow rules read is no fact of the answer')
  for (let number = 0; number < 10; number++) await ask(`${url}?playSessionId=${number}`)
  await ask(`${ENTRY}/format/url/protocol/http/a.mp4`)
  const metrics = (await askAdmin(adminUrl, '/metrics')).body
  const { same, different, format, caching, flavors, 'other-rule': otherRule } = await counts(metrics)
  t.equal(same! + different! + otherRule!, 12)
  t.equal(different, 11)
  t.equal(caching, 11, 'a share of sessions makes an answer one viewer\u2019s, in it or not')
  t.ok(format! >= 1 && format! < 11)
  t.equal(flavors, 0)
  t.equal(said().length, 1, 'one line, and the others are counted')
  t.match(said()[0], {
    rule: 'all',
    shadowRule: 'iPads',
    device: 'ipad',
    differences: [
      { aspect: 'format', answered: 'applehttp', shadow: 'url' },
      { aspect: 'caching', answered: null, shadow: 0 }
    ],
    unsaid: 0
  })
  t.notMatch(JSON.stringify(said()), ks.slice(0, 20))
})

t.test('explain says what they would have decided, and does not count', async (t) => {
  const { adminUrl, said } = await gateway(t, RULES + SHADOW.replace('rules:', 'percent: 1\n  rules:'))
  const url = `${ENTRY}/format/auto/protocol/http/a.m3u8`
  const { rules } = await explain(adminUrl, { url, userAgent: USER_AGENTS.ipad })
  t.match(rules, {
    matched: 'all',
    shadow: {
      percent: 1,
      result: 'different',
      matched: 'iPads',
      tried: [{ rule: 'iPads', matched: true }],
      notReached: ['some', 'rest'],
      differences: [{ aspect: 'format' }, { aspect: 'caching' }]
    }
  })
  const signed = await explain(adminUrl, { url: `${ENTRY}/format/auto?kt=0123456789abcdef0123456789abcdef01234567` })
  t.equal(signed.rules?.shadow, null, 'rules have no say')
  t.match(await counts((await askAdmin(adminUrl, '/metrics')).body), { different: 0, same: 0 })
  t.same(said(), [])
})

t.test('no answer and no call upstream is another one for shadow rules', async (t) => {
  const now = () => 1_760_000_000_000
  const demo = await withDemo(t, { now })
  const config = patientConfig(demo, RULES)
  const logger = pino({ level: 'silent' })
  const plain = new LiveRules(config)
  const shadowed = new LiveRules(config)
  const metrics = new Metrics()
  const [one, other] = await Promise.all([
    buildApp(config, { logger, now, rules: plain }),
    buildApp(config, { logger, now, rules: shadowed, metrics })
  ])
  t.teardown(() => Promise.all([one.close(), other.close()]))
  const calls = () => JSON.stringify(demo.state.calls)
  const entries = [DEMO_ENTRIES.public, DEMO_ENTRIES.audioOnly, DEMO_ENTRIES.ksProtected, '0_nothing']
  const asked = async (app: typeof one, request: { url: string; headers: object }) => {
    const before = JSON.parse(calls())
    const { statusCode, headers, body } = await app.inject(request as never)
    const after = JSON.parse(calls())
    const { date: _, ...rest } = headers
    // Probes for circles go out by the minute, whoever asks.
    const { api, playManifest } = after
    return { statusCode, headers: rest, body, made: [api - before.api, playManifest - before.playManifest] }
  }
  await fc.assert(
    fc.asyncProperty(someRules, someRules, someRequest(entries), async (rules, shadow, request) => {
      plain.replace({ ...config, rules })
      shadowed.replace({ ...config, rules, shadow: { rules: shadow, percent: 100 } })
      t.strictSame(await asked(other, request), await asked(one, request))
      return t.passing()
    }),
    { numRuns: 150 }
  )
  const { different = 0 } = await counts((await metrics.read()).body)
  t.ok(different > 20, 'and they were asked')
})

t.test('what is not looked up for the answer is not looked up for them', async (t) => {
  const demo = await withDemo(t)
  const rules = 'shadow:\n  rules: [{ name: kids, when: { entryTags: kids, format: auto }, then: { format: url } }]\n'
  const metrics = new Metrics()
  const logger = pino({ level: 'silent' })
  const config = patientConfig(demo, RULES + rules, { KALTURA_SHARE_PUBLIC: 'false' })
  const app = await buildApp(config, { logger, metrics })
  t.teardown(() => app.close())
  await app.inject(`${ENTRY}/format/auto/protocol/http/a`)
  t.equal(demo.state.calls.api, 0)
  t.match(await counts((await metrics.read()).body), { unknown: 1, different: 0 })
  const looking = await buildApp(patientConfig(demo, RULES + rules), { logger, metrics })
  t.teardown(() => looking.close())
  await looking.inject(`${ENTRY}/format/auto/protocol/http/a`)
  t.match(await counts((await metrics.read()).body), { unknown: 1, different: 1 }, 'what is known anyway counts')
})

t.test('a share of the requests', async (t) => {
  const demo = await withDemo(t)
  const config = patientConfig(demo, RULES + SHADOW.replace('rules:', 'percent: 30\n  rules:'))
  const metrics = new Metrics()
  const app = await buildApp(config, { logger: pino({ level: 'silent' }), metrics })
  t.teardown(() => app.close())
  for (let number = 0; number < 300; number++) await app.inject(`${ENTRY}/format/auto/protocol/http/a`)
  const { same = 0, different = 0, 'other-rule': otherRule = 0 } = await counts((await metrics.read()).body)
  const asked = same + different + otherRule
  t.ok(asked > 30 && asked < 180, `${asked} of 300`)
})
