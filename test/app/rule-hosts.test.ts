import fc from 'fast-check'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { buildApp } from '../../src/app.js'
import type { Config } from '../../src/config/config.js'
import { DEMO_ENTRIES, DEMO_SECRETS } from '../../src/demo/kaltura/index.js'
import type { Demo } from '../../src/demo/start.js'
import { explainer } from '../../src/explain/explain.js'
import { readQuestion } from '../../src/explain/question.js'
import { LiveRules } from '../../src/rules/live-rules.js'
import { makeKsV2 } from '../../src/viewer/ks.js'
import { withDemo } from '../helpers/demo.js'
import { BASE, USER_AGENTS } from '../helpers/gateway.js'
import { patientConfig, someRequest, someRules } from '../helpers/rules.js'

const ENTRY = `${BASE}/entryId/${DEMO_ENTRIES.public}`
const ONE = 'https://one.example'
const OTHER = 'https://other.example/behind/a/path'
const BASES = `cdnUrls: { one: ${ONE}/, other: ${OTHER} }\n`
const RULES = `${BASES}rules:
  - { name: Germany, when: { country: DE }, then: { cdnUrl: one } }
  - { name: France, when: { country: FR }, then: { cdnUrl: other, format: mpegdash } }
  - { name: Elsewhere, when: {}, then: {} }
`
const NO_SHARING = { KALTURA_SHARE_PUBLIC: 'false' }

async function gateway(t: Test, demo: Demo, file: string, env = {}) {
  const config = patientConfig(demo, file, env)
  const app = await buildApp(config, { logger: pino({ level: 'silent' }) })
  t.teardown(() => app.close())
  const ask = async (url: string, country = '', more: Record<string, string> = {}, method: 'GET' | 'POST' = 'GET') => {
    const headers = { 'user-agent': USER_AGENTS.desktop, ...(country && { 'cf-ipcountry': country }), ...more }
    return app.inject({ url, headers, method })
  }
  return { app, ask, config }
}

const locationOf = ({ headers }: { headers: Record<string, unknown> }) => String(headers.location)

t.test(
  'a redirect to Kaltura goes to the base of the rule, with the path and query that it has at the default one',
  async (t) => {
    const demo = await withDemo(t)
    const { ask } = await gateway(t, demo, RULES, NO_SHARING)
    for (const path of ['/format/applehttp/protocol/http/a.m3u8', '/format/url//protocol/http/x/a.mp4?b=2&&a=%C3%A4']) {
      const plain = await ask(ENTRY + path, 'US')
      t.equal(locationOf(plain), demo.kalturaUrl + ENTRY + path)
      const german = await ask(ENTRY + path, 'DE')
      t.equal(locationOf(german), ONE + ENTRY + path)
      t.equal(locationOf(await ask(ENTRY + path, 'FR')), OTHER + ENTRY + path)
      t.match(german.headers.vary, /cf-ipcountry/i, 'caches tell the viewers apart')
    }
    const french = await ask(`${ENTRY}/format/auto/protocol/http/a?ks=rubbish`, 'FR')
    t.equal(locationOf(french), `${demo.kalturaUrl}${ENTRY}/protocol/http/format/mpegdash/a?ks=rubbish`)
  }
)

t.test('where rules have no say they choose no host: signed by Kaltura, bound to a KS, no UTF-8, POST', async (t) => {
  const demo = await withDemo(t)
  const { ask } = await gateway(t, demo, RULES, NO_SHARING)
  const privileges = `urirestrict:${BASE}/*`
  const ks = makeKsV2({
    partnerId: 101,
    secret: DEMO_SECRETS.main.adminSecret,
    userId: 'u',
    type: 0,
    expiry: 4e9,
    privileges
  })
  for (const path of [
    `${ENTRY}/format/url/kt/0123456789012345678901234567890123456789/a.mp4?x=1&&y`,
    `${ENTRY}/format/url//ks/${ks}/a.mp4`,
    `${ENTRY}/format/url/ks/unreadable/a.mp4`,
    `${ENTRY}/format/url/x/%ff/a.mp4`
  ]) {
    t.equal(locationOf(await ask(path, 'DE')), demo.kalturaUrl + path, path)
  }
  const header = await ask(`${ENTRY}/format/url`, 'DE', { 'x-kaltura-ks': 'unreadable' })
  t.equal(locationOf(header), `${demo.kalturaUrl}${ENTRY}/format/url?ks=unreadable`)
  const posted = await ask(`${ENTRY}/format/url/a.mp4`, 'DE', {}, 'POST')
  t.match(posted, { statusCode: 307 })
  t.equal(locationOf(posted), `${demo.kalturaUrl}${ENTRY}/format/url/a.mp4`)
  const free = makeKsV2({
    partnerId: 101,
    secret: DEMO_SECRETS.main.adminSecret,
    userId: 'u',
    type: 0,
    expiry: 4e9,
    privileges: 'sview:*'
  })
  t.equal(
    locationOf(await ask(`${ENTRY}/format/url/protocol/http/ks/${free}/a.mp4`, 'DE')),
    `${ONE}${ENTRY}/format/url/protocol/http/ks/${free}/a.mp4`
  )
})

