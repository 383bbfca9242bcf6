import t from 'tap'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { BASE, flavorIdsIn, USER_AGENTS, withGateway } from '../helpers/gateway.js'

const ENTRY = `${BASE}/entryId/${DEMO_ENTRIES.public}`
const TEMPLATES = { env: { KALTURA_SHARE_PUBLIC: 'false' } }

t.test('each documented device gets the flavors of its rule, by ids that anyone could list', async (t) => {
  const { ask, catalog } = await withGateway(t, TEMPLATES)
  const flavors = catalog.flavorsOf(DEMO_ENTRIES.public).filter(({ status }) => status === 2)
  const tagged = (tag: string) => flavors.filter(({ tags }) => tags.includes(tag)).map(({ id }) => id)
  const video = flavors.filter(({ width, height, frameRate }) => width + height + frameRate > 0).map(({ id }) => id)
  for (const [agent, format, ids] of [
    ['ipad', 'applehttp', tagged('ipadnew')],
    ['iphone', 'applehttp', tagged('iphonenew')],
    ['android', 'applehttp', tagged('iphonenew').filter((id) => video.includes(id))]
  ] as const) {
    for (const asked of ['applehttp', 'auto']) {
      const answer = await ask(`${ENTRY}/format/${asked}/protocol/http/a.m3u8`, { 'user-agent': USER_AGENTS[agent] })
      t.equal(answer.status, 302)
      t.strictSame(flavorIdsIn(answer.location), ids, `${agent} ${asked}`)
      t.match(answer.location, `/format/${format}/`)
      t.match(answer.headers.vary, /user-agent/)
    }
    t.ok(ids.length > 1, 'the demo has something to choose from')
  }
  const old = await ask(`${ENTRY}/format/auto/a.mp4`, { 'user-agent': USER_AGENTS.oldAndroid })
  t.match(old.location, /\/format\/url\//)
  const [single, ...none] = flavorIdsIn(old.location)
  t.equal(none.length, 0, 'one flavor')
  t.ok(tagged('iphonenew').includes(single ?? '') && video.includes(single ?? ''))
})

t.test('every other device and format keeps the choice to Kaltura', async (t) => {
  const { ask } = await withGateway(t, TEMPLATES)
  for (const [agent, path] of [
    ['desktop', '/format/applehttp/a.m3u8'],
    ['ipad', '/format/mpegdash/manifest.mpd'],
    ['ipad', '/format/url/a.mp4'],
    ['oldAndroid', '/format/applehttp/a.m3u8'],
    ['ipad', '/format/applehttp/flavorIds/0_publv540/a.m3u8'],
    ['ipad', '/format/applehttp/tags/mbr/a.m3u8'],
    ['iphone', '/format/applehttp/flavorParamId/0/a.m3u8']
  ] as const) {
    t.equal((await ask(ENTRY + path, { 'user-agent': USER_AGENTS[agent] })).location, ENTRY + path, `${agent} ${path}`)
  }
})

t.test('a hint says what no header can: it wins, and nothing varies by headers', async (t) => {
  const { ask } = await withGateway(t, TEMPLATES)
  const ipad = await ask(`${ENTRY}/format/applehttp/a.m3u8`, { 'user-agent': USER_AGENTS.ipad })
  const hinted = await ask(`${ENTRY}/format/applehttp/a.m3u8?device=ipad`, { 'user-agent': USER_AGENTS.desktop })
  t.equal(hinted.location, ipad.location)
  t.equal(hinted.headers.vary, undefined)
  const unknown = await ask(`${ENTRY}/format/applehttp/a.m3u8?device=toaster`)
  t.match(unknown, { status: 400, headers: { 'access-control-allow-origin': '*' } })
  t.equal(JSON.parse(unknown.body).code, 'BAD_DEVICE')
})

t.test("a CDN's device headers count from trusted proxies only", async (t) => {
  const headers = {
    'user-agent': 'Amazon CloudFront',
    'cloudfront-is-ios-viewer': 'true',
    'cloudfront-is-tablet-viewer': 'true'
  }
  const trusting = await withGateway(t, { env: { ...TEMPLATES.env, TRUST_PROXY: 'loopback' } })
  t.match((await trusting.ask(`${ENTRY}/format/applehttp/a.m3u8`, headers)).location, /flavorIds/)
  const wary = await withGateway(t, TEMPLATES)
  t.notMatch((await wary.ask(`${ENTRY}/format/applehttp/a.m3u8`, headers)).location, /flavorIds/)
})

t.test('when the catalog is not there in time the tags say it, and it loads behind', async (t) => {
  const { ask, state } = await withGateway(t, TEMPLATES)
  state.api.delayMs = 600
  const ipad = { 'user-agent': USER_AGENTS.ipad }
  const began = Date.now()
  const first = await ask(`${ENTRY}/format/applehttp/a.m3u8`, ipad)
  t.ok(Date.now() - began < 550, 'answered before the API')
  t.equal(first.location, `${ENTRY}/format/applehttp/tags/ipadnew,iphonenew,ipad,iphone/a.m3u8`)
  t.equal(first.headers['cache-control'], 'no-store')
  await new Promise((resolve) => setTimeout(resolve, 700))
  const second = await ask(`${ENTRY}/format/applehttp/a.m3u8`, ipad)
  t.match(second.location, /flavorIds/)
  t.match(second.headers['cache-control'], /^public/)
  t.equal(state.calls.api, 1, 'one round trip for both')
})

t.test('ids that a widget session cannot list are never in a template', async (t) => {
  const { ask, catalog } = await withGateway(t, TEMPLATES)
  // Only the gateway's own credential can read what belongs to nobody's widget: here an entry of another partner.
  catalog.updateEntry(DEMO_ENTRIES.public, { partnerId: 102 })
  const answer = await ask(`${ENTRY}/format/applehttp/a.m3u8`, { 'user-agent': USER_AGENTS.ipad })
  t.notMatch(JSON.stringify(answer), /flavorIds/)
})
