/**
 * Whatever rules and presets say: flavors, tags and a format that stand in the URL reach Kaltura as they are, in whatever
 * spelling, and a URL that Kaltura signed or bound to a KS reaches it byte for byte.
 */
import fc from 'fast-check'
import { pino } from 'pino'
import t from 'tap'
import { buildApp } from '../../src/app.js'
import { readPresets } from '../../src/config/presets.js'
import { DEMO_ENTRIES, DEMO_SECRETS } from '../../src/demo/kaltura/index.js'
import type { ParameterName } from '../../src/playmanifest/parameters.js'
import { type PlayManifestRequest, parsePlayManifestUrl } from '../../src/playmanifest/parse.js'
import { LiveRules } from '../../src/rules/live-rules.js'
import { makeKsV2 } from '../../src/viewer/ks.js'
import { withDemo } from '../helpers/demo.js'
import { BASE, USER_AGENTS } from '../helpers/gateway.js'
import { patientConfig, someRules } from '../helpers/rules.js'

const PRESETS = readPresets({
  all: { format: 'mpegdash', flavorIds: '0_preset', tags: 'preset', protocol: 'https', maxBitrate: 1 },
  other: { flavorParamIds: '77', format: 'auto', device: 'ipad' }
})
const FLAVORS: readonly ParameterName[] = ['flavorIds', 'flavorId', 'flavorParamIds', 'flavorParamId', 'tags']

function read(url: string): PlayManifestRequest {
  const parsed = parsePlayManifestUrl(url)
  if (!parsed.ok) throw new Error(`${url}: ${parsed.detail}`)
  return parsed.request
}

/** One parameter in the path or the query, by its long or short name, plain or escaped. */
const pair = (names: readonly string[], values: readonly string[]) =>
  fc.record({
    name: fc.constantFrom(...names),
    value: fc.constantFrom(...values),
    place: fc.constantFrom<'path' | 'query'>('path', 'query'),
    isEscaped: fc.boolean()
  })
const escaped = (text: string) => `%${text.charCodeAt(0).toString(16)}${text.slice(1)}`

type Pair = { name: string; value: string; place: 'path' | 'query'; isEscaped: boolean }

function urlOf(pairs: readonly Pair[]): string {
  const written = (place: Pair['place'], join: string) =>
    pairs
      .filter((one) => one.place === place)
      .map(({ name, value, isEscaped }) => `${isEscaped ? escaped(name) : name}${join}${value}`)
  const path = [`${BASE}/entryId/${DEMO_ENTRIES.public}`, ...written('path', '/')].join('/')
  const query = written('query', '=').join('&')
  return query === '' ? path : `${path}?${query}`
}

const flavors = fc.oneof(
  pair(['flavorIds', 'fs'], ['0_publv270,0_publv360', '0_publv540', '0_unknown']),
  pair(['flavorId', 'fi'], ['0_publv270']),
  pair(['flavorParamIds', 'fps'], ['2,4', '0', '99']),
  pair(['flavorParamId', 'fp'], ['4', '0']),
  pair(['tags', 't'], ['mbr', 'nothing', 'ipadnew,web'])
)
const formats = pair(['format', 'f'], ['applehttp', 'url', 'mpegdash', 'hds', 'rtmp'])
const presets = pair(['preset'], ['all', 'other'])
const rules = someRules.map((list) =>
  list.map((rule, index) => (index === 0 ? { ...rule, then: { ...rule.then, preset: 'all' } } : rule))
)
const agents = fc.constantFrom('', ...Object.values(USER_AGENTS))

t.setTimeout(120_000)

t.test('rules and presets leave alone what is theirs not to touch', async (t) => {
  const now = () => 1_760_000_000_000
  const demo = await withDemo(t, { now })
  const config = patientConfig(demo, '', { KALTURA_SHARE_PUBLIC: 'false' })
  const live = new LiveRules(config)
  const app = await buildApp(config, { logger: pino({ level: 'silent' }), now, rules: live })
  t.teardown(() => app.close())
  const locationOf = async (url: string, agent: string) => {
    const { headers, statusCode, body } = await app.inject({ url, headers: { 'user-agent': agent } })
    if (statusCode !== 302) throw new Error(`${statusCode} ${url} ${body}`)
    return String(headers.location).replace(demo.kalturaUrl, '')
  }

  await t.test('flavors, tags, formats', async (t) => {
    await fc.assert(
      fc.asyncProperty(
        rules,
        fc.array(flavors, { maxLength: 2 }),
        fc.option(formats),
        fc.option(presets),
        agents,
        async (rules, chosen, format, preset, agent) => {
          live.replace({ rules, presets: PRESETS, shadow: null, partners: new Map() })
          const url = urlOf([...chosen, ...(format === null ? [] : [format]), ...(preset === null ? [] : [preset])])
          const { effective: asked } = read(url)
          const { effective: sent } = read(await locationOf(url, agent))
          if (chosen.length > 0) {
            for (const name of FLAVORS) t.equal(sent[name], asked[name], `${name} of ${url}`)
          }
          if (format !== null) t.equal(sent.format, asked.format, url)
          return t.passing()
        }
      ),
      { numRuns: 150 }
    )
  })

  await t.test('what Kaltura signed, or a KS binds', async (t) => {
    const ks = makeKsV2({
      partnerId: 101,
      secret: DEMO_SECRETS.main.adminSecret,
      expiry: 4_000_000_000,
      userId: 'x',
      privileges: 'sview:*,urirestrict:/p/*'
    })
    const bound = ['kt=0123456789abcdef0123456789abcdef01234567', 'kt=', `ks=${ks}`, 'clientTag=%FF%FE']
    await fc.assert(
      fc.asyncProperty(
        rules,
        fc.array(fc.oneof(flavors, formats), { maxLength: 3 }),
        fc.constantFrom(...bound),
        agents,
        async (rules, pairs, by, agent) => {
          live.replace({ rules, presets: PRESETS, shadow: null, partners: new Map() })
          const plain = urlOf(pairs)
          const url = `${plain}${plain.includes('?') ? '&' : '?'}${by}`
          t.equal(await locationOf(url, agent), url)
          return t.passing()
        }
      ),
      { numRuns: 150 }
    )
  })
})
