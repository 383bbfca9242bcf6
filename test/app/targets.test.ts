import { Parser } from 'm3u8-parser'
import t from 'tap'
import { DEMO_ENTRIES, DEMO_PROFILES } from '../../src/demo/kaltura/index.js'
import { BASE, flavorIdsIn, USER_AGENTS, withGateway } from '../helpers/gateway.js'

const ENTRY = `${BASE}/entryId/${DEMO_ENTRIES.public}`
const PUBLIC = /^public, max-age=\d+, s-maxage=\d+, stale-while-revalidate=30, stale-if-error=600$/

t.test(
  'mirror: a 302 where Kaltura answers 302, a manifest where it answers one; warm without asking Kaltura',
  async (t) => {
    const { ask, state, cdnUrl } = await withGateway(t)
    const cold = [
      await ask(`${ENTRY}/format/url/protocol/http/a.mp4`),
      await ask(`${ENTRY}/format/applehttp/protocol/http/a.m3u8`),
      await ask(`${ENTRY}/format/mpegdash/protocol/http/manifest.mpd`)
    ]
    t.equal(state.calls.api, 1, 'the catalog is read once, in one round trip')
    t.equal(state.calls.playManifest, 3)
    t.match(cold[0], {
      status: 302,
      headers: { location: new RegExp(`^${cdnUrl}/p/101/.*/name/a\\.mp4$`), 'cache-control': PUBLIC }
    })
    t.match(cold[1], {
      status: 200,
      headers: { 'content-type': 'application/x-mpegurl', 'cache-control': PUBLIC, etag: /^"[\w-]+"$/ }
    })
    t.match(cold[2], {
      status: 302,
      headers: { location: new RegExp(`^${cdnUrl}/dash/.*/manifest\\.mpd$`), 'cache-control': PUBLIC }
    })
    const before = { ...state.calls }
    for (const [index, path] of [
      `${ENTRY}/format/url/protocol/http/a.mp4`,
      `${ENTRY}/format/applehttp/protocol/http/a.m3u8`,
      `${ENTRY}/format/mpegdash/protocol/http/manifest.mpd`
    ].entries()) {
      const warm = await ask(path)
      t.equal(warm.body, cold[index]!.body)
      t.equal(warm.headers.location, cold[index]!.headers.location)
    }
    t.match(state.calls, { api: before.api, playManifest: before.playManifest })
  }
)

t.test('a thousand spellings of one answer are one entry', async (t) => {
  const { ask, state } = await withGateway(t)
  const spellings = [
    `${ENTRY}/format/applehttp/protocol/http/a.m3u8`,
    `${ENTRY}/protocol/http/format/applehttp/b.m3u8`,
    `/s/p/101/playManifest/e/${DEMO_ENTRIES.public}/f/applehttp/pt/http`,
    `/p/101/playManifest?format=applehttp&entryId=${DEMO_ENTRIES.public}`,
    `${ENTRY}/format/applehttp/a.m3u8?playSessionId=one&clientTag=x&uiConfId=5`,
    `${ENTRY}/format/applehttp/a.m3u8?playSessionId=two&referrer=aHR0cDovL3g=`,
    `${ENTRY}/format/applehttp/cdnHost/evil.example/a.m3u8?_=123&utm=x`
  ]
  const bodies = new Set<string>()
  for (const path of spellings) bodies.add((await ask(path)).body)
  t.equal(bodies.size, 1)
  t.match(state.calls, { api: 1, playManifest: 1 })
  const sent = state.calls.log.find(({ endpoint }) => endpoint === 'playManifest')
  t.equal(sent?.url, `/p/101/sp/10100/playManifest/entryId/${DEMO_ENTRIES.public}/format/applehttp/protocol/http`)
})

t.test('nothing of a viewer is in the upstream request of a shared value', async (t) => {
  const { ask, state } = await withGateway(t, { env: { TRUST_PROXY: 'loopback' } })
  await ask(`${ENTRY}/format/url/a.mp4?clientTag=secretTag&playSessionId=secretId&referrer=c2VjcmV0UmVm`, {
    'user-agent': 'secretAgent',
    referer: 'https://secretPage.example/',
    cookie: 'secretCookie=1',
    authorization: 'Bearer secretToken',
    'x-forwarded-for': '198.51.100.7',
    'accept-language': 'secretLanguage',
    origin: 'https://secretOrigin.example'
  })
  t.equal(state.calls.playManifest, 1)
  t.notMatch(
    JSON.stringify(state.calls.log),
    /secret(?:Tag|Id|Agent|Page|Cookie|Token|Language|Origin)|c2VjcmV0|198\.51/i
  )
})

