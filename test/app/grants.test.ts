import { Writable } from 'node:stream'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { DEMO_ENTRIES, DEMO_SECRETS } from '../../src/demo/kaltura/index.js'
import type { DemoOptions } from '../../src/demo/start.js'
import { makeKsV2 } from '../../src/viewer/ks.js'
import { BASE } from '../helpers/gateway.js'
import { hostileServer } from '../helpers/hostile-kaltura.js'
import { GRANT_KEY, grant, KEY, NOW, sign, withSignedLinks } from '../helpers/signing.js'

const PRIVATE = `${BASE}/entryId/${DEMO_ENTRIES.ksProtected}/flavorId/0_ksonv360/format/url/a.mp4`

/** A gateway with grants, and a way to use one that lives long. */
async function withGrants(t: Test, options: DemoOptions = {}) {
  const gateway = await withSignedLinks(t, { signedLinks: 'required', grants: true }, options)
  return { ...gateway, granted: (path: string) => gateway.ask(grant(path, { expires: 4_000_000_000 })) }
}

t.test('a grant leads to the file of a private entry, which the URL alone does not', async (t) => {
  const { granted, ask, kalturaUrl, state, cdnUrl } = await withGrants(t)
  const direct = await fetch(kalturaUrl + PRIVATE, { redirect: 'manual' })
  t.not(direct.status, 302, 'Kaltura refuses it')
  t.equal((await ask(PRIVATE)).status, 403)
  state.calls.log.length = 0
  for (const method of ['GET', 'HEAD']) {
    const answer = await ask(grant(PRIVATE, { expires: 4_000_000_000 }), {}, method)
    t.equal(answer.status, 302, method)
    t.strictSame(answer.headers['cache-control'], 'no-store')
    t.equal(answer.headers['referrer-policy'], 'no-referrer')
    t.equal(answer.headers['access-control-allow-origin'], '*')
    t.ok(answer.headers.location?.startsWith(`${cdnUrl}/`), method)
    t.match(answer.location, '/flavorId/0_ksonv360/')
    const file = await fetch(answer.headers.location ?? '')
    t.equal(file.status, 200)
    await file.body?.cancel()
  }
  t.strictSame(
    state.calls.log.map(({ actions }) => actions),
    Array(2).fill(['baseentry.get', 'flavorasset.get', 'flavorasset.geturl']),
    'one round trip each: nothing is kept'
  )
  t.equal((await granted(PRIVATE.replace('format/url/a.mp4', 'format/download'))).status, 302)
  t.equal((await granted(`${BASE}?e=${DEMO_ENTRIES.ksProtected}&fi=0_ksonv360`)).status, 302)
})

