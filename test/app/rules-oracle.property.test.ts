/**
 * Whatever the rules are: an answer that a cache gives, ours or a CDN's that obeys `Vary` and `Cache-Control`, is the one that
 * this very viewer would get from a gateway that has just started and has kept nothing.
 */

import fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { buildApp } from '../../src/app.js'
import { predict } from '../../src/commands/predict.js'
import type { Config } from '../../src/config/config.js'
import { readConfigFile } from '../../src/config/file.js'
import { readPresets } from '../../src/config/presets.js'
import { DEMO_ENTRIES, demoCatalog } from '../../src/demo/kaltura/index.js'
import type { Decision } from '../../src/resolve/decision.js'
import { LiveRules, type Ruling } from '../../src/rules/live-rules.js'
import type { Rule } from '../../src/rules/schema.js'
import { withDemo } from '../helpers/demo.js'
import { BASE, USER_AGENTS } from '../helpers/gateway.js'
import { patientConfig, readingOf } from '../helpers/rules.js'

const PRESETS = {
  low: { maxBitrate: 500 },
  one: { format: 'applehttp', flavorParamIds: '4' },
  tagged: { tags: 'ipadnew' },
  clip: { seekFrom: 1000, clipTo: 4000 },
  apple: { format: 'auto', device: 'ipad' }
}
/** 20 s before and 40 s behind 18:00 in Berlin, where clocks have just been put forward. */
const START = Date.parse('2026-03-29T15:59:40Z')
const FILED = { tags: ['kids', 'Demo'], categories: ['News>Sport'], categoryIds: [7] }

const some = <T>(...values: T[]) => fc.constantFrom(...values)

/** A condition each, with values that some viewers have. */
const CONDITIONS: readonly (readonly [name: string, ...values: unknown[]])[] = [
  ['format', 'auto', ['applehttp', 'auto'], ['url', 'auto']],
  ['parameters', { seekFrom: true }, { maxBitrate: false }, { tags: 'ipad' }],
  ['clientTag', 'html5'],
  ['entry', DEMO_ENTRIES.public, [DEMO_ENTRIES.audioOnly, DEMO_ENTRIES.nearDuplicates]],
  ['device', 'ipad', ['iphone', 'desktop'], 'unknown'],
  ['form', 'phone', 'tablet'],
  ['os', 'iOS', 'Android', 'Windows'],
  ['androidFrom', 4, 11],
  ['androidBelow', 4, 11],
  ['country', 'DE', ['FR', 'US']],
  ['country', 'DE', ['FR', 'DE']],
  ['header', { 'X-Network': '2g' }, { 'x-network': true }, { 'X-Network': false }, { 'x-plan': ['a', 'b'] }],
  ['header', { 'X-Network': '2g' }, { 'x-network': ['2g', '4g'] }],
  ['userAgent', 'OurApp/', ['Chrome', 'Safari']],
  ['entryTags', 'kids', ['x', 'Demo'], 'nothing'],
  ['category', 7, 'News', [8, 'News>Art']],
  [
    'time',
    { from: '18:00', until: '23:00', zone: 'Europe/Berlin' },
    { from: '23:00', until: '18:00', zone: 'Europe/Berlin' },
    { from: '00:00', until: '16:00' }
  ],
  ['time', { from: '18:00', until: '23:00', zone: 'Europe/Berlin' }, { from: '00:00', until: '16:00' }],
  ['percent', 30, 80]
]
/** At most two, since rules with many hold for nobody. */
const fewConditions = fc.array(fc.tuple(fc.nat(CONDITIONS.length - 1), fc.nat(11)), { maxLength: 2 }).map((picks) =>
  Object.fromEntries(
    picks.map(([at, value]) => {
      const [name, ...values] = CONDITIONS[at]!
      return [name, values[value % values.length]]
    })
  )
)
const then = fc.record(
  {
    format: some('applehttp', 'mpegdash', 'url', 'hds'),
    preset: some('low', 'tagged', 'clip'),
    tags: some([['ipadnew'], ['iphonenew']], [['nothing']], [['iphonenew', 'mbr']]),
    filters: some<unknown>({ maxHeight: 360 }, { codecs: 'h264', maxBitrate: 700 }, { minBitrate: 600 }),
    single: some('largest', 'smallest'),
    excludeAudioOnly: some(true),
    manifest: some<unknown>({ maxHeight: 360 }, { order: 'descending', cutAudioOnly: true }),
    delivery: some('mirror', 'redirect', 'proxy'),
    caching: some<unknown>(0, 5, '20s')
  },
  { requiredKeys: ['format'] }
)
const ruleSets = fc
  .array(fc.record({ when: fewConditions, then }), { minLength: 1, maxLength: 5 })
  .map((rules) => rules.map((rule, index) => ({ ...rule, name: `rule ${index}` })))