t.test('a served master is absolute, readable, and holds the flavors of the device', async (t) => {
  const { ask, catalog, cdnUrl } = await withGateway(t)
  const bodies = new Map<string, string>()
  for (const agent of ['ipad', 'iphone', 'android', 'desktop'] as const) {
    const answer = await ask(`${ENTRY}/format/applehttp/a.m3u8`, { 'user-agent': USER_AGENTS[agent] })
    t.equal(answer.status, 200, agent)
    bodies.set(agent, answer.body)
    const parser = new Parser()
    parser.push(answer.body)
    parser.end()
    t.ok((parser.manifest.playlists?.length ?? 0) >= 3, `${agent}: variants`)
    for (const { uri } of parser.manifest.playlists ?? []) t.ok(uri.startsWith(cdnUrl), uri)
  }
  t.equal(new Set(bodies.values()).size, 4, 'four devices, four ladders')
  const audioOnly = catalog
    .flavorsOf(DEMO_ENTRIES.public)
    .filter((f) => f.width === 0 && f.height === 0)
    .map(({ id }) => id)
  t.ok(audioOnly.length >= 2)
  const android = flavorIdsIn(bodies.get('android')!)
  t.notOk(
    android.some((id) => audioOnly.includes(id)),
    'what Kaltura adds by itself is cut from what we serve'
  )
  t.notMatch(bodies.get('android'), /AUDIO=/, 'and nothing points at it any more')
  t.match(bodies.get('ipad'), /TYPE=AUDIO/, 'other rules leave alternative audio alone, as the documented URL does')
})

t.test('proxy: always the manifest, redirects followed by hand, relative URIs made absolute', async (t) => {
  const { ask, cdnUrl, state } = await withGateway(t, { env: { DELIVERY: 'proxy' } })
  const mpd = await ask(`${ENTRY}/format/mpegdash/manifest.mpd`)
  t.match(mpd, { status: 200, headers: { 'content-type': 'application/dash+xml', 'cache-control': PUBLIC } })
  t.match(mpd.body, new RegExp(`<BaseURL>${cdnUrl}/dash/[^<]*/</BaseURL>`))
  const hls = await ask(`${ENTRY}/format/applehttp/deliveryProfileId/1004/a.m3u8`)
  t.equal(hls.status, 200)
  for (const line of hls.body.split('\n').filter((text) => text !== '' && !text.startsWith('#')))
    t.ok(line.startsWith(`${cdnUrl}/hls/`), line)
  t.match(await ask(`${ENTRY}/format/url/a.mp4`), { status: 302, location: /a\.mp4$/ }, 'one file stays a redirect')
  const asked = state.calls.playManifest
  t.equal((await ask(`${ENTRY}/format/mpegdash/other.mpd`)).body, mpd.body)
  t.equal(state.calls.playManifest, asked)
})

t.test('redirect: a 302 always', async (t) => {
  const { ask } = await withGateway(t, { env: { DELIVERY: 'redirect' } })
  t.match(await ask(`${ENTRY}/format/applehttp/a.m3u8`), { status: 302, location: `${ENTRY}/format/applehttp/a.m3u8` })
  t.match(await ask(`${ENTRY}/format/url/a.mp4`), { status: 302, location: /serveFlavor/ })
})

t.test("Kaltura's other documents are shared as they come, and can do nothing in a browser", async (t) => {
  const { ask, state, kalturaUrl } = await withGateway(t)
  for (const [path, type] of [
    ['/format/http/protocol/http/a.f4m', /^text\/xml/],
    ['/format/url/protocol/http/responseFormat/json', /^application\/json/]
  ] as const) {
    const theirs = await fetch(`${kalturaUrl}${ENTRY}${path}`)
    const ours = await ask(ENTRY + path)
    t.equal(ours.status, 200, path)
    t.equal(ours.body, await theirs.text())
    t.match(ours.headers, {
      'content-type': type,
      'cache-control': PUBLIC,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'"
    })
    t.match(await ask(ENTRY + path, { 'if-none-match': ours.headers.etag! }), { status: 304 })
  }
  const before = state.calls.playManifest
  await ask(`${ENTRY}/format/applehttp/responseFormat/one/a.m3u8`)
  await ask(`${ENTRY}/format/applehttp/responseFormat/another/a.m3u8`)
  t.equal(state.calls.playManifest, before + 1, 'values that Kaltura ignores are one')
})

t.test('conditional requests on manifests', async (t) => {
  const { ask } = await withGateway(t)
  const { headers } = await ask(`${ENTRY}/format/applehttp/a.m3u8`)
  const again = await ask(`${ENTRY}/format/applehttp/a.m3u8`, { 'if-none-match': headers.etag! })
  t.match(again, {
    status: 304,
    body: '',
    headers: { etag: headers.etag, 'cache-control': PUBLIC, 'access-control-allow-origin': '*' }
  })
  t.match(await ask(`${ENTRY}/format/applehttp/a.m3u8`, {}, 'HEAD'), {
    status: 200,
    body: '',
    headers: { etag: headers.etag }
  })
})

