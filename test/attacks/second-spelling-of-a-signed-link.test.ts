/**
 * The attack: a link that is signed for one video is written so that the gateway checks what was signed, while Kaltura, PHP
 * or something on the way reads another value: a second `entryId` under its short name, in the query, in a body, in a list,
 * behind something that shifts the pairs of the path.
 */
import { request } from 'node:http'
import t from 'tap'
import { DEMO_ENTRIES, DEMO_SECRETS } from '../../src/demo/kaltura/index.js'
import { makeKsV2 } from '../../src/viewer/ks.js'
import { BASE } from '../helpers/gateway.js'
import { carrierOf, outcome, sign, withSignedLinks } from '../helpers/signing.js'

const OTHER = DEMO_ENTRIES.ksProtected
const SIGNED = `${BASE}/entryId/${DEMO_ENTRIES.public}/format/url/a.mp4`
const TOKEN = carrierOf(SIGNED)
const QUERY = `${SIGNED}?${TOKEN}`
const ENTRY = `/entryId/${DEMO_ENTRIES.public}`

/** What is put into the signed URL, and where. */
const SPELLINGS: readonly (readonly [what: string, url: string])[] = [
  ['short name in the query', `${QUERY}&e=${OTHER}`],
  ['long name in the query', `${QUERY}&entryId=${OTHER}`],
  ['the same value again', `${QUERY}&entryId=${DEMO_ENTRIES.public}`],
  ['an encoded name', `${QUERY}&%65ntryId=${OTHER}`],
  ['an encoded name, in lower case', `${QUERY}&%6c=1&entry%49d=${OTHER}`],
  ['a list', `${QUERY}&e[]=${OTHER}`],
  ['an encoded list', `${QUERY}&e%5B0%5D=${OTHER}`],
  ['an open bracket', `${QUERY}&e[=${OTHER}`],
  ['a space before the name', `${QUERY}&+entryId=${OTHER}`],
  ['a space in the name', `${QUERY}&entry+Id=${OTHER}`],
  ['a dot in the name', `${QUERY}&entry.Id=${OTHER}`],
  ['no name', `${QUERY}&=${OTHER}`],
  ['a name that is dropped', `${QUERY}&]=1`],
  ['another case', `${QUERY}&EntryId=${OTHER}`],
  ['a name without a value', `${QUERY}&ks`],
  ['an unknown name', `${QUERY}&p=102`],
  ['a second query', `${QUERY}?e=${OTHER}`],
  ['pairs in the path before', QUERY.replace(ENTRY, `/entryId/${OTHER}${ENTRY}`)],
  ['pairs in the path behind', QUERY.replace(ENTRY, `${ENTRY}/entryId/${OTHER}`)],
  ['the short name in the path', QUERY.replace(ENTRY, `/e/${OTHER}${ENTRY}`)],
  ['an unknown pair', QUERY.replace(ENTRY, `/x/y${ENTRY}`)],
  ['an empty segment', QUERY.replace(ENTRY, `/${ENTRY}`)],
  ['index.php', QUERY.replace(ENTRY, `/index.php${ENTRY}`)],
  ['index.php, encoded', QUERY.replace(ENTRY, `/index%2Ephp${ENTRY}`)],
  ['what follows 0', QUERY.replace('/a.mp4', `/0/x/entryId/${OTHER}`)],
  ['a file name that is a parameter', QUERY.replace('/a.mp4', '/ks')],
  ['a file name that is a short one', QUERY.replace('/a.mp4', '/fp')],
  ['a file name without a dot', QUERY.replace('/a.mp4', '/uiconf')],
  ['a value of two encodings', QUERY.replace('/url', '/%2575rl')],
  ['bytes that are no text', `${QUERY}&x=%FF`],
  ['a second signature', `${QUERY}&${TOKEN}`],
  ['a second signature in the path', QUERY.replace('/a.mp4', `/${TOKEN.replace('=', '/')}/a.mp4`)],
  ['a second signature, in a list', `${SIGNED}?signature[]=x&${TOKEN}`],
  ['a pass-through name twice', `${QUERY}&clientTag=a&clientTag=b`],
  ['a pass-through name as a list', `${QUERY}&clientTag[]=a`],
  ['a pass-through name, long and short', `${QUERY}&uiConfId=1&ui=2`],
  ['callback', `${QUERY}&callback=x`],
  ['a KS', `${QUERY}&ks=djJ8x`],
  ['another partner', QUERY.replace('/p/101/', '/p/102/')],
  ['a lot', `${QUERY}${'&_=1'.repeat(300)}`]
]

t.test('no second spelling passes', async (t) => {
  const { ask, state } = await withSignedLinks(t, { signedLinks: 'required' })
  t.equal((await ask(QUERY)).status, 302)
  const asked = state.calls.api + state.calls.playManifest
  for (const [what, url] of SPELLINGS) {
    t.not(url, QUERY, what)
    const answer = await ask(url)
    // A known name as a list is refused before; another partner is not served.
    t.match(String(answer.status), /^40[034]$/, `${what}: ${answer.status}`)
    t.match(answer.headers['cache-control'], /no-store|max-age=10\b/, what)
    t.notOk(answer.headers.location, what)
  }
  t.equal(state.calls.api + state.calls.playManifest, asked, 'Kaltura is not asked for any')
})

t.test('and what means the same does', async (t) => {
  for (const url of [
    `${QUERY}&`,
    `${SIGNED}?&&${TOKEN}`,
    QUERY.replace('/a.mp4', '/other.name.m3u8'),
    QUERY.replace('/a.mp4', ''),
    QUERY.replace('/a.mp4', '/'),
    QUERY.replace(ENTRY, '').replace('?', `?%65=${DEMO_ENTRIES.public.replace('_', '%5f')}&`),
    QUERY.replace('/sp/10100', ''),
    `${QUERY}&clientTag=a&referrer=aHR0cDovL3g=&_=1`
  ]) {
    t.equal(outcome(url), 'valid', url)
  }
})

t.test('where a parameter stands matters for callback alone, so it stays where it was signed', async (t) => {
  const link = sign(`${SIGNED}?responseFormat=jsonp&callback=x`)
  t.equal(outcome(link), 'valid')
  t.equal(outcome(link.replace('callback=x&', '').replace('/a.mp4', '/callback/x/a.mp4')), 'unclear')
})

t.test('neither a header nor a body says more than the URL', async (t) => {
  const { ask, gatewayUrl } = await withSignedLinks(t, { signedLinks: 'required' })
  const ks = makeKsV2({ partnerId: 101, secret: DEMO_SECRETS.main.adminSecret, expiry: 4_000_000_000 })
  const withKs = await ask(QUERY, { 'x-kaltura-ks': ks })
  t.match(JSON.parse(withKs.body), { code: 'SIGNATURE_UNCLEAR', detail: /KS in a header/ })
  t.equal((await ask(QUERY, { 'X-KALTURA-KS': '' })).status, 403)
  for (const method of ['GET', 'POST']) {
    for (const headers of [{ 'transfer-encoding': 'chunked' }, { 'content-length': '12' }]) {
      const { hostname, port } = new URL(gatewayUrl)
      const status = await new Promise((resolve, reject) => {
        const type = { 'content-type': 'application/x-www-form-urlencoded' }
        const outgoing = request(
          { hostname, port, path: QUERY, method, headers: { ...type, ...headers } },
          (answer) => {
            answer.resume()
            resolve(answer.statusCode)
          }
        )
        outgoing.on('error', reject)
        outgoing.end('e=0_ksonly01')
      })
      t.equal(status, 403, `${method} ${JSON.stringify(headers)}`)
    }
  }
})
