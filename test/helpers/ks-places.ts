import { BASE } from './gateway.js'

/** One request with a session somewhere in it. */
export interface Placed {
  path: string
  method?: string
  headers?: Record<string, string>
  body?: string
}

const ENTRY = `${BASE}/entryId/0_public01/format/applehttp/protocol/http`
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const JSON_TYPE = { 'content-type': 'application/json' }

/** Every character escaped, which nothing asks for and every server reads. */
const escaped = (text: string) =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')

/** What a session may be spelled like. */
const spellings = (ks: string) => [
  ks,
  encodeURIComponent(ks),
  escaped(ks),
  escaped(escaped(ks)),
  encodeURIComponent(encodeURIComponent(ks))
]

let fresh = 0
/** An entry that nobody has asked for before, so that Kaltura has to be asked. */
const freshEntry = () => `${BASE}/entryId/0_fresh${++fresh}/format/url/protocol/http`

/** Requests with a session where one belongs, or under a name that says what it is. */
export function namedPlaces(ks: string): Placed[] {
  const page = `https://site.example/watch?id=1&ks=${encodeURIComponent(ks)}`
  const api = '/api_v3/service/baseEntry/action/list'
  return [
    ...spellings(ks).flatMap((text) => [
      { path: `${ENTRY}/ks/${text}/a.m3u8` },
      { path: `${ENTRY}?ks=${text}` },
      { path: `${ENTRY}/a.m3u8?x=1&ks=${text}&y=2` },
      { path: `${ENTRY}?ks[]=${text}` },
      { path: `${ENTRY}?a=1;ks=${text}` },
      { path: `${ENTRY}?page=https%3A%2F%2Fsite.example%2F%3Fks%3D${text}` },
      { path: `/nowhere/ks/${text}?ks=${text}` }
    ]),
    ...['KS', 'Ks', '%6bs', 'ks%5B%5D', 'ks[a]', 'ks%00', '+ks', 'ks%20', 'kt', 'hashes'].flatMap((name) => [
      { path: `${ENTRY}?${name}=${encodeURIComponent(ks)}` },
      { path: `${ENTRY}/${name}/${encodeURIComponent(ks)}/a.m3u8` }
    ]),
    { path: `${ENTRY}//ks//${ks}/a.m3u8` },
    { path: `${ENTRY}/ks/index.php/${ks}/a.m3u8` },
    { path: `${ENTRY}?ks=a&ks=${ks}&ks=b` },
    { path: `${ENTRY}?referrer=${Buffer.from(page).toString('base64')}` },
    { path: `${ENTRY}/r/${Buffer.from(page).toString('base64url')}/a.m3u8` },
    { path: `${ENTRY}?url=${encodeURIComponent(page)}` },
    // Broken in ways that each stop at another place.
    { path: `${ENTRY}/ks/${ks}/%zz` },
    { path: `${ENTRY}/ks/${ks}/%c3%28` },
    { path: `/%c3%28/ks/${ks}` },
    { path: `${ENTRY}/ks/${ks}/a%2Fb` },
    { path: `${ENTRY}/ks/${ks}/../b` },
    { path: `${ENTRY}/ks/${ks}/a%5Cb` },
    { path: `${ENTRY}/ks/${ks}/a%00b` },
    { path: `${ENTRY}/protocol/javascript/ks/${ks}` },
    { path: `${ENTRY}?device=toaster&ks=${ks}` },
    { path: `${ENTRY}?minBitrate=-1&ks=${ks}` },
    { path: `${ENTRY}?${'a=1&'.repeat(1000)}ks=${ks}` },
    { path: `${ENTRY}?ks=${ks}&x=${'x'.repeat(9000)}` },
    { path: `${ENTRY}?ks=${ks}&x=${'x'.repeat(20_000)}` },
    { path: `/p/999/sp/99900/playManifest/entryId/0_a/ks/${ks}` },
    { path: `/p/101/sp/10100/playManifes/entryId/0_a/ks/${ks}` },
    { path: `${BASE}/ks/${ks}` },
    { path: `/metrics?ks=${ks}` },
    { path: `/livez?ks=${ks}` },
    { path: ENTRY, headers: { 'x-kaltura-ks': ks } },
    { path: freshEntry(), headers: { 'x-kaltura-ks': ks } },
    { path: `${freshEntry()}?ks=${ks}` },
    { path: freshEntry(), headers: { cookie: `ks=${ks}`, 'user-agent': ks, referer: page } },
    { path: ENTRY, headers: { 'x-kaltura-ks': encodeURIComponent(ks) } },
    {
      path: ENTRY,
      headers: {
        cookie: `ks=${ks}; a=b`,
        authorization: `Bearer ${ks}`,
        referer: page,
        origin: `https://${ks}`,
        'user-agent': `Player/1 ks=${ks}`,
        'accept-language': ks,
        'if-none-match': `"${ks}"`,
        'sec-ch-ua-platform': `"${ks}"`,
        'x-forwarded-for': ks,
        'x-forwarded-host': ks,
        'x-forwarded-proto': ks,
        'x-request-id': ks,
        'request-id': ks,
        traceparent: ks,
        via: ks,
        range: ks
      }
    },
    ...['POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND'].map((method) => ({
      path: `${ENTRY}?ks=${ks}`,
      method,
      headers: FORM
    })),
    { path: ENTRY, method: 'POST', headers: FORM, body: `ks=${encodeURIComponent(ks)}` },
    { path: ENTRY, method: 'POST', headers: JSON_TYPE, body: `{"ks":"${ks}"` },
    { path: '/nowhere', method: 'POST', headers: JSON_TYPE, body: `{"ks":"${ks}"` },
    { path: `${api}?ks=${encodeURIComponent(ks)}&partnerId=101` },
    { path: `${api}/ks/${encodeURIComponent(ks)}/partnerId/101` },
    { path: `/api_v3/service/user/action/login?ks=${ks}&password=${ks}` },
    { path: `/api_v3/ks/${ks}` },
    { path: api, method: 'POST', headers: FORM, body: `partnerId=101&ks=${encodeURIComponent(ks)}` },
    { path: api, method: 'POST', headers: JSON_TYPE, body: JSON.stringify({ partnerId: 101, ks }) },
    { path: api, method: 'POST', headers: JSON_TYPE, body: `{"partnerId":101,"ks":"${ks}"` },
    { path: api, method: 'POST', headers: JSON_TYPE, body: JSON.stringify({ ks, x: 'x'.repeat(70_000) }) },
    {
      path: '/api_v3/service/multirequest',
      method: 'POST',
      headers: JSON_TYPE,
      body: JSON.stringify({ 1: { service: 'baseEntry', action: 'list', ks, partnerId: 101 } })
    }
  ]
}