t.test('everything that is not proven public is a redirect to Kaltura', async (t) => {
  const { ask, state } = await withGateway(t)
  for (const [name, suffix] of [
    [DEMO_ENTRIES.ksProtected, '/format/url/a.mp4'],
    [DEMO_ENTRIES.ipRestricted, '/format/url/a.mp4'],
    [DEMO_ENTRIES.siteRestricted, '/format/applehttp/a.m3u8'],
    [DEMO_ENTRIES.public, '/format/hdnetwork/a.f4m'],
    [DEMO_ENTRIES.public, '/format/anything/a.f4m'],
    [DEMO_ENTRIES.public, '/format/applehttp/responseFormat/jsonp/a.m3u8?callback=x'],
    [DEMO_ENTRIES.public, '/format/applehttp/playbackContext/x/a.m3u8'],
    [DEMO_ENTRIES.public, '/format/applehttp/flavorIds/0_notthere/a.m3u8'],
    [DEMO_ENTRIES.public, '/format/applehttp/a.m3u8?ks=abc'],
    [DEMO_ENTRIES.public, '/format/applehttp/protocol/rtmp/a.m3u8']
  ] as const) {
    const path = `${BASE}/entryId/${name}${suffix}`
    const answer = await ask(path, { 'user-agent': USER_AGENTS.desktop })
    t.match(answer, { status: 302, location: path }, path)
  }
  t.equal(state.calls.playManifest, 0, 'Kaltura was not even asked for them')
})

t.test('a live stream on air is a redirect to Kaltura, and is not asked for again for a while', async (t) => {
  const { ask, state } = await withGateway(t)
  const path = `${BASE}/entryId/${DEMO_ENTRIES.liveOnAir}/format/applehttp/a.m3u8`
  for (let i = 0; i < 3; i++) t.match(await ask(path), { status: 302, location: path })
  t.equal(state.calls.playManifest, 1)
})

t.test('without the statement of the operator nothing is shared', async (t) => {
  const { ask, state } = await withGateway(t, { env: { KALTURA_SHARE_PUBLIC: 'false' } })
  t.match(await ask(`${ENTRY}/format/applehttp/a.m3u8`), { status: 302, location: `${ENTRY}/format/applehttp/a.m3u8` })
  t.equal(state.calls.api + state.calls.playManifest, 0)
})

t.test('a rule that appears ends what was shared, once the facts are read anew', async (t) => {
  const clock = { now: Date.now() }
  const { ask, catalog } = await withGateway(t, { now: () => clock.now })
  const path = `${ENTRY}/format/url/a.mp4`
  t.match((await ask(path)).location, /serveFlavor/)
  catalog.updateEntry(DEMO_ENTRIES.public, { accessControlId: DEMO_PROFILES.ksRequired })
  clock.now += 91_000
  t.equal((await ask(path)).location, path)
  catalog.updateEntry(DEMO_ENTRIES.public, { accessControlId: DEMO_PROFILES.open })
  clock.now += 91_000
  t.match((await ask(path)).location, /serveFlavor/, 'and it is shared again when the rule goes')
})

t.test('an answer never outlives the end of its entry', async (t) => {
  const clock = { now: Date.now() }
  const { ask, catalog } = await withGateway(t, { now: () => clock.now })
  const path = `${ENTRY}/format/url/a.mp4`
  catalog.updateEntry(DEMO_ENTRIES.public, { endDate: Math.floor(clock.now / 1000) + 90 })
  t.match((await ask(path)).location, /serveFlavor/)
  clock.now += 31_000
  t.equal((await ask(path)).location, path, 'it ends within the life of an answer')
})

t.test('an https answer is never given to an http viewer', async (t) => {
  const { ask, state } = await withGateway(t, { env: { TRUST_PROXY: 'loopback' } })
  await ask(`${ENTRY}/format/url/a.mp4`, { 'x-forwarded-proto': 'https' })
  await ask(`${ENTRY}/format/url/a.mp4`)
  t.strictSame(
    state.calls.log
      .filter(({ endpoint }) => endpoint === 'playManifest')
      .map(({ url }) => url.slice(url.indexOf('/format'))),
    ['/format/url/protocol/https', '/format/url/protocol/http']
  )
})

t.test('1,000 askers of one cold URL are one resolution', async (t) => {
  const { ask, state } = await withGateway(t)
  state.api.delayMs = 50
  state.playManifest.delayMs = 50
  const answers = await Promise.all(Array.from({ length: 1000 }, () => ask(`${ENTRY}/format/applehttp/a.m3u8`)))
  t.ok(answers.every(({ status }) => status === 200 || status === 302))
  t.match(state.calls, { api: 1, playManifest: 1 })
})
