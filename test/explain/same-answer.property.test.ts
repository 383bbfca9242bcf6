/**
 * Explaining and answering cannot differ: whatever is asked, the explanation has the status, the headers and the length of
 * the body that a viewer gets, on the same gateway at the same moment.
 */
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { DEMO_ENTRIES, DEMO_SECRETS } from '../../src/demo/kaltura/index.js'
import { shownHeaders } from '../../src/explain/mask.js'
import { signLink } from '../../src/signing/sign.js'
import { makeKsV2 } from '../../src/viewer/ks.js'
import { type Asking, explain } from '../helpers/explain.js'
import { BASE, type Gateway, USER_AGENTS, withGateway } from '../helpers/gateway.js'
import { KEY_ENV, OLD_KEY, sign, withSignedLinks } from '../helpers/signing.js'

const ks = makeKsV2({
  partnerId: 101,
  secret: DEMO_SECRETS.main.adminSecret,
  expiry: 4_000_000_000,
  userId: 'somebody'
})
const expired = makeKsV2({ partnerId: 101, secret: DEMO_SECRETS.main.adminSecret, expiry: 1, userId: 'late' })
const FORMATS = [
  'auto',
  'url',
  'applehttp',
  'mpegdash',
  'hds',
  'hdnetworkmanifest',
  'sl',
  'applehttp_to_mc',
  'download',
  'rtmp',
  ''
]
const TAILS = [
  '',
  '/a.m3u8',
  '/tags/ipadnew',
  '/maxBitrate/400/a.mp4',
  '/maxBitrate/-4',
  '/flavorIds/0_publv270,0_publv360',
  '/flavorIds/0_nobody',
  '?responseFormat=f4m',
  '?callback=a%3Bb',
  '/protocol/javascript',
  `?ks=${ks}`,
  `/ks/${expired}`,
  `?ks=djJ8MTAxfrubbish-rubbish`,
  '?playSessionId=1',
  '?device=ipad',
  '?device=toaster',
  '?signature=x',
  '?kt=0123456789abcdef0123456789abcdef01234567',
  '/expiry/1',
  '/%2F/x',
  '/%zz',
  '/%c3%28',
  '/..',
  '?ks[]=1'
]

const EXTRA: Readonly<Record<string, string>> = {
  'x-kaltura-ks': ks,
  via: '1.1 somebody',
  'if-none-match': '*',
  'x-forwarded-proto': 'https'
}

/** Until neither waited in vain: a slow machine may exceed the patience of a cold answer. */
async function both(t: Test, { ask, adminUrl }: Gateway, asking: Asking, explainFirst: boolean): Promise<void> {
  const { url, headers = {}, method } = asking
  for (let tries = 0; ; tries++) {
    const early = explainFirst ? await explain(adminUrl, asking) : null
    const answer = await ask(url, headers, method)
    const explained = early ?? (await explain(adminUrl, asking))
    const waited = answer.headers['cache-control'] === 'no-store' && answer.status === 302
    if ((waited || explained.answer.failure !== null) && tries < 20) continue
    const isOneViewers = explained.answer.kind === 'viewer' || explained.answer.kind === 'grant'
    const { 'keep-alive': _, ...shown } = shownHeaders(answer.headers, isOneViewers)
    t.strictSame(
      { status: explained.answer.status, headers: explained.answer.headers, bytes: explained.answer.body.bytes },
      { status: answer.status, headers: shown, bytes: Buffer.byteLength(answer.body) },
      `${method ?? 'GET'} ${url} ${JSON.stringify(headers)}`
    )
    return
  }
}

t.setTimeout(150_000)

t.test('every entry, format, parameter and device', async (t) => {
  const now = Date.now()
  const gateway = await withSignedLinks(t, { signedLinks: 'optional' }, { admin: true, now: () => now })
  const entries = [...gateway.catalog.entries.keys()]
  t.ok(entries.length > 10, 'the entries of the embedded Kaltura')
  const some = fc.record({
    prefix: fc.constantFrom(
      BASE,
      BASE,
      BASE,
      '/p/101/playManifest',
      '/s/p/101/sp/10100/playManifest',
      '/p/999/playManifest'
    ),
    entry: fc.constantFrom(...entries, '0_nothing', ''),
    format: fc.constantFrom(...FORMATS),
    protocol: fc.constantFrom('', '/protocol/http', '/protocol/https'),
    tail: fc.constantFrom(...TAILS),
    signed: fc.constantFrom('no', 'no', 'no', 'yes', 'old', 'bound'),
    agent: fc.constantFrom('', ...Object.values(USER_AGENTS)),
    header: fc.constantFrom('', '', '', 'x-kaltura-ks', 'via', 'if-none-match', 'x-forwarded-proto'),
    method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST'),
    explainFirst: fc.boolean()
  })
  await fc.assert(
    fc.asyncProperty(
      some,
      async ({ prefix, entry, format, protocol, tail, signed, agent, header, method, explainFirst }) => {
        const path = `${prefix}/entryId/${entry}${format === '' ? '' : `/format/${format}`}${protocol}${tail}`
        const terms = signed === 'bound' ? { device: 'ipad' as const } : { expires: Math.floor(now / 1000) + 20 }
        let url = path
        try {
          if (signed !== 'no') url = signed === 'old' ? signLink(path, OLD_KEY) : sign(path, terms)
        } catch {
          // What cannot be signed is asked as it is.
        }
        const value = EXTRA[header]
        const headers = {
          ...(agent === '' ? {} : { 'user-agent': agent }),
          ...(value === undefined ? {} : { [header]: value })
        }
        await both(t, gateway, { url, headers, method }, explainFirst)
        return t.passing()
      }
    ),
    { numRuns: 400, seed: 5 }
  )
})