t.test('no header names a host: only a name of the configuration does', async (t) => {
  const demo = await withDemo(t)
  const { ask } = await gateway(t, demo, RULES, NO_SHARING)
  const evil = { host: 'evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' }
  for (const country of ['DE', 'FR', 'US']) {
    const answer = await ask(`${ENTRY}/format/url/protocol/http/cdnUrl/one/a.mp4?cdnHost=evil.example`, country, evil)
    t.match(locationOf(answer), /^(?:https:\/\/one|https:\/\/other|http:\/\/127)/)
    t.equal(
      new URL(locationOf(answer)).host,
      { DE: 'one.example', FR: 'other.example' }[country] ?? new URL(demo.kalturaUrl).host
    )
  }
  for (const host of ['one.example', 'one.example:443', 'OTHER.example']) {
    t.equal((await ask(`${ENTRY}/format/url`, '', { host })).statusCode, 508, 'was meant for Kaltura')
    t.equal((await ask(`${ENTRY}/format/url`, '', { 'x-forwarded-host': host })).statusCode, 508)
  }
})

t.test('what is known is one value for all bases and all deliveryHosts, and is asked for once', async (t) => {
  const demo = await withDemo(t)
  const cdn = new URL(demo.cdnUrl).host
  // Captions stand there.
  const api = new URL(demo.kalturaUrl).host
  const rules = `${BASES}rules:
  - { name: there, when: { country: DE }, then: { cdnUrl: one, deliveryHosts: ["${cdn}", "${api}"] } }
  - { name: not there, when: { country: FR }, then: { cdnUrl: other, deliveryHosts: [cdn.example.com] } }
  - { name: not there either, when: { country: GB }, then: { deliveryHosts: ["*.example.com", "127.0.0.1"] } }
`
  const { ask, app, config } = await gateway(t, demo, rules, { ALLOWED_HOSTS: `${cdn},cdn.example.com,*.example.com` })
  for (const path of [
    '/format/url/protocol/http/a.mp4',
    '/format/applehttp/protocol/http/a.m3u8',
    '/format/mpegdash/protocol/http/a.mpd'
  ]) {
    const plain = await ask(ENTRY + path)
    const asked = demo.state.calls.playManifest
    const same = await ask(ENTRY + path, 'DE')
    t.match(same, { statusCode: plain.statusCode, body: plain.body }, path)
    t.equal(same.headers.location, plain.headers.location, 'its own host is among them')
    const french = await ask(ENTRY + path, 'FR')
    t.equal(french.statusCode, 302)
    t.equal(locationOf(french), OTHER + ENTRY + path, 'sent to Kaltura, which chooses')
    t.match(french.headers['cache-control'], /^public, max-age=/, 'a redirect like any other')
    t.equal(locationOf(await ask(ENTRY + path, 'GB')), demo.kalturaUrl + ENTRY + path, 'ports count')
    t.equal(demo.state.calls.playManifest, asked)
  }
  const document = `${ENTRY}/format/url/protocol/http/responseFormat/json/a`
  t.equal((await ask(document)).statusCode, 200)
  t.equal(locationOf(await ask(document, 'DE')), ONE + document, 'a document is not searched')
  const explain = explainer(app, config)
  const said = await explain(
    readQuestion({ url: `${ENTRY}/format/url/protocol/http/a.mp4`, headers: { 'cf-ipcountry': 'FR' } }, '127.0.0.1')
  )
  t.match(said, {
    answer: { kind: 'template', headers: { location: `${OTHER}${ENTRY}/format/url/protocol/http/a.mp4` } },
    rules: { matched: 'not there', plan: { cdnUrl: 'other', deliveryHosts: ['cdn.example.com'] } },
    sharing: { class: 'public', reasons: ['public', /does not hand out what is at 127\.0\.0\.1/] },
    caches: { target: { state: 'hit' } }
  })
  t.equal(
    (await ask(`${BASE}/entryId/0_nosuch00/format/url/protocol/http`, 'FR')).statusCode,
    404,
    'errors are no hosts'
  )
})