interface Asked {
  url: string
  headers: Record<string, string>
}

const viewers = fc
  .record({
    entry: some(
      DEMO_ENTRIES.public,
      DEMO_ENTRIES.public,
      DEMO_ENTRIES.audioOnly,
      DEMO_ENTRIES.nearDuplicates,
      DEMO_ENTRIES.ksProtected,
      '0_nothing'
    ),
    format: some('/format/auto', '/format/auto', '/format/applehttp', '/format/url', ''),
    protocol: some('/protocol/http', ''),
    tail: some(
      ...['', '', '', '/a.m3u8', '/maxBitrate/900', '/tags/ipad', '/flavorParamIds/4', '/preset/one', '/preset/apple'],
      ...['/preset/low', '/device/iphone', '/seekFrom/1000', '?clientTag=html5:v3', '?playSessionId=4', '?ks=rubbish'],
      '/clientTag/html5'
    ),
    agent: some('', 'OurApp/2 (iPad; CPU OS 17_1 like Mac OS X)', ...Object.values(USER_AGENTS)),
    hints: some(
      {},
      {},
      { 'sec-ch-ua-platform': '"Android"', 'sec-ch-ua-mobile': '?1' },
      { 'sec-ch-ua-platform': '"Windows"' }
    ),
    country: some({}, { 'cf-ipcountry': 'DE' }, { 'cf-ipcountry': 'XX' }, { 'cloudfront-viewer-country': 'FR' }),
    network: some({}, { 'x-network': '2g' }, { 'x-network': '4g' }, { 'x-network': '' }, { 'x-plan': 'a' }),
    scheme: some({}, { 'x-forwarded-proto': 'https' }),
    address: some({}, { 'x-forwarded-for': '203.0.113.7' })
  })
  .map(({ entry, format, protocol, tail, agent, ...headers }): Asked => {
    const sent = Object.assign({}, ...Object.values(headers)) as Record<string, string>
    return { url: `${BASE}/entryId/${entry}${format}${protocol}${tail}`, headers: { 'user-agent': agent, ...sent } }
  })

const NAMES = [
  'user-agent',
  'cf-ipcountry',
  'cloudfront-viewer-country',
  'x-network',
  'x-plan',
  'x-forwarded-proto'
] as const

/** Viewers of whom each differs from the first in one header, or in two: who mixes them up mixes up one fact. */
const somePeople = fc
  .tuple(
    fc.array(viewers, { minLength: 4, maxLength: 4 }),
    fc.array(fc.tuple(some(...NAMES), some(...NAMES)), { minLength: 4, maxLength: 4 }),
    // A CDN that says what a device is says it of all or of none.
    fc.option(fc.array(some('tablet-ipad', 'mobile', 'pc'), { minLength: 4, maxLength: 4 }))
  )
  .map(([all, changes, devices]) =>
    all.map((viewer, index): Asked => {
      const headers: Record<string, string> = { ...all[0]!.headers }
      for (const name of changes[index]!) {
        if (index === 0) continue
        const value = viewer.headers[name]
        if (value === undefined) delete headers[name]
        else headers[name] = value
      }
      return { ...viewer, headers: devices === null ? headers : { ...headers, 'x-ua-device': devices[index]! } }
    })
  )