/** Requests with a session where something else belongs. Only its looks tell what it is. */
export function oddPlaces(ks: string): Placed[] {
  const text = encodeURIComponent(ks)
  const names = [
    'tags',
    'flavorIds',
    'flavorParamIds',
    'format',
    'protocol',
    'device',
    'clientTag',
    'uiConfId',
    'sequence'
  ]
  return [
    ...spellings(ks).flatMap((spelled) => [
      { path: `${BASE}/entryId/${spelled}/format/url` },
      { path: `${ENTRY}/unknown/${spelled}/a.m3u8` },
      { path: `${ENTRY}?unknown=${spelled}` },
      { path: `/${spelled}` }
    ]),
    ...[...names, 'callback', 'responseFormat', 'minBitrate', 'expiry', 'playSessionId', 'streamType'].flatMap(
      (name) => [{ path: `${ENTRY}/${name}/${text}/a.m3u8` }, { path: `${ENTRY}?${name}=${text}` }]
    ),
    { path: `${BASE}?entryId=${text}&format=applehttp` },
    { path: `${ENTRY}?${text}=1` },
    { path: `${ENTRY}?${text}` },
    { path: `${ENTRY}/a.${text}` },
    { path: `${ENTRY}?x=before${text}after` },
    { path: `${ENTRY}#${text}` },
    { path: `/p/${text}/playManifest/entryId/0_a` },
    { path: `/api_v3/service/baseEntry/action/${text}` },
    { path: `/api_v3/service/${text}/action/list` }
  ]
}

/** Bytes that are no request, with a session in them. */
export function brokenBytes(ks: string): string[] {
  return [
    `ks=${ks}\r\n\r\n`,
    `GET ${ENTRY}?ks=${ks} HTTP/9.9\r\n\r\n`,
    `GET ${ENTRY}?ks=${ks} and blanks HTTP/1.1\r\nhost: a\r\n\r\n`,
    `GET http://${'a'.repeat(300)}/ks/${ks} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`,
    `GET / HTTP/1.1\r\nhost: a\r\nx-kaltura-ks ${ks}\r\n\r\n`,
    `GET / HTTP/1.1\r\nhost: a\r\ncookie: ks=${`${ks};`.repeat(200)}\r\n\r\n`,
    `POST ${ENTRY}?ks=${ks} HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n${ks}`
  ]
}