t.test('nothing else is a grant, and Kaltura is asked for none of it', async (t) => {
  const { ask, state } = await withGrants(t)
  const good = grant(PRIVATE, { expires: 4_000_000_000 })
  const ks = makeKsV2({ partnerId: 101, secret: DEMO_SECRETS.main.adminSecret, expiry: 4_000_000_000 })
  for (const [what, url, headers = {}, method = 'GET'] of [
    ['another flavor', good.replace('0_ksonv360', '0_ksonv540')],
    ['another entry', good.replace(DEMO_ENTRIES.ksProtected, DEMO_ENTRIES.public)],
    ['another purpose', good.replace('transcription', 'archive')],
    ['a later end', good.replace('4000000000', '4000000001')],
    ['no end', good.replace('4000000000', '')],
    ['expired', grant(PRIVATE, { expires: 1_000_000_000 })],
    ['another format', good.replace('/format/url', '/format/applehttp')],
    ['a format added', good.replace('/format/url', '/format/url/pt/https')],
    ['analytics', `${good}&playSessionId=1`],
    ['a page', `${good}&referrer=aHR0cA==`],
    ['a KS', `${good}&ks=${ks}`],
    ['a KS in a header', good, { 'x-kaltura-ks': ks }],
    ['a KT', `${good}&kt=0123456789abcdef0123456789abcdef01234567`],
    ['a clip', `${good}&clipTo=10`],
    ['a device', `${good}&device=ipad`],
    ['a signature as well', sign(good.replace(/\?.*/, '')) + good.slice(good.indexOf('?')).replace('?', '&')],
    ['a signature in its place', sign(PRIVATE).replace('signature=', 'grant=')],
    ['two grants', `${good}&${good.split('?')[1]}`],
    ['a POST', good, {}, 'POST'],
    ['an address', grant(PRIVATE, { expires: 4_000_000_000, address: '203.0.113.0/24' })]
  ] as [string, string, Record<string, string>?, string?][]) {
    const answer = await ask(url, headers, method)
    t.match(answer, { status: 403, headers: { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' } }, what)
    t.match(JSON.parse(answer.body).code, /^(?:SIGNATURE|GRANT)_/, what)
  }
  t.equal(state.calls.api + state.calls.playManifest, 0)
})

t.test('a grant is off unless the partner has grants', async (t) => {
  const { ask, state } = await withSignedLinks(t, { signedLinks: 'off' })
  const answer = await ask(grant(PRIVATE, { expires: 4_000_000_000 }))
  t.equal(answer.status, 403)
  t.equal(JSON.parse(answer.body).code, 'GRANT_REFUSED')
  t.equal(state.calls.api, 0)
})

t.test("what does not belong together is Kaltura's error 1 or 6", async (t) => {
  const { granted } = await withGrants(t)
  const path = (entry: string, flavor: string) => `${BASE}/entryId/${entry}/flavorId/${flavor}/format/url`
  for (const [entry, flavor, code] of [
    ['0_nosuch99', '0_ksonv360', 1],
    [DEMO_ENTRIES.deleted, '0_ksonv360', 1],
    [DEMO_ENTRIES.otherPartner, '0_othev360', 1],
    [DEMO_ENTRIES.ksProtected, '0_nosuch99', 6],
    [DEMO_ENTRIES.ksProtected, '0_publv360', 6],
    [DEMO_ENTRIES.ksProtected, '0_othev360', 6]
  ] as const) {
    const answer = await granted(path(entry, flavor))
    t.match(
      answer,
      {
        status: 404,
        headers: { 'x-kaltura': `error-${code}`, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }
      },
      `${entry} ${flavor}`
    )
  }
})

t.test('Kaltura not there: 502 or 504, never a redirect', async (t) => {
  const { granted, state } = await withGrants(t, { env: { UPSTREAM_TIMEOUT_MS: '300' } })
  for (const [fault, status] of [
    ['hang', 504],
    ['reset', 502],
    ['garbage', 502],
    [503, 502]
  ] as const) {
    state.api.fail = fault
    const answer = await granted(PRIVATE)
    t.match(answer, { status, headers: { 'cache-control': 'no-store', 'content-type': /problem/ } }, String(fault))
    t.notOk(answer.headers.location)
  }
})

t.test('a rotated secret: the next one is tried at once', async (t) => {
  const admin = DEMO_SECRETS.main.adminSecret
  const { granted } = await withGrants(t, {
    env: { KALTURA_ADMIN_SECRET: `wrong0secret00000000000000000000,${admin}` }
  })
  t.equal((await granted(PRIVATE)).status, 302)
  const wrong = await withGrants(t, { env: { KALTURA_ADMIN_SECRET: 'wrong0secret00000000000000000000' } })
  t.equal((await wrong.granted(PRIVATE)).status, 502)
})

t.test('a grant ends, and its use is one line of the log without the address', async (t) => {
  let now = NOW
  const lines: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    }
  })
  const logger = pino({ level: 'trace' }, sink)
  const { ask } = await withGrants(t, { now: () => now, logger })
  const link = grant(PRIVATE, { expires: NOW / 1000 + 60 })
  t.equal((await ask(link)).status, 302)
  now += 60_000
  t.equal(JSON.parse((await ask(link)).body).code, 'SIGNATURE_EXPIRED')
  const said = lines.map((line) => JSON.parse(line))
  t.match(
    said.filter(({ msg }) => msg === 'granted'),
    [
      {
        entry: DEMO_ENTRIES.ksProtected,
        grant: { flavorId: '0_ksonv360', purpose: 'transcription' },
        signatureKey: GRANT_KEY.id,
        signature: 'valid'
      }
    ]
  )
  t.notMatch(lines.join(''), /serveFlavor|v1~|djJ8/)
  t.notMatch(lines.join(''), KEY.key.toString('base64'))
})

t.test('an address whose token has ended is not handed out', async (t) => {
  const entry = { id: DEMO_ENTRIES.ksProtected, partnerId: 101, type: 1 }
  const flavor = { id: '0_ksonv360', entryId: entry.id, partnerId: 101, status: 2 }
  let end = 0
  const { base } = await hostileServer(t, (_request, response) => {
    const url = `https://cdn.example.com/p/101/name/a.mp4?Expires=${end}&Signature=x`
    response.setHeader('content-type', 'application/json').end(JSON.stringify([entry, flavor, url]))
  })
  const env = { KALTURA_SERVICE_URL: base, KALTURA_CDN_URL: base, ALLOWED_HOSTS: 'cdn.example.com' }
  const { granted } = await withGrants(t, { env })
  for (const [seconds, status] of [
    [3600, 302],
    [-1, 502]
  ] as const) {
    end = Math.floor(Date.now() / 1000) + seconds
    const answer = await granted(PRIVATE)
    t.match(answer, { status, headers: { 'cache-control': 'no-store' } }, `ends in ${seconds} s`)
    t.equal(answer.headers.location === undefined, status === 502)
  }
})
