import fc from 'fast-check'
import { pino } from 'pino'
import t from 'tap'
import { buildApp } from '../../src/app.js'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { explainer } from '../../src/explain/explain.js'
import { type DecideInput, decide } from '../../src/rules/decide.js'
import type { Rule } from '../../src/rules/schema.js'
import { withDemo } from '../helpers/demo.js'
import { BASE, USER_AGENTS } from '../helpers/gateway.js'
import { patientConfig, readingOf } from '../helpers/rules.js'

const ENTRY = `${BASE}/entryId/${DEMO_ENTRIES.public}`
const FILE = `presets:
  low: { format: applehttp, maxBitrate: 900, protocol: http }
  one: { flavorIds: 0_publv360 }
rules:
  - { name: low, when: { device: iphone }, then: { preset: low } }
  - { name: one, when: { device: ipad }, then: { format: applehttp, preset: one } }
  - { name: rest, when: { format: auto }, then: { format: applehttp } }
`

t.test('a preset of a rule is answered as one that the URL names, and shares its answer', async (t) => {
  for (const share of ['true', 'false']) {
    const demo = await withDemo(t)
    const config = patientConfig(demo, FILE, { KALTURA_SHARE_PUBLIC: share })
    const now = () => 1_760_000_000_000
    const app = await buildApp(config, { logger: pino({ level: 'silent' }), now })
    t.teardown(() => app.close())
    const ask = async (rest: string, agent: keyof typeof USER_AGENTS) => {
      const { statusCode, headers, body } = await app.inject({
        url: ENTRY + rest,
        headers: { 'user-agent': USER_AGENTS[agent] }
      })
      return { statusCode, location: headers.location, caching: headers['cache-control'], body }
    }
    for (const [rest, agent, preset] of [
      ['/a.m3u8', 'iphone', 'low'],
      ['/maxBitrate/300/a.m3u8', 'iphone', 'low'],
      ['/format/url/a.mp4', 'iphone', 'low'],
      ['/format/applehttp/protocol/http/a.m3u8', 'ipad', 'one'],
      ['/format/applehttp/protocol/http/tags/ipadnew/a.m3u8', 'ipad', 'one']
    ] as const) {
      const named = await ask(`${rest}?preset=${preset}`, 'desktop')
      const calls = demo.state.calls.playManifest
      const ruled = await ask(rest, agent)
      t.strictSame(ruled, named, rest)
      t.equal(demo.state.calls.playManifest, calls, 'nothing more was asked')
    }
    const auto = await ask('/format/auto/a.m3u8', 'iphone')
    t.same(
      auto.body + auto.location,
      (await ask('/format/applehttp/maxBitrate/900/protocol/http/a.m3u8', 'desktop')).body + auto.location
    )
    const signed = await ask('/format/applehttp?kt=0123456789abcdef0123456789abcdef01234567', 'iphone')
    t.notMatch(signed.location, /maxBitrate/, 'what Kaltura signed reaches it byte for byte')
    const long = await ask(`/format/applehttp?x=${'y'.repeat(8_100)}`, 'iphone')
    t.equal(long.statusCode, 302, 'one that would grow too long goes without')
    t.notMatch(long.location, /maxBitrate/)
    const explain = explainer(app, config, now)
    const said = await explain({
      method: 'GET',
      target: `${ENTRY}/a.m3u8?format=applehttp&protocol=http`,
      headers: { host: 'video.example.com', 'user-agent': USER_AGENTS.ipad },
      peer: '127.0.0.1'
    })
    t.match(said.rules, { matched: 'one', plan: { adds: { flavorIds: '0_publv360' } } })
    if (share === 'true') {
      t.match(said.flavors?.rows.find(({ id }) => id === '0_publv540')?.kaltura, { kept: false, step: 'explicit' })
    }
  }
})

const value = fc.constantFrom('1', '2', '3')
const bundle = fc.record(
  { maxBitrate: value, minBitrate: value, tags: value, flavorIds: value, protocol: fc.constantFrom('http', 'https') },
  { requiredKeys: [] }
)

t.test('what the URL says wins, and nothing else changes', async (t) => {
  fc.assert(
    fc.property(bundle, bundle, (own, preset) => {
      const input: DecideInput = {
        parameters: { entryId: '0_a', format: 'applehttp', ...own },
        device: { class: 'ipad', reason: 'test' },
        scheme: 'http',
        partner: { id: 101, delivery: 'mirror', upgradeInsecure: false },
        presets: new Map([['p', preset as Record<string, string>]])
      }
      const rule = (then: Rule['then']): Rule[] => [{ name: 'it', when: {}, then }]
      const plan = decide(rule({ preset: 'p', tags: [['x']] }), input)
      for (const name of Object.keys(plan.adds)) t.notOk(name in own)
      const plain = decide(rule({ tags: [['x']] }), { ...input, parameters: { ...input.parameters, ...plan.adds } })
      t.strictSame({ ...plan, adds: {} }, plain, 'as if the URL had them')
      return t.passing()
    })
  )
})

t.test('mistakes', async (t) => {
  const wrong = (preset: string, then: string) =>
    readingOf(`presets:\n  p: ${preset}\nrules:\n  - name: it\n    when: {}\n    then: ${then}\n`).problems
  for (const [preset, then, problem] of [
    [
      '{ tags: a }',
      '{ preset: q }',
      /^r\.yaml:6: rule "it" names the preset "q", which is not under presets; right would be p\./
    ],
    ['{ tags: a }', '{ preset: __proto__ }', /which is not under presets/],
    ['{ device: ipad }', '{ preset: p }', /^r\.yaml:6: .* whose device has no effect/],
    ['{ format: auto }', '{ preset: p }', /whose format is auto/],
    ['{ format: url }', '{ preset: p, format: url }', /both say a format/],
    [
      '{ flavorIds: a }',
      '{ preset: p, tags: [[a]] }',
      /^r\.yaml:6: .*tags without effect: its preset "p" chooses by flavorIds/
    ],
    ['{ maxBitrate: x }', '{ preset: p }', /whose bitrate is no number above 0/]
  ] as const) {
    t.match(wrong(preset, then), [problem], then)
  }
  t.strictSame(wrong('{ format: url, maxBitrate: 900 }', '{ preset: p }'), [])
})