interface Reply {
  status: number
  headers: Record<string, string>
  body: string
  decision: Decision | null
}

async function gateway(t: Pick<Test, 'teardown'> | null, config: Config, rules: LiveRules, now: () => number) {
  const app = await buildApp(config, { logger: pino({ level: 'silent' }), now, rules })
  const decisions: { last: Decision | null } = { last: null }
  app.addHook('onResponse', async (request) => {
    decisions.last = request.decision
  })
  t?.teardown(() => app.close())
  return { app, ask: (asked: Asked) => ask(app, asked, decisions) }
}

async function ask(app: FastifyInstance, asked: Asked, decisions: { last: Decision | null }): Promise<Reply> {
  const { statusCode, headers, body } = await app.inject(asked as never)
  const text = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
  return { status: statusCode, headers: text, body, decision: decisions.last }
}

/** What a viewer sees of an answer, but for how long he may keep it. */
function seen({ status, headers, body }: Reply): unknown {
  const { location, etag, 'content-type': type, 'x-kaltura': error } = headers
  return { status, location, etag, type, error, body }
}

/** A shared cache with a clock (RFC 9111, 5861): keys are the URL and what `Vary` names; stale while it asks again is served too. */
class SharedCache {
  hits = 0
  readonly #now: () => number
  readonly #kept = new Map<string, { at: number; life: number; reply: Reply; asked: Asked }[]>()

  constructor(now: () => number) {
    this.#now = now
  }

  async ask(asked: Asked, forward: (asked: Asked) => Promise<Reply>): Promise<Reply> {
    const list = this.#kept.get(asked.url) ?? []
    const hit = list.find(({ at, life, reply, asked: other }) => {
      const names = (reply.headers.vary ?? '').split(', ').filter((name) => name !== '')
      return this.#now() < at + life && names.every((name) => asked.headers[name] === other.headers[name])
    })
    if (hit !== undefined) {
      this.hits++
      return hit.reply
    }
    const reply = await forward(asked)
    const caching = reply.headers['cache-control'] ?? ''
    const seconds = (name: string) => Number(new RegExp(`\\b${name}=(\\d+)`).exec(caching)?.[1] ?? 0)
    const life = (seconds('s-maxage') + Math.max(seconds('stale-while-revalidate'), seconds('stale-if-error'))) * 1000
    if (!/private|no-store/.test(caching) && life > 0) {
      this.#kept.set(asked.url, [...list, { at: this.#now(), life, reply, asked }])
    }
    return reply
  }
}

/** Of the rules those that a start would take: the checks know what makes no sense. */
function rulingOf(some: readonly { when: object; then: object; name: string }[]): Pick<Ruling, 'rules' | 'presets'> {
  const presets = readPresets(PRESETS)
  let rules: readonly Rule[] = []
  let raw: unknown[] = []
  for (const { then, ...rule } of some) {
    // Without what has no effect, if it has to be.
    const { single: _, excludeAudioOnly: __, format: ___, ...less } = then as Record<string, unknown>
    for (const tried of [then, less, {}]) {
      const list = [...raw, { ...rule, then: tried }]
      const text = JSON.stringify({ trustedHeaders: ['X-Network', 'X-Plan'], presets: PRESETS, rules: list })
      if (readingOf(text).problems.length > 0) continue
      raw = list
      rules = readConfigFile('r.yaml', text).rules!
      break
    }
  }
  return { rules, presets }
}

t.setTimeout(280_000)

