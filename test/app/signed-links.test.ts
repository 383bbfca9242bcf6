import { Writable } from 'node:stream'
import { pino } from 'pino'
import t from 'tap'
import { DEMO_ENTRIES, DEMO_SECRETS } from '../../src/demo/kaltura/index.js'
import { signLink } from '../../src/signing/sign.js'
import { makeKsV2 } from '../../src/viewer/ks.js'
import { BASE, USER_AGENTS } from '../helpers/gateway.js'
import { carrierOf, NOW, OLD_KEY, sign, withSignedLinks } from '../helpers/signing.js'

const ENTRY = `${BASE}/entryId/${DEMO_ENTRIES.public}`
const PATH = `${ENTRY}/format/url/protocol/http/a.mp4`

t.test('off: a signature is not looked at, and taken out', async (t) => {
  const { ask, kalturaUrl } = await withSignedLinks(t, { signedLinks: 'off' })
  const signed = await ask(`${ENTRY}/format/mpegdash/signature/rubbish?ks=abc&signature=more`)
  t.equal(signed.headers.location, `${kalturaUrl}${ENTRY}/format/mpegdash?ks=abc`)
  t.equal((await ask(`${PATH}?signature=x`)).headers.location, (await ask(PATH)).headers.location)
  const posted = await ask(`${ENTRY}/format/url?signature=x&a=1`, {}, 'POST')
  t.match(posted, { status: 307, headers: { location: `${kalturaUrl}${ENTRY}/format/url?a=1` } })
})

t.test('optional: checked where there is one', async (t) => {
  const { ask, kalturaUrl } = await withSignedLinks(t, { signedLinks: 'optional' })
  const plain = await ask(PATH)
  t.match(plain, { status: 302, headers: { 'cache-control': /^public/ } })
  for (const method of ['GET', 'HEAD']) {
    const signed = await ask(sign(PATH), {}, method)
    t.match(signed, { status: 302, headers: { location: plain.headers.location } }, method)
  }
  t.equal((await ask(signLink(PATH, OLD_KEY))).status, 302, 'an older key')
  t.equal((await ask(sign(PATH), { 'content-length': '0' })).status, 302, 'no body, said in words')
  const forged = await ask(sign(PATH).replace('/a.mp4', '/clipTo/9/a.mp4'))
  t.match(forged, { status: 403, headers: { 'cache-control': 'no-store', 'access-control-allow-origin': '*' } })
  t.match(JSON.parse(forged.body), { code: 'SIGNATURE_WRONG', detail: /added, changed or left out/ })
  t.equal((await ask(PATH, {}, 'POST')).headers.location, kalturaUrl + PATH)
  t.match(JSON.parse((await ask(sign(PATH), {}, 'POST')).body), { code: 'SIGNATURE_UNCLEAR', detail: /GET and HEAD/ })
})

t.test('required: nothing without one, by whatever method', async (t) => {
  const { ask, state } = await withSignedLinks(t, { signedLinks: 'required' })
  for (const method of ['GET', 'POST']) {
    const answer = await ask(PATH, {}, method)
    t.match(answer, { status: 403, headers: { 'cache-control': 'no-store' } }, method)
    t.equal(JSON.parse(answer.body).code, 'SIGNATURE_MISSING')
  }
  t.equal((await ask(PATH, {}, 'HEAD')).status, 403)
  t.equal((await ask(`${ENTRY}/format/url/%FF`)).status, 403, 'bytes that the router cannot decode')
  t.equal((await ask(`/s${PATH}`)).status, 403)
  t.equal((await ask(`${BASE}?entryId=${DEMO_ENTRIES.public}`)).status, 403)
  t.equal(state.calls.api + state.calls.playManifest, 0, 'Kaltura is not asked')
  t.equal((await ask(sign(PATH))).status, 302)
  t.equal((await ask(PATH, {}, 'OPTIONS')).status, 200, 'players ask before they come')
})

t.test("Kaltura's own token is for Kaltura: byte for byte, our signature cut out", async (t) => {
  const { ask, kalturaUrl } = await withSignedLinks(t, { signedLinks: 'required' })
  const kt = '0123456789abcdef0123456789abcdef01234567'
  for (const path of [
    `${ENTRY}//format/url/kt/${kt}/a.mp4?b=2&&a=%20+`,
    `${ENTRY}/format/url/a.mp4?kt=${kt}&expiry=4000000000&entryId=0_other`
  ]) {
    const answer = await ask(path)
    t.match(answer, { status: 302, headers: { location: kalturaUrl + path, 'cache-control': 'private, no-store' } })
  }
  const path = `${ENTRY}/device/ipad/format/url/kt/${kt}/a.mp4?b=2`
  t.equal((await ask(sign(path))).headers.location, kalturaUrl + path)
  const [start, rest] = path.split('/format') as [string, string]
  const inPath = `${start}/${carrierOf(path).replace('=', '/')}/format${rest}`
  t.equal((await ask(inPath)).headers.location, kalturaUrl + path)
  for (const fake of ['kt/', 'kt/1', '?kt=', `?kt=${kt}0`, `?KT=${kt}`]) {
    const answer = await ask(`${ENTRY}/format/url${fake.startsWith('?') ? '' : '/'}${fake}`)
    t.equal(answer.status, 403, `${fake} is no token of Kaltura's`)
  }
  t.equal((await ask(`${ENTRY}/format/url?kt=${kt}`, {}, 'POST')).status, 403)
})

