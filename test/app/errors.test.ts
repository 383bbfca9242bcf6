import t, { type Test } from 'tap'
import { DEMO_ENTRIES, DEMO_SECRETS } from '../../src/demo/kaltura/index.js'
import { makeKsV2 } from '../../src/viewer/ks.js'
import { BASE, withGateway } from '../helpers/gateway.js'

function isProblem(
  t: Test,
  answer: { status: number; headers: Record<string, string>; body: string },
  code: number,
  cache: RegExp
) {
  t.equal(answer.status, 404)
  t.equal(answer.headers['x-kaltura'], `error-${code}`)
  t.match(answer.headers['x-kaltura-app'], new RegExp(`^exiting on error ${code} - `))
  t.match(answer.headers['cache-control'], cache)
  t.equal(answer.headers['access-control-allow-origin'], '*')
  t.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8')
  t.match(JSON.parse(answer.body), { status: 404, kalturaError: code, title: String, detail: /\w/ })
}

t.test('an entry that does not exist: error 1, said only by a credential that sees everything', async (t) => {
  const path = `${BASE}/entryId/0_nosuch99/format/url/a.mp4`
  const knowing = await withGateway(t)
  isProblem(t, await knowing.ask(path), 1, /^public, max-age=(?:59|60),/)
  isProblem(t, await knowing.ask(`${BASE}/entryId/${DEMO_ENTRIES.deleted}/format/applehttp`), 1, /^public/)
  const { calls } = knowing.state
  t.equal(calls.playManifest, 0)
  await knowing.ask(path)
  t.equal(calls.api, 2, 'kept for a while')
  const widget = await withGateway(t, { withSecret: false })
  t.match(await widget.ask(path), { status: 302, location: path }, 'to a widget session it may only mean "not for you"')
})

t.test("another partner's entry is refused, though Kaltura ignores the partner in the path", async (t) => {
  const { ask } = await withGateway(t)
  isProblem(t, await ask(`${BASE}/entryId/${DEMO_ENTRIES.otherPartner}/format/url/a.mp4`), 1, /^public/)
})

t.test('a partner that is not configured: error 14, kept shortly', async (t) => {
  const { ask, state } = await withGateway(t)
  for (const partner of ['102', '0', '-1', '999999999999']) {
    isProblem(
      t,
      await ask(`/p/${partner}/sp/0/playManifest/entryId/${DEMO_ENTRIES.public}/format/url`),
      14,
      /^public, max-age=10/
    )
  }
  t.equal(state.calls.api, 0)
})

t.test('an entry without a ready flavor: Kaltura says 6, and so do we', async (t) => {
  const { ask, state } = await withGateway(t)
  const path = `${BASE}/entryId/${DEMO_ENTRIES.converting}/format/applehttp/a.m3u8`
  isProblem(t, await ask(path), 6, /^public, max-age=(60|59)/)
  await ask(path)
  t.equal(state.calls.playManifest, 1)
})

t.test('an error about the entry that is the same for everybody is answered here', async (t) => {
  const { ask, state } = await withGateway(t)
  for (const [entry, code, cache] of [
    [DEMO_ENTRIES.scheduled, 2, /^public, max-age=(60|59)/],
    [DEMO_ENTRIES.rejected, 13, /^public, max-age=(60|59)/],
    [DEMO_ENTRIES.liveOffAir, 36, /^public, max-age=[0-5],/]
  ] as const) {
    const answer = await ask(`${BASE}/entryId/${entry}/format/applehttp/a.m3u8`)
    isProblem(t, answer, code, cache)
    t.equal(answer.headers['retry-after'], code === 36 ? '5' : undefined)
  }
  t.equal(state.calls.playManifest, 3)
  const withKs = await ask(`${BASE}/entryId/${DEMO_ENTRIES.rejected}/format/applehttp/a.m3u8?ks=abc`)
  t.equal(withKs.status, 302, 'a session may see more')
})

t.test('such an error ends with the schedule that caused it', async (t) => {
  const clock = { now: Date.now() }
  const { ask, catalog } = await withGateway(t, { now: () => clock.now })
  catalog.updateEntry(DEMO_ENTRIES.scheduled, { startDate: Math.floor(clock.now / 1000) + 10 })
  const path = `${BASE}/entryId/${DEMO_ENTRIES.scheduled}/format/url/a.mp4`
  const early = await ask(path)
  isProblem(t, early, 2, /^public, max-age=[0-9],|^public, max-age=10,/)
  clock.now += 11_000
  t.match(await ask(path), { status: 302, location: /serveFlavor/ })
})

t.test('a bitrate that is none: errors 19 and 49, before anything else', async (t) => {
  const { ask, state } = await withGateway(t)
  isProblem(t, await ask(`${BASE}/entryId/0_x/maxBitrate/abc/minBitrate/-1`), 19, /^public/)
  isProblem(t, await ask(`${BASE}/mib/0x10?mb=900`), 49, /^public/)
  t.equal(state.calls.api, 0)
})