t.test('every entry in every plain format', async (t) => {
  const now = Date.now()
  const gateway = await withSignedLinks(t, { signedLinks: 'off' }, { admin: true, now: () => now })
  let first = true
  for (const entry of gateway.catalog.entries.keys()) {
    for (const [format, device] of [
      ['applehttp', 'desktop'],
      ['auto', 'ipad'],
      ['auto', 'oldAndroid'],
      ['mpegdash', 'desktop'],
      ['url', 'android']
    ] as const) {
      first = !first
      const url = `${BASE}/entryId/${entry}/format/${format}/protocol/http`
      await both(t, gateway, { url, headers: { 'user-agent': USER_AGENTS[device] } }, first)
    }
  }
})

const CONFIG = `
partners:
  - id: 101
    aliases: { home: ${DEMO_ENTRIES.public}, hidden: ${DEMO_ENTRIES.ksProtected}, gone: 0_nothing }
trustedHeaders: [x-region]
presets:
  low: { maxBitrate: 400, format: applehttp }
  web: { playerType: web }
rules:
  - { name: Region, when: { header: { x-region: eu } }, then: { format: url, caching: 7s } }
  - { name: Tagged, when: { entryTags: demo, device: ipad }, then: { format: applehttp, tags: [[ipadnew]], preset: web } }
  - { name: Trial, when: { device: iphone, percent: 50 }, then: { format: applehttp, delivery: redirect } }
  - { name: Night, when: { time: { from: "00:00", until: "12:00" }, device: android }, then: { format: mpegdash } }
  - { name: Files, when: { format: url }, then: { preset: low } }
  - name: Rest
    when: {}
    then: { format: applehttp, tags: [[ipadnew]], excludeAudioOnly: true, delivery: proxy, manifest: { maxHeight: 400 } }
shadow:
  rules: [{ name: Other, when: {}, then: { format: mpegdash, caching: 3s } }]
`

t.test('names, presets, rules of every kind, and shadow rules', async (t) => {
  const now = Date.now()
  const configFile = `${t.testdir({ 'gateway.yaml': CONFIG })}/gateway.yaml`
  const env = { TRUST_PROXY: 'loopback' }
  const gateway = await withGateway(t, { admin: true, configFile, env, now: () => now })
  gateway.catalog.entries.get(DEMO_ENTRIES.public)!.referenceId = 'our-name'
  const request = fc.record({
    entry: fc.constantFrom(
      ...['home', 'hidden', 'gone', 'our-name', 'nobody', 'constructor', '__proto__'].map((id) => `/referenceId/${id}`),
      ...[DEMO_ENTRIES.public, DEMO_ENTRIES.ksProtected, '0_nothing'].map((id) => `/entryId/${id}`),
      `/entryId/${DEMO_ENTRIES.public}/referenceId/home`
    ),
    format: fc.constantFrom('', '/format/auto', '/format/applehttp', '/format/url', '/format/mpegdash'),
    tail: fc.constantFrom(
      ...['', '/preset/low', '?preset=web', '/preset/__proto__', '/preset/toString', `?ks=${ks}`],
      `?kt=${'01'.repeat(20)}`,
      '?device=ipad&preset=low&maxBitrate=100',
      '?playSessionId=5'
    ),
    agent: fc.constantFrom(...Object.values(USER_AGENTS)),
    more: fc.constantFrom<Record<string, string>>({}, {}, { 'x-region': 'eu' }, { 'x-region': 'us' }),
    method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST'),
    explainFirst: fc.boolean()
  })
  await fc.assert(
    fc.asyncProperty(request, async ({ entry, format, tail, agent, more, method, explainFirst }) => {
      const url = `${BASE}${entry}${format}/protocol/http${tail}`
      await both(t, gateway, { url, headers: { 'user-agent': agent, ...more }, method }, explainFirst)
      return t.passing()
    }),
    { numRuns: 250, seed: 9 }
  )
})

t.test('bytes of all kinds, and addresses that are none', async (t) => {
  const gateway = await withSignedLinks(t, { signedLinks: 'required' }, { admin: true, env: KEY_ENV })
  const piece = fc.oneof(
    fc.constantFrom(
      '/',
      '//',
      '/p/101',
      '/sp/10100',
      '/playManifest',
      '/entryId/0_public01',
      '/format/url',
      '?',
      '&',
      '='
    ),
    fc.constantFrom(
      '%',
      '%2f',
      '%00',
      '%c3',
      '%C3%BC',
      '..',
      '\\',
      ';',
      '#',
      'ü',
      'x'.repeat(120),
      '/livez',
      '/explain'
    ),
    fc.string({ maxLength: 6 }).map((text) => text.replace(/[^\u0021-\u00ff]/g, ''))
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
      const text = `/${pieces.join('').replace(/^\/+/, '')}`
      // As the client writes it in bytes.
      const url = Buffer.from(text, 'utf8').toString('latin1')
      const answer = await gateway.ask(url)
      const explained = await explain(gateway.adminUrl, { url: text })
      const { 'keep-alive': _, ...shown } = shownHeaders(answer.headers, false)
      t.strictSame(
        { status: explained.answer.status, headers: explained.answer.headers, bytes: explained.answer.body.bytes },
        { status: answer.status, headers: shown, bytes: Buffer.byteLength(answer.body) },
        text
      )
      return t.passing()
    }),
    { numRuns: 300 }
  )
})