t.test('a KS that may be bound to its URL keeps it: the signature alone is cut out', async (t) => {
  const { ask, kalturaUrl } = await withSignedLinks(t, { signedLinks: 'required' })
  const ks = makeKsV2({
    partnerId: 101,
    secret: DEMO_SECRETS.main.adminSecret,
    expiry: 4_000_000_000,
    privileges: 'urirestrict:/p/101/*'
  })
  const path = `${ENTRY}/format/url/a.mp4?ks=${ks}&b=%20+`
  const [base, query] = path.split('?') as [string, string]
  for (const link of [sign(path), `${base}?${carrierOf(path)}&${query}`]) {
    t.equal((await ask(link)).headers.location, kalturaUrl + path)
  }
})

t.test('a link that expires: nothing outlives it', async (t) => {
  let now = NOW
  const { ask } = await withSignedLinks(t, { signedLinks: 'required' }, { now: () => now })
  const link = sign(PATH, { expires: NOW / 1000 + 20 })
  const answer = await ask(link)
  t.match(answer, {
    status: 302,
    headers: { 'cache-control': /^public, max-age=20, s-maxage=20(?:, stale-[a-z-]+=0)*$/ }
  })
  now += 15_000
  t.match((await ask(link)).headers['cache-control'], /max-age=5, s-maxage=5(?:, stale-[a-z-]+=0)*$/)
  t.match(
    (await ask(sign(PATH))).headers['cache-control'],
    /stale-if-error=[1-9]/,
    'one without an end is kept as ever'
  )
  const missing = sign(`${BASE}/entryId/0_nosuch99/format/url`, { expires: NOW / 1000 + 20 })
  t.match((await ask(missing)).headers['cache-control'], /max-age=5,/, 'an error neither')
  now += 5000
  const late = await ask(link)
  t.match(late, { status: 403, headers: { 'cache-control': 'no-store' } })
  t.match(JSON.parse(late.body), { code: 'SIGNATURE_EXPIRED', detail: /good until/ })
})

t.test('a link for a device or a network: to others 403, and kept by nobody', async (t) => {
  const { ask } = await withSignedLinks(t, { signedLinks: 'required' }, { env: { TRUST_PROXY: 'loopback' } })
  const path = `${ENTRY}/format/applehttp/protocol/http/device/ipad/a.m3u8`
  const ipad = sign(path, { device: 'ipad' })
  const answer = await ask(ipad, { 'user-agent': USER_AGENTS.ipad })
  t.match(answer, { status: /200|302/, headers: { 'cache-control': 'private, no-store' } })
  const desktop = await ask(ipad, { 'user-agent': USER_AGENTS.desktop })
  t.match(desktop, { status: 403, headers: { 'cache-control': 'no-store' } }, 'the parameter device does not count')
  t.equal(JSON.parse(desktop.body).code, 'SIGNATURE_BOUND')
  const near = sign(PATH, { address: '203.0.113.0/24' })
  t.match(await ask(near, { 'x-forwarded-for': '203.0.113.9' }), {
    status: 302,
    headers: { 'cache-control': 'private, no-store' }
  })
  t.equal((await ask(near, { 'x-forwarded-for': '198.51.100.9' })).status, 403)
  t.equal(
    (await ask(near, { 'x-forwarded-for': '203.0.113.9, 198.51.100.9' })).status,
    403,
    'what the proxy saw counts'
  )
  t.equal((await ask(near)).status, 403)
})

t.test('one value in the cache for all who have a link; players add what they always add', async (t) => {
  const { ask, state } = await withSignedLinks(t, { signedLinks: 'required' })
  const links = [
    sign(PATH),
    signLink(PATH, OLD_KEY),
    sign(PATH, { expires: 4_000_000_000 }),
    sign(PATH, { device: 'unknown' })
  ]
  for (const link of links) await ask(link)
  const asked = state.calls.playManifest
  for (const link of links)
    t.equal((await ask(`${link}&playSessionId=a-b&clientTag=html5:v1&uiConfId=7&_=1`)).status, 302)
  t.equal(state.calls.playManifest, asked)
  t.ok(asked <= 1)
  t.notOk(
    state.calls.log.some(({ url }) => url.includes('v1~')),
    'no signature goes upstream'
  )
})

t.test('the log says what became of a signature, and never the signature', async (t) => {
  const lines: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    }
  })
  const { ask } = await withSignedLinks(t, { signedLinks: 'required' }, { logger: pino({ level: 'trace' }, sink) })
  await ask(sign(PATH))
  await ask(sign(PATH).replace('0_public01', '0_other102'))
  await ask(PATH.replace('/format', `/${carrierOf(PATH).replace('=', '/')}/format`))
  await ask(PATH)
  await ask(`${PATH}?signature=v1~zz~~~~${'A'.repeat(43)}`)
  const said = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'answered')
  t.strictSame(
    said.map(({ signature, signatureKey }) => [signature, signatureKey]),
    [
      ['valid', 'k1'],
      ['wrong', 'k1'],
      ['valid', 'k1'],
      ['missing', undefined],
      ['wrong', undefined]
    ]
  )
  t.notMatch(lines.join(''), /v1~/)
})
