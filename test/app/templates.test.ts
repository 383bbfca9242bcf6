import t from 'tap'
import { DEMO_ENTRIES, DEMO_SECRETS } from '../../src/demo/kaltura/index.js'
import { makeKsV2 } from '../../src/viewer/ks.js'
import { BASE, USER_AGENTS, withGateway } from '../helpers/gateway.js'

const ENTRY = `${BASE}/entryId/${DEMO_ENTRIES.public}`
const NOTHING = { KALTURA_SHARE_PUBLIC: '', ALLOWED_HOSTS: '', RATE_LIMIT: '' }

t.test(
  'with only the two required variables every request is redirected as it came, without asking Kaltura',
  async (t) => {
    const { ask, kalturaUrl, state } = await withGateway(t, { withSecret: false, env: NOTHING })
    for (const path of [
      `${ENTRY}/format/applehttp/protocol/http/a.m3u8`,
      `/s${ENTRY}/format/mpegdash/manifest.mpd`,
      `/p/101/playManifest/entryId/${DEMO_ENTRIES.public}/format/url`,
      `/s/p/101/playManifest?entryId=${DEMO_ENTRIES.public}&format=url`,
      `${ENTRY}//format///hds?x=1&&y[]=2`,
      `${ENTRY}/format/applehttp/flavorIds/0_x,0_y/a.m3u8`
    ]) {
      const answer = await ask(path, { 'user-agent': USER_AGENTS.desktop })
      t.equal(answer.status, 302, path)
      t.equal(answer.headers.location, kalturaUrl + path, path)
      t.equal(answer.headers['cache-control'], 'public, max-age=60, s-maxage=60')
      t.equal(answer.headers['access-control-allow-origin'], '*')
      t.equal(answer.headers['timing-allow-origin'], '*')
      t.equal(answer.headers['content-length'], '0')
    }
    t.equal(state.calls.api + state.calls.playManifest, 0)
  }
)

t.test('HEAD answers as GET, OPTIONS as Kaltura, POST with 307, the rest with 405', async (t) => {
  const { ask, kalturaUrl } = await withGateway(t, { withSecret: false, env: NOTHING })
  const path = `${ENTRY}/format/url/a.mp4`
  t.match(await ask(path, {}, 'HEAD'), { status: 302, headers: { location: kalturaUrl + path } })
  t.match(await ask(path, {}, 'OPTIONS'), {
    status: 200,
    headers: {
      'access-control-allow-origin': '*',
      'access-control-allow-headers': /X-Kaltura-Ks/,
      'access-control-allow-methods': /HEAD/
    }
  })
  const posted = await ask(`${BASE}/?x=1`, { 'content-type': 'application/x-www-form-urlencoded' }, 'POST')
  t.match(posted, { status: 307, headers: { location: `${kalturaUrl}${BASE}/?x=1`, 'cache-control': 'no-store' } })
  for (const method of ['PUT', 'DELETE', 'PATCH']) {
    t.match(await ask(path, {}, method), { status: 405, headers: { allow: /GET/, 'access-control-allow-origin': '*' } })
  }
})

t.test("a template with anything of the viewer's own is private", async (t) => {
  const { ask, kalturaUrl } = await withGateway(t, { withSecret: false, env: NOTHING })
  for (const suffix of [
    '?playSessionId=a-b',
    '?clientTag=html5',
    '/referrer/aHR0cDovL3g=/a.m3u8',
    '?ks=abc',
    '/uiConfId/1',
    '?_=1'
  ]) {
    const answer = await ask(`${ENTRY}/format/mpegdash${suffix}`)
    t.equal(answer.headers.location, `${kalturaUrl}${ENTRY}/format/mpegdash${suffix}`)
    t.equal(answer.headers['cache-control'], 'private, no-store', suffix)
  }
  const unknown = await ask(`${ENTRY}/format/mpegdash?utm_source=x`)
  t.match(unknown.headers['cache-control'], /^public/, 'a name that Kaltura does not know says nothing about a viewer')
})

t.test('a KS in the header becomes a parameter; one that cannot be read leaves the URL byte for byte', async (t) => {
  const { ask, kalturaUrl } = await withGateway(t, { withSecret: false, env: NOTHING })
  const path = `${ENTRY}/format/applehttp//protocol/https/a.m3u8?b=2&a=1`
  const answer = await ask(path, { 'x-kaltura-ks': 'abc+/=', 'user-agent': USER_AGENTS.ipad })
  t.equal(answer.headers.location, `${kalturaUrl}${path}&ks=abc%2B%2F%3D`)
  t.equal(answer.headers['cache-control'], 'private, no-store')
  const signed = `${ENTRY}/device/ipad/format/auto/kt/0123456789012345678901234567890123456789/a.mp4?clientTag=x`
  t.equal((await ask(signed)).headers.location, kalturaUrl + signed, 'a URL signed by Kaltura is not touched at all')
})