for (const sharePublic of ['true', 'false']) {
  t.test(`every answer of a cache is the viewer's own, sharePublic ${sharePublic}`, async (t) => {
    const clock = { now: START }
    const now = () => clock.now
    const catalog = demoCatalog({ now })
    Object.assign(catalog.entries.get(DEMO_ENTRIES.public)!, {
      tags: FILED.tags.join(', '),
      categories: [{ id: 7, name: 'News>Sport' }]
    })
    const demo = await withDemo(t, { now, catalog })
    const config = patientConfig(demo, '', { KALTURA_SHARE_PUBLIC: sharePublic })
    const live = new LiveRules(config)
    // One for all sets of rules: what it keeps outlives every reload.
    const old = await gateway(t, config, live, now)
    const counts = { rulings: 0, hits: 0, asked: 0, shared: 0 }
    await fc.assert(
      fc.asyncProperty(
        ruleSets,
        fc.option(ruleSets),
        somePeople,
        fc.infiniteStream(fc.nat()),
        async (rules, shadowRules, few, random) => {
          const ruling = rulingOf(rules)
          counts.rulings++
          // Shortly before the hour, or shortly after the last set, whose answers are still kept.
          if (counts.rulings % 3 !== 0) clock.now = START + counts.rulings * 86_400_000
          const shadow = shadowRules && rulingOf(shadowRules)
          live.replace({
            ...ruling,
            partners: config.partners,
            shadow: shadow && { rules: shadow.rules, percent: 100 }
          })
          const cdn = new SharedCache(now)
          const oracle = async (asked: Asked) => {
            const fresh = await gateway(
              null,
              config,
              new LiveRules({ ...ruling, partners: config.partners, shadow: null }),
              now
            )
            const reply = await fresh.ask(asked)
            await fresh.app.close()
            return reply
          }
          for (let turn = 0; turn < 9; turn++) {
            const viewer = few[turn % few.length]!
            // Most ask for the same.
            const { url } = turn < 6 ? few[0]! : viewer
            const asked = { url, headers: viewer.headers }
            const before = cdn.hits
            const given = await cdn.ask(asked, old.ask)
            counts.asked++
            const expected = await oracle(asked)
            if (given.headers['cache-control']?.startsWith('public')) counts.shared++
            t.strictSame(seen(given), seen(expected), `${JSON.stringify(asked)} ${JSON.stringify(rules)}`)
            if (cdn.hits === before) predicted(t, asked, ruling, config, given, clock.now)
            if (!t.passing()) throw new Error('see above')
            clock.now += [0, 2_000, 9_000, 9_000, 15_000][random.next().value! % 5]!
          }
          counts.hits += cdn.hits
        }
      ),
      { numRuns: Number(process.env.RULES_RUNS ?? 25), endOnFailure: true }
    )
    t.comment(JSON.stringify(counts))
    t.ok(counts.rulings > 15, 'sets of rules that make sense')
    t.ok(counts.hits > 15, 'some came from the CDN')
    t.ok(counts.shared > counts.asked / 10, 'many may be kept')
  })
}

/** `test` and `diff` decide as the gateway does. */
function predicted(
  t: Test,
  { url, headers }: Asked,
  { rules, presets }: Pick<Ruling, 'rules' | 'presets'>,
  config: Config,
  { decision, status, body }: Reply,
  now: number
): void {
  // A log knows no address; with one, who is in a share of the sessions is another question.
  // Whether a KS binds its URL, secrets tell.
  if (headers['x-forwarded-for'] !== undefined || url.includes('ks=')) return
  const scheme = headers['x-forwarded-proto'] === 'https' ? 'https' : 'http'
  const partner = (id: number) => config.partners.get(id) ?? null
  const entry = (id: string) => (id === DEMO_ENTRIES.public ? FILED : null)
  const prediction = predict(
    { rules, presets, partner, cdnUrls: config.cdnUrls },
    { target: url, headers, trusted: true, scheme, now, entry }
  )
  const decided = prediction!.decided
  if (decided.problem !== null) {
    t.equal(JSON.parse(body).code, decided.problem, `${status} ${url}`)
    return
  }
  const { rule, format, protocol, device } = decided as Exclude<typeof decided, { problem: string }>
  const made = {
    rule: decision?.rule,
    format: decision?.format,
    protocol: decision?.protocol,
    device: decision?.device
  }
  t.strictSame({ rule, format, protocol, device }, made, `${url} ${JSON.stringify(headers)}`)
}
