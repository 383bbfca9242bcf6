import { Writable } from 'node:stream'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { DEMO_ENTRIES, DEMO_PROFILES, DEMO_SECRETS, demoCatalog, issueKs } from '../../src/demo/kaltura/index.js'
import type { DemoOptions } from '../../src/demo/start.js'
import { askRaw, BASE, USER_AGENTS, withGateway } from '../helpers/gateway.js'

/** The demo's IP-restricted entry takes 203.0.113.0/24. */
const INSIDE = { 'x-forwarded-for': '203.0.113.7', 'user-agent': USER_AGENTS.desktop }
const OUTSIDE = { 'x-forwarded-for': '198.51.100.1', 'user-agent': USER_AGENTS.desktop }
const HLS = '/format/applehttp/protocol/http/a.m3u8'
const PRIVATE = 'private, no-store'

const kalturaOf = { remoteAddrSalt: 'the salt of this installation' }

/** The gateway behind a trusted proxy on loopback, before a Kaltura that believes its signed header. */
function gateway(t: Test, { partner = '', ...options }: DemoOptions & { partner?: string } = {}) {
  // Whatever the machine is busy with, nobody is redirected for want of time.
  const patience = 'patience: { catalog: 20s, target: 20s }\n'
  const dir = t.testdir({ 'gateway.yaml': `${patience}partners:\n  - id: 101\n    viewerProxy: true\n${partner}` })
  return withGateway(t, {
    kaltura: kalturaOf,
    configFile: `${dir}/gateway.yaml`,
    ...options,
    env: { TRUST_PROXY: 'loopback', UPSTREAM_TIMEOUT_MS: '20000', ...options.env }
  })
}

const sessionOf = (privileges: string, type = 0) =>
  issueKs({ id: 101, adminSecret: DEMO_SECRETS.main.adminSecret } as Parameters<typeof issueKs>[0], {
    type,
    userId: 'someone',
    expiry: 4_000_000_000,
    privileges
  })

t.test('one address may, the other may not: in both orders, and nothing of it is kept', async (t) => {
  for (const order of [
    [INSIDE, OUTSIDE],
    [OUTSIDE, INSIDE]
  ]) {
    const { ask, state } = await gateway(t)
    const url = `${BASE}/entryId/${DEMO_ENTRIES.ipRestricted}${HLS}`
    for (const viewer of [...order, ...order]) {
      const before = state.calls.playManifest
      const answer = await ask(url, viewer)
      t.equal(state.calls.playManifest, before + 1, 'each asks for himself')
      if (viewer === INSIDE) {
        t.match(answer, { status: 200, headers: { 'content-type': 'application/x-mpegurl' } })
        t.equal(answer.headers['cache-control'], PRIVATE)
        t.match(answer.body, /^#EXTM3U/)
        t.notOk(answer.headers.etag)
      } else {
        t.match(answer, { status: 404, headers: { 'x-kaltura': 'error-3', 'cache-control': 'no-store' } })
        t.notMatch(answer.body, /flavorId/)
      }
    }
  }
})

t.test('a header that is sent twice is one chain', async (t) => {
  const { gatewayUrl } = await gateway(t)
  const path = `${BASE}/entryId/${DEMO_ENTRIES.ipRestricted}${HLS}`
  const ask = (...chain: string[]) => askRaw(gatewayUrl, path, { headers: { 'x-forwarded-for': chain } })
  t.equal((await ask('203.0.113.7', '198.51.100.1')).headers['x-kaltura'], 'error-3')
  t.equal((await ask('198.51.100.1', '203.0.113.7')).status, 200)
  t.equal((await ask('203.0.113.7', '198.51.100.1, 127.0.0.1')).headers['x-kaltura'], 'error-3')
})

t.test('at the same moment too', async (t) => {
  const { ask, state } = await gateway(t)
  const url = `${BASE}/entryId/${DEMO_ENTRIES.ipRestricted}${HLS}`
  await ask(url, INSIDE)
  const before = state.calls.playManifest
  const viewers = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? INSIDE : OUTSIDE))
  const answers = await Promise.all(viewers.map((viewer) => ask(url, viewer)))
  t.same(
    answers.map(({ status }) => status),
    viewers.map((viewer) => (viewer === INSIDE ? 200 : 404))
  )
  t.equal(state.calls.playManifest, before + 20, 'no two share a fetch')
})

t.test('a KS goes along, of whatever place, and its iprestrict is about the viewer', async (t) => {
  const { ask, state } = await gateway(t)
  const ks = sessionOf(`sview:*,iprestrict:203.0.113.7,actionslimit:1`)
  const url = `${BASE}/entryId/${DEMO_ENTRIES.ksProtected}`
  const header = { 'x-kaltura-ks': ks }
  for (const [path, over] of [
    [`${url}/ks/${ks}${HLS}`, {}],
    [`${url}${HLS}?ks=${ks}`, {}],
    [`${url}${HLS}`, header]
  ] as const) {
    t.match(await ask(path, { ...INSIDE, ...over }), { status: 200, headers: { 'cache-control': PRIVATE } })
    t.notOk('x-kaltura-ks' in state.calls.log.at(-1)!.headers, 'never as a header')
    t.match(await ask(path, { ...OUTSIDE, ...over }), { status: 404, headers: { 'x-kaltura': 'error-34' } })
  }
  t.match(await ask(`${url}${HLS}`, INSIDE), { status: 404, headers: { 'x-kaltura': 'error-3' } }, 'without one')
})