t.test('fetched for one viewer: asked where the gateway reaches Kaltura, and the rule holds there too', async (t) => {
  const demo = await withDemo(t)
  const cdn = new URL(demo.cdnUrl).host
  const api = new URL(demo.kalturaUrl).host
  const rules = `${BASES}partners: [{ id: 101, adminSecretFile: s, forwardedFor: trusted, viewerProxy: true }]
rules:
  - { name: there, when: { country: DE }, then: { cdnUrl: one, deliveryHosts: ["${cdn}", "${api}"] } }
  - { name: not there, when: { country: FR }, then: { cdnUrl: other, deliveryHosts: [cdn.example.com] } }
`
  const env = { ...NO_SHARING, KALTURA_SHARE_PUBLIC: '', KALTURA_ADMIN_SECRET: '', KALTURA_PARTNER_ID: '' }
  const { ask } = await gateway(t, demo, rules, env)
  const viewer = { 'x-forwarded-for': '203.0.113.9' }
  for (const [path, status] of [
    ['/format/applehttp/protocol/http/a.m3u8', 200],
    ['/format/url/protocol/http/a.mp4', 302]
  ] as const) {
    const german = await ask(ENTRY + path, 'DE', viewer)
    t.equal(german.statusCode, status)
    if (status === 302) t.ok(locationOf(german).startsWith(`${demo.cdnUrl}/`))
    else t.match(german.body, new RegExp(`^#EXTM3U[^]*${demo.cdnUrl}`))
    const french = await ask(ENTRY + path, 'FR', viewer)
    t.equal(french.statusCode, 302)
    t.equal(locationOf(french), OTHER + ENTRY + path)
    t.equal(french.headers['cache-control'], 'private, no-store')
  }
})

t.test(
  'property: a Location begins with a configured base, or is a delivery URL, whatever the rules and the request',
  async (t) => {
    const demo = await withDemo(t)
    const config: Config = patientConfig(demo, BASES)
    const rules = new LiveRules(config)
    const app = await buildApp(config, { logger: pino({ level: 'silent' }), rules })
    t.teardown(() => app.close())
    const bases = { default: demo.kalturaUrl, one: ONE, other: OTHER }
    const entries = [DEMO_ENTRIES.public, DEMO_ENTRIES.ksProtected, '0_nothing']
    let named = 0
    await fc.assert(
      fc.asyncProperty(someRules, someRequest(entries), fc.webAuthority(), async (some, { url, headers }, host) => {
        rules.replace({ ...config, rules: some })
        const answer = await app.inject({ url, headers: { ...headers, 'x-forwarded-host': host } })
        const { location } = answer.headers
        if (answer.statusCode === 508) return [demo.kalturaUrl, ONE, OTHER].some((base) => new URL(base).host === host)
        if (location === undefined) return answer.statusCode !== 302
        const base = Object.entries(bases).find(([, each]) =>
          location.startsWith(`${each}/p/101/sp/10100/playManifest/`)
        )
        if (base === undefined) return location.startsWith(`${demo.cdnUrl}/`)
        if (base[0] !== 'default') named++
        return true
      }),
      { numRuns: 150 }
    )
    t.ok(named > 10, `${named} of them by a rule`)
  }
)

t.test('a name that is not there, however it came in force, is the default base', async (t) => {
  const demo = await withDemo(t)
  const config = patientConfig(demo, '', NO_SHARING)
  const rules = new LiveRules(config)
  rules.replace({ ...config, rules: [{ name: 'x', when: {}, then: { cdnUrl: 'gone' } }] })
  const app = await buildApp(config, { logger: pino({ level: 'silent' }), rules })
  t.teardown(() => app.close())
  const path = `${ENTRY}/format/url/protocol/http/a.mp4`
  t.equal(locationOf(await app.inject(path)), demo.kalturaUrl + path)
})