t.test('no entry id: error 1', async (t) => {
  const { ask } = await withGateway(t)
  isProblem(t, await ask(`${BASE}/format/url/protocol/http`), 1, /^public/)
  isProblem(t, await ask(BASE), 1, /^public/)
  isProblem(t, await ask(`${BASE}/entryId`), 1, /^public/)
})

t.test('a KS that is known to have expired: error 31, for nobody else', async (t) => {
  const { ask } = await withGateway(t)
  const ks = (over: object) =>
    makeKsV2({
      partnerId: 101,
      secret: DEMO_SECRETS.main.adminSecret,
      userId: 'u',
      type: 0,
      expiry: 1_000_000_000,
      privileges: '',
      ...over
    })
  const path = `${BASE}/entryId/${DEMO_ENTRIES.public}/format/url/a.mp4`
  const answer = await ask(`${path}?ks=${ks({})}`)
  isProblem(t, answer, 31, /^no-store$/)
  t.equal(answer.headers['x-kaltura-app'], 'exiting on error 31 - The given KS has expired, This URL is expired')
  isProblem(t, await ask(path, { 'x-kaltura-ks': ks({}) }), 31, /^no-store$/)
  for (const other of [ks({ secret: 'rotated' }), ks({ partnerId: 102 }), ks({ expiry: 4e9 })]) {
    t.match(await ask(`${path}?ks=${other}`), { status: 302, location: `${path}?ks=${other}` }, 'redirected')
  }
})

t.test('a signed URL whose end has passed: error 28, whatever else is in it', async (t) => {
  const { ask } = await withGateway(t)
  const entry = `${BASE}/entryId/${DEMO_ENTRIES.public}/format/url`
  for (const path of [
    `${entry}/expiry/1000000000/a.mp4`,
    `${entry}/ex/1/kt/abc/a.mp4`,
    `${BASE}/entryId/0_nosuch99/expiry/1`
  ]) {
    isProblem(t, await ask(path), 28, /^no-store$/)
  }
  for (const path of [`${entry}/expiry/abc/a.mp4`, `${entry}/expiry/4000000000/kt/abc/a.mp4`, `${entry}/expiry/0`]) {
    t.match(await ask(path), { status: 302, location: path }, path)
  }
})

t.test('errors of a request with a KS are for that viewer', async (t) => {
  const { ask } = await withGateway(t)
  const ks = makeKsV2({
    partnerId: 101,
    secret: DEMO_SECRETS.main.adminSecret,
    userId: 'u',
    type: 0,
    expiry: 4e9,
    privileges: ''
  })
  const answer = await ask(`${BASE}/entryId/0_x/maxBitrate/abc?ks=${ks}`)
  t.match(answer, { status: 404, headers: { 'x-kaltura': 'error-19', 'cache-control': 'no-store' } })
})

t.test('bad input: a clear 4xx that says what is wrong', async (t) => {
  const { ask, state } = await withGateway(t)
  const entry = `${BASE}/entryId/${DEMO_ENTRIES.public}`
  for (const [path, status, code] of [
    [`${entry}/tags/a%2Fb`, 400, 'ENCODED_SLASH'],
    [`${entry}/tags/a%00`, 400, 'CONTROL_CHARACTER'],
    [`${entry}?tags=a%0d%0aSet-Cookie:x`, 400, 'CONTROL_CHARACTER'],
    [`${entry}/tags/%zz`, 400, 'BAD_ESCAPE'],
    [`${entry}?tags=%`, 400, 'BAD_ESCAPE'],
    [`${entry}/../../x`, 400, 'DOT_SEGMENT'],
    [`${entry}?flavorIds[]=x`, 400, 'NESTED_PARAMETER'],
    [`${entry}/protocol/javascript`, 400, 'BAD_PROTOCOL'],
    [`${entry}/responseFormat/jsonp?callback=alert(1)`, 400, 'BAD_CALLBACK'],
    [`${BASE}/entryId/%7B1:result:id%7D`, 400, 'BAD_ID'],
    [`${entry}/flavorIds/0_a%22`, 400, 'BAD_ID'],
    [`${entry}/x/${'a'.repeat(9000)}`, 414, 'URL_TOO_LONG'],
    ['/p/abc/sp/1/playManifest/entryId/0_a', 404, 'NOT_PLAYMANIFEST'],
    ['/p/101/sp/10100/PlayManifest/entryId/0_a', 404, 'NOT_FOUND'],
    ['/', 404, 'NOT_FOUND'],
    ['/api_v3/service/system/action/ping', 404, 'NOT_FOUND']
  ] as const) {
    const answer = await ask(path)
    t.equal(answer.status, status, path.slice(0, 90))
    t.match(JSON.parse(answer.body), { code, status, detail: /\w/ })
    t.match(answer.headers, {
      'cache-control': 'no-store',
      'content-type': /problem\+json/,
      'access-control-allow-origin': '*'
    })
  }
  t.equal(state.calls.api + state.calls.playManifest, 0)
})