t.test('browser and page are the viewer’s', async (t) => {
  const { ask, state } = await gateway(t)
  const url = `${BASE}/entryId/${DEMO_ENTRIES.siteRestricted}${HLS}`
  const page = { referer: 'https://allowed.example.com/page', 'accept-language': 'de' }
  t.equal((await ask(url, { ...INSIDE, ...page })).status, 200)
  t.match(state.calls.log.at(-1)!.headers, { ...page, 'user-agent': USER_AGENTS.desktop })
  t.match(await ask(url, INSIDE), { headers: { 'x-kaltura': 'error-3' } })
  const referrer = Buffer.from('https://allowed.example.com/').toString('base64url')
  t.equal((await ask(`${url}?referrer=${referrer}`, INSIDE)).status, 200, 'as a parameter')
  t.match(state.calls.log.at(-1)!.url, `referrer=${referrer}`)
})

t.test('a 302 of Kaltura’s is handed on; with delivery proxy a manifest is fetched behind it', async (t) => {
  const url = `${BASE}/entryId/${DEMO_ENTRIES.ipRestricted}/format/url/protocol/http/a.mp4`
  const { ask, cdnUrl } = await gateway(t)
  const file = await ask(url, INSIDE)
  t.match(file, { status: 302, headers: { 'cache-control': PRIVATE } })
  t.ok(file.headers.location?.startsWith(`${cdnUrl}/`), 'a file of the CDN')
  t.match(await ask(url, OUTSIDE), { status: 404, headers: { 'x-kaltura': 'error-3' } })

  for (const partner of ['', '    delivery: proxy\n']) {
    const live = await gateway(t, { partner })
    const answer = await live.ask(`${BASE}/entryId/${DEMO_ENTRIES.ipRestricted}/deliveryProfileId/1004${HLS}`, INSIDE)
    t.equal(answer.headers['cache-control'], PRIVATE)
    if (partner === '') t.match(answer, { status: 302, headers: { location: /\.m3u8/ } })
    else {
      t.match(answer, { status: 200, headers: { 'content-type': 'application/x-mpegurl' } })
      for (const line of answer.body.split('\n')) if (/^[^#]/.test(line)) t.match(line, /^http/)
    }
  }
})

t.test('a country is the viewer’s', async (t) => {
  const country = (ip: string) => (ip === '203.0.113.7' ? 'DE' : 'FR')
  const { ask, catalog } = await gateway(t, { kaltura: { ...kalturaOf, country } })
  const profile = catalog.accessControlProfiles.get(DEMO_PROFILES.ipRange)!
  const rule = profile.rules[0]!
  const german = {
    type: 2,
    not: true,
    values: [{ value: 'de', objectType: '' }],
    objectType: 'KalturaCountryCondition'
  }
  catalog.putAccessControlProfile({ ...profile, rules: [{ ...rule, conditions: [german] }] })
  const url = `${BASE}/entryId/${DEMO_ENTRIES.ipRestricted}${HLS}`
  t.equal((await ask(url, INSIDE)).status, 200)
  t.equal((await ask(url, OUTSIDE)).headers['x-kaltura'], 'error-3')
})

t.test('a token that binds an address binds the viewer’s', async (t) => {
  const catalog = demoCatalog()
  catalog.deliveryProfiles = catalog.deliveryProfiles.map((profile) =>
    profile.kind === 'akamai-http'
      ? {
          ...profile,
          tokenizer: { type: 'akamaiSecureHd', key: 'aa', window: 60, paramName: 'hdnea', limitIpAddress: true }
        }
      : profile
  )
  const { ask } = await gateway(t, { catalog })
  const url = `${BASE}/entryId/${DEMO_ENTRIES.ipRestricted}/format/url/protocol/http/a.mp4`
  const answer = await ask(url, INSIDE)
  t.match(answer, { status: 302, headers: { location: /hdnea=.*ip=203\.0\.113\.7~/, 'cache-control': PRIVATE } })
})

t.test('HEAD, DASH, and another document', async (t) => {
  const { ask } = await gateway(t)
  const url = `${BASE}/entryId/${DEMO_ENTRIES.ipRestricted}`
  const head = await ask(`${url}${HLS}`, INSIDE, 'HEAD')
  t.match(head, { status: 200, body: '', headers: { 'content-type': 'application/x-mpegurl' } })
  const dash = await ask(`${url}/format/mpegdash/protocol/http/a.mpd`, INSIDE)
  t.equal(dash.headers['cache-control'], PRIVATE)
  t.ok(dash.status === 200 ? dash.body.includes('<MPD') : /\.mpd/.test(dash.location), 'as Kaltura delivers it')
  const f4m = await ask(`${url}/format/http/protocol/http/a.f4m`, INSIDE)
  t.match(f4m, { status: 200, headers: { 'cache-control': PRIVATE, 'x-content-type-options': 'nosniff' } })
})

t.test('left as a redirect: what is public, signed, maybe bound, or of a viewer who is not known', async (t) => {
  const { ask, state, kalturaUrl } = await gateway(t)
  const restricted = `${BASE}/entryId/${DEMO_ENTRIES.ipRestricted}`
  await ask(`${restricted}${HLS}`, INSIDE)
  const before = state.calls.playManifest
  const bound = sessionOf('sview:*,urirestrict:*')
  for (const [name, path, headers] of [
    ['kt', `${restricted}/kt/0000${HLS}`, INSIDE],
    ['urirestrict', `${restricted}/ks/${bound}${HLS}`, INSIDE],
    ['a KS that no secret reads', `${restricted}/ks/djJ8MTAxfGFiYw${HLS}`, INSIDE],
    ['bytes', `${restricted}/clientTag/%ff${HLS}`, INSIDE],
    ['a proxy that names nobody', `${restricted}${HLS}`, {}],
    ['a proxy that names nonsense', `${restricted}${HLS}`, { 'x-forwarded-for': '203.0.113.7, unknown' }]
  ] as const) {
    const answer = await ask(path, headers)
    t.match(answer, { status: 302, headers: { 'cache-control': PRIVATE } }, name)
    t.equal(answer.headers.location, kalturaUrl + path, `${name}: byte for byte`)
  }
  t.equal(state.calls.playManifest, before, 'Kaltura was not asked')
  const open = `${BASE}/entryId/${DEMO_ENTRIES.public}${HLS}`
  t.match(await ask(open, OUTSIDE), { status: 200, headers: { 'cache-control': /^public/ } })
})

t.test('without the option, and without a salt, everything is redirected', async (t) => {
  const url = `${BASE}/entryId/${DEMO_ENTRIES.ipRestricted}${HLS}`
  for (const options of [{}, { kaltura: kalturaOf }]) {
    const { ask, state } = await withGateway(t, { ...options, env: { TRUST_PROXY: 'loopback' } })
    for (const viewer of [INSIDE, OUTSIDE]) t.match(await ask(url, viewer), { status: 302, location: url })
    t.equal(state.calls.playManifest, 0)
  }
})

t.test('forwardedFor: trusted does it too, where Kaltura believes it', async (t) => {
  const { ask } = await gateway(t, {
    partner: '    forwardedFor: trusted\n',
    kaltura: { remoteAddress: ({ headers, ip }) => String(headers['x-forwarded-for'] ?? ip).split(',')[0]! }
  })
  const url = `${BASE}/entryId/${DEMO_ENTRIES.ipRestricted}${HLS}`
  t.equal((await ask(url, INSIDE)).status, 200)
  t.equal((await ask(url, OUTSIDE)).headers['x-kaltura'], 'error-3')
  const spoofed = await ask(url, { ...OUTSIDE, 'x-forwarded-for': '203.0.113.7, 198.51.100.1' })
  t.equal(spoofed.headers['x-kaltura'], 'error-3')
})

t.test('a Kaltura that fails, or does not believe us, leaves the redirect', async (t) => {
  const url = `${BASE}/entryId/${DEMO_ENTRIES.ipRestricted}${HLS}`
  const { ask, state } = await gateway(t)
  for (const fail of ['reset', 'garbage', 500, 503] as const) {
    state.playManifest.fail = fail
    t.match(
      await ask(url, INSIDE),
      { status: 302, location: url, headers: { 'cache-control': 'no-store' } },
      String(fail)
    )
  }
  state.playManifest.fail = null
  t.equal((await ask(url, INSIDE)).status, 200)
  const wrong = await gateway(t, { env: { KALTURA_REMOTE_ADDR_SALT: 'another' } })
  t.match(await wrong.ask(url, INSIDE), { status: 302, location: url }, 'the text of a wrong signature is no answer')
})

t.test('the log says what was done, and holds neither KS nor signature', async (t) => {
  const lines: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    }
  })
  const { ask, state } = await gateway(t, { logger: pino({ level: 'trace' }, sink) })
  const ks = sessionOf('sview:*')
  await ask(`${BASE}/entryId/${DEMO_ENTRIES.ipRestricted}${HLS}?ks=${ks}`, INSIDE)
  await ask(`${BASE}/entryId/${DEMO_ENTRIES.ipRestricted}/kt/1${HLS}`, INSIDE)
  const found = lines.map((line) => JSON.parse(line)).filter(({ viewer }) => viewer !== undefined)
  t.same(
    found.map(({ viewer }) => viewer),
    ['manifest', 'redirected: the URL is signed by Kaltura (kt)']
  )
  const signed = state.calls.log
    .map(({ headers }) => String(headers['x-kaltura-remote-addr'] ?? ''))
    .find((text) => text)
  t.ok(signed)
  for (const secret of [ks, signed!.split(',')[3]!, kalturaOf.remoteAddrSalt]) t.notOk(lines.join('').includes(secret))
})
