import { pino } from 'pino'
import t from 'tap'
import { buildApp } from '../../src/app.js'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { withDemo } from '../helpers/demo.js'
import { BASE, flavorIdsIn } from '../helpers/gateway.js'
import { patientConfig } from '../helpers/rules.js'

const URL = `${BASE}/entryId/${DEMO_ENTRIES.public}/format/applehttp/protocol/http/a.m3u8`
const RULES = 'rules:\n  - { name: small, when: {}, then: { filters: { maxHeight: 360, maxBitrate: 700 } } }\n'

t.test('filters choose ids of Kaltura\u2019s own choice, in redirects and manifests alike', async (t) => {
  const demo = await withDemo(t)
  const logger = pino({ level: 'silent' })
  const [shared, redirecting] = await Promise.all(
    ['true', 'false'].map((share) => buildApp(patientConfig(demo, RULES, { KALTURA_SHARE_PUBLIC: share }), { logger }))
  )
  t.teardown(() => Promise.all([shared!.close(), redirecting!.close()]))
  const flavors = new Map(demo.catalog.flavorsOf(DEMO_ENTRIES.public).map((flavor) => [flavor.id, flavor]))
  const template = await redirecting!.inject(URL)
  const ids = flavorIdsIn(String(template.headers.location))
  t.ok(ids.length > 1)
  t.ok(ids.every((id) => flavors.get(id)!.height <= 360))
  const plain = await (await fetch(demo.kalturaUrl + URL, { redirect: 'follow' })).text()
  t.ok(new Set(flavorIdsIn(plain)).size > ids.length, 'without the rule there is more')
  const manifest = new Set(flavorIdsIn((await shared!.inject(URL)).body))
  t.ok(manifest.size > 1)
  t.ok([...manifest].every((id) => flavors.get(id)!.height <= 360))
  const one = await redirecting!.inject(URL.replace('/a.m3u8', '/flavorIds/0_publv540/a.m3u8'))
  t.strictSame(flavorIdsIn(String(one.headers.location)), ['0_publv540'], 'what the URL names is left alone')
})

t.test('where no ids are known, Kaltura is told the bitrates', async (t) => {
  const demo = await withDemo(t)
  const app = await buildApp(patientConfig(demo, RULES), { logger: pino({ level: 'silent' }) })
  t.teardown(() => app.close())
  demo.state.api.fail = { status: 500 } as never
  const { headers } = await app.inject(URL)
  t.match(headers.location, /\/maxBitrate\/700\b/)
  t.notMatch(headers.location, /\/tags\//, 'its own tags are left to it')
  t.equal(headers['cache-control'], 'no-store')
  t.match((await app.inject(URL.replace('/a.m3u8', '/maxBitrate/300/a.m3u8'))).headers.location, /\/maxBitrate\/300\b/)
})
