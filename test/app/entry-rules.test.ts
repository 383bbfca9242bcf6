import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { buildApp } from '../../src/app.js'
import { DEMO_ENTRIES, demoCatalog } from '../../src/demo/kaltura/index.js'
import { withDemo } from '../helpers/demo.js'
import { explain } from '../helpers/explain.js'
import { BASE, USER_AGENTS, withGateway } from '../helpers/gateway.js'
import { patientConfig } from '../helpers/rules.js'

const RULES = `rules:
  - { name: kids, when: { entryTags: kids, device: [ipad, desktop], format: auto }, then: { format: url } }
  - { name: sport, when: { category: [News>Sport, 77], format: auto }, then: { format: mpegdash } }
  - { name: rest, when: { format: auto }, then: { format: applehttp } }
`
const AT = (entry: string) => `${BASE}/entryId/${entry}/format/auto/protocol/http/a`
const ENTRY = AT(DEMO_ENTRIES.public)

/** A catalog whose public entry is filed. */
function filed(words: { tags?: string; categories?: { id: number; name: string }[]; entitledUsers?: string[] }) {
  const catalog = demoCatalog()
  Object.assign(catalog.entries.get(DEMO_ENTRIES.public)!, words)
  return catalog
}

async function gateway(t: Test, words: Parameters<typeof filed>[0], env: Record<string, string> = {}) {
  const clock = { now: 1_760_000_000_000 }
  const now = () => clock.now
  const demo = await withDemo(t, { catalog: filed(words), now })
  const app = await buildApp(patientConfig(demo, RULES, { KALTURA_SHARE_PUBLIC: 'false', ...env }), {
    logger: pino({ level: 'silent' }),
    now
  })
  t.teardown(() => app.close())
  const ask = async (url = ENTRY, agent: string = USER_AGENTS.ipad) => {
    const { headers, statusCode } = await app.inject({ url, headers: { 'user-agent': agent } })
    const format = /format\/(\w+)/.exec(String(headers.location))?.[1]
    return {
      status: statusCode,
      format,
      caching: headers['cache-control'],
      vary: headers.vary,
      type: headers['content-type']
    }
  }
  return { ask, demo, clock }
}

t.test('rules go by how an entry is filed, and the answer ends with what is known of it', async (t) => {
  const { ask, demo, clock } = await gateway(t, { tags: 'a, kids' })
  t.match(await ask(), { format: 'url', caching: 'public, max-age=60, s-maxage=60' })
  clock.now += 40_000
  t.match(await ask(), { format: 'url', caching: 'public, max-age=20, s-maxage=20' })
  t.match(await ask(ENTRY, USER_AGENTS.android), { format: 'applehttp', caching: 'public, max-age=20, s-maxage=20' })
  const { api } = demo.state.calls
  t.match(await ask(AT(DEMO_ENTRIES.public).replace('auto', 'applehttp')), {
    format: 'applehttp',
    caching: 'public, max-age=60, s-maxage=60',
    vary: undefined
  })
  t.equal(demo.state.calls.api, api, 'a format of which no such rule speaks is not looked up')
  Object.assign(demo.catalog.entries.get(DEMO_ENTRIES.public)!, { tags: '', categories: [{ id: 77, name: 'Other' }] })
  clock.now += 30_000
  await ask()
  clock.now += 61_000
  t.match(await ask(), { format: 'mpegdash' }, 'filed otherwise')
})

t.test('an error ends with what is known of the entry, too', async (t) => {
  const { ask, demo, clock } = await gateway(t, {}, { KALTURA_SHARE_PUBLIC: 'true' })
  const at = AT(DEMO_ENTRIES.rejected)
  Object.assign(demo.catalog.entries.get(DEMO_ENTRIES.rejected)!, { tags: 'kids' })
  t.match(await ask(at.replace('auto', 'mpegdash')), { status: 404, caching: 'public, max-age=60, s-maxage=60' })
  clock.now += 40_000
  t.match(await ask(at), { status: 404, caching: 'public, max-age=20, s-maxage=20' })
})

t.test('by category, those below it too', async (t) => {
  const { ask } = await gateway(t, { categories: [{ id: 3, name: 'News>Sport>Ski' }] })
  t.match(await ask(), { format: 'mpegdash' })
  const other = await gateway(t, { categories: [{ id: 3, name: 'News' }] })
  t.match(await other.ask(), { format: 'applehttp', caching: /^public/ })
})

t.test('what nobody knows holds for no rule, and such an answer is kept by nobody', async (t) => {
  const { ask, demo } = await gateway(t, { tags: 'kids' })
  demo.state.api.fail = { status: 500 } as never
  t.match(await ask(), { status: 302, format: 'applehttp', caching: 'no-store' }, 'Kaltura fails')
  t.match(await ask(AT('0_nothing')), { status: 302, format: 'applehttp', caching: 'no-store' })
  demo.state.api.fail = null
  const shared = await gateway(t, { tags: 'kids' }, { KALTURA_SHARE_PUBLIC: 'true' })
  t.match(await shared.ask(), { caching: /^public, max-age=60/ }, 'shared when it is known')
  shared.demo.state.api.fail = { status: 500 } as never
  shared.clock.now += 100_000
  t.match(await shared.ask(), { status: 302, caching: /\bmax-age=0\b/ }, 'what was known outlives a failing Kaltura')
})

t.test('what only the gateway\u2019s credential sees decides nothing', async (t) => {
  const hidden = await gateway(t, { tags: 'kids', entitledUsers: ['somebody'] })
  const gone = await gateway(t, {})
  const [one, other] = [await hidden.ask(), await gone.ask(AT('0_nothing'))]
  t.match(one, { format: 'applehttp', caching: 'no-store' })
  t.strictSame(one, other, 'as for an entry that is not there')
})

t.test('explain says what was looked at', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'entry-rules-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const configFile = join(folder, 'gateway.yaml')
  writeFileSync(configFile, `patience: { catalog: 20s }\n${RULES}`)
  const { adminUrl } = await withGateway(t, {
    configFile,
    admin: true,
    catalog: filed({ tags: 'some', categories: [{ id: 5, name: 'Art' }] })
  })
  const { rules, entry, life } = await explain(adminUrl, { url: ENTRY, userAgent: USER_AGENTS.ipad })
  t.match(rules, {
    matched: 'rest',
    tried: [
      { rule: 'kids', held: ['format', 'device'], failed: { condition: 'entryTags', wants: 'kids', given: ['some'] } },
      { rule: 'sport', failed: { condition: 'category', wants: ['News>Sport', 77], given: ['Art', 5] } },
      { rule: 'rest', matched: true }
    ],
    plan: { reads: ['device', 'entry'] }
  })
  t.equal(rules?.tried.length, 3, 'the rules are told once')
  t.match(entry, { tags: ['some'], categories: ['Art'], categoryIds: [5] })
  t.ok(life.bounds.some(({ by }) => by === 'tags or categories that rules look at'))
  const unknown = await explain(adminUrl, { url: AT('0_nothing'), userAgent: USER_AGENTS.ipad })
  t.match(unknown.rules?.tried[0], { failed: { condition: 'entryTags', given: 'not known' } })
})