t.test('rules apply to requests whose KS says that it is not bound to a URL', async (t) => {
  const { ask } = await withGateway(t)
  const ks = (privileges: string) =>
    makeKsV2({ partnerId: 101, secret: DEMO_SECRETS.main.adminSecret, userId: 'u', type: 0, expiry: 4e9, privileges })
  const ipad = { 'user-agent': USER_AGENTS.ipad }
  const free = await ask(`${ENTRY}/format/applehttp/a.m3u8?ks=${ks('sview:*')}`, ipad)
  t.match(free.location, /\/flavorIds\/0_/)
  t.match(free.headers['cache-control'], 'private, no-store')
  const bound = ks('urirestrict:/p/101/*')
  t.equal(
    (await ask(`${ENTRY}/format/applehttp/a.m3u8?ks=${bound}`, ipad)).location,
    `${ENTRY}/format/applehttp/a.m3u8?ks=${bound}`
  )
})

t.test('our own words never reach Kaltura', async (t) => {
  const { ask } = await withGateway(t, { withSecret: false, env: NOTHING })
  const answer = await ask(`${ENTRY}/format/auto/device/desktop/a.m3u8?device=ipad`)
  t.notMatch(answer.location, /auto|device/)
  t.match(answer.location, /\/format\/applehttp\//)
  const withKs = await ask(`${ENTRY}/format/auto/device/iphone/a.m3u8?ks=unreadable`)
  t.equal(withKs.location, `${ENTRY}/format/applehttp/a.m3u8?ks=unreadable`)
})

t.test('the scheme: told by a trusted proxy only, written in where the request has none', async (t) => {
  const https = { 'x-forwarded-proto': 'https' }
  const trusting = await withGateway(t, { withSecret: false, env: { ...NOTHING, TRUST_PROXY: 'loopback' } })
  const told = await trusting.ask(`${ENTRY}/format/mpegdash/a.mpd`, https)
  t.equal(told.location, `${ENTRY}/format/mpegdash/protocol/https/a.mpd`)
  t.match(told.headers.vary, /x-forwarded-proto/)
  t.equal(
    (await trusting.ask(`${ENTRY}/format/mpegdash/protocol/http/a.mpd`, https)).location,
    `${ENTRY}/format/mpegdash/protocol/http/a.mpd`
  )
  const wary = await withGateway(t, { withSecret: false, env: NOTHING })
  t.equal((await wary.ask(`${ENTRY}/format/mpegdash/a.mpd`, https)).location, `${ENTRY}/format/mpegdash/a.mpd`)
})

t.test('Host and forwarding headers never become part of an answer', async (t) => {
  const { ask } = await withGateway(t)
  for (const format of ['applehttp', 'url', 'hds']) {
    const answer = await ask(`${ENTRY}/format/${format}/a.m3u8`, {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      forwarded: 'host=evil.example',
      'x-original-url': 'https://evil.example/',
      origin: 'https://evil.example'
    })
    t.notMatch(JSON.stringify([answer.headers, answer.body]), /evil/, format)
  }
})

t.test('a request that was meant for the host we redirect to is a circle', async (t) => {
  const { ask, kalturaUrl } = await withGateway(t, { withSecret: false, env: NOTHING })
  const host = new URL(kalturaUrl).host
  for (const headers of [{ host }, { 'x-forwarded-host': host }, { 'x-forwarded-host': `${host}, proxy.example` }]) {
    const answer = await ask(`${ENTRY}/format/url/a.mp4`, headers as unknown as Record<string, string>)
    t.match(answer, { status: 508, headers: { 'cache-control': 'no-store' } })
    t.equal(JSON.parse(answer.body).code, 'LOOP')
    const undecodable = await ask(`${ENTRY}/format/url/x/%ff/a.mp4`, headers as unknown as Record<string, string>)
    t.equal(undecodable.status, 508, 'bytes that are no UTF-8')
  }
  t.equal((await ask(`${ENTRY}/format/url/x/%ff/a.mp4`)).location, `${ENTRY}/format/url/x/%ff/a.mp4`)
})
