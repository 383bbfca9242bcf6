/**
 * The attack, without an attacker: Kaltura's account gets a tokenizer, or a CDN in between signs, and the answer of the first viewer,
 * token and all, is given to the next.
 */
import t from 'tap'
import { isTemplate, KEEP, PATH, withHostileKaltura } from '../helpers/hostile-kaltura.js'
import { vectors } from '../helpers/vectors.js'

const CDN = 'https://cdn.example.com'
const SIGNED = `${CDN}/a.ts?hdnea=st=1~exp=2~hmac=ab`
const HLS = 'application/x-mpegurl'
const DASH = 'application/dash+xml'
const media = (line: string) => `#EXTM3U\n#EXT-X-TARGETDURATION:1\n${line}\n#EXTINF:1,\n${CDN}/a.ts\n`
const mpd = (inner: string, attributes = '') =>
  `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"${attributes}><Period>${inner}</Period></MPD>`

const HIDDEN: [string, string, string][] = [
  ['a segment', HLS, media(`#EXTINF:1,\n${SIGNED}`)],
  ['a relative segment', HLS, media('#EXTINF:1,\nhdnts=exp=1~hmac=a/a.ts')],
  ['a key', HLS, media(`#EXT-X-KEY:METHOD=AES-128,URI="${CDN}/key?token=a"`)],
  ['a map without quotes', HLS, media(`#EXT-X-MAP:URI=${CDN}/map?sig=a`)],
  ['session data', HLS, media('#EXT-X-SESSION-DATA:DATA-ID="x",VALUE="hdnea=exp=1~hmac=a"')],
  ['a variable', HLS, media('#EXT-X-DEFINE:NAME="q",VALUE="Policy=a&Signature=b"')],
  ['a tag of a vendor', HLS, media(`#EXT-X-ACME:FOO="${CDN}/x?Signature=a"`)],
  ['a date range', HLS, media(`#EXT-X-DATERANGE:ID="a",X-ACME-BEACON="${CDN}/b?session=1"`)],
  ['a comment', HLS, media(`# ${SIGNED}`)],
  ['a session in a comment', HLS, media('# djJ8MTAxfKZ0')],
  ['a line that ends in a lone carriage return', HLS, media(`# x\r${SIGNED}`)],
  ['a base', DASH, mpd(`<BaseURL>${CDN}/ks/djJ8MTAx/</BaseURL>`)],
  ['a base in entities', DASH, mpd(`<BaseURL>${CDN}/a?x=1&amp;&#80;olicy=a</BaseURL>`)],
  ['a base in pieces', DASH, mpd(`<BaseURL>${CDN}/a?Pol<!-- -->icy=a</BaseURL>`)],
  ['a template', DASH, mpd('<AdaptationSet><SegmentTemplate media="$Number$.m4s?sig=a"/></AdaptationSet>')],
  [
    'a query of all segments',
    DASH,
    mpd('<x:UrlQueryInfo xmlns:x="urn:mpeg:dash:schema:urlparam:2014" queryString="hdnea=a"/>')
  ],
  ['an attribute of a vendor', DASH, mpd('', ` xmlns:v="urn:v" v:beacon="${CDN}/b?token=a"`)],
  ['an XML comment', DASH, mpd(`<!-- ${SIGNED} -->`)],
  [
    'F4M',
    'text/xml',
    `<manifest xmlns="http://ns.adobe.com/f4m/1.0"><media url="${CDN}/a.mp4?x=1&amp;ks=x"/></manifest>`
  ],
  [
    'JSON',
    'application/json',
    JSON.stringify({ flavors: [{ url: `${CDN}/a.mp4?x=1&Policy=x` }] }).replaceAll('/', '\\/')
  ],
  ['JSON with escapes', 'application/json', `{"flavors":[{"url":"${CDN}/a.mp4?x=1\\u0026k\\u0073=x"}]}`]
]

t.test('wherever a body hides a token, it is given to nobody', async (t) => {
  for (const [name, type, body] of HIDDEN) {
    const { base, get, logs } = await withHostileKaltura(t, (_request, response) =>
      response.writeHead(200, { 'content-type': type, ...KEEP }).end(body)
    )
    const path = `${PATH}/format/${type === DASH ? 'mpegdash' : type === HLS ? 'applehttp' : 'hdnetworkmanifest'}/a.x`
    for (let viewer = 0; viewer < 2; viewer++) isTemplate(t, await get(path), base, path, `${name}: viewer ${viewer}`)
    t.match(logs.join(''), /carries a token/, `${name}: because of the token`)
    t.notMatch(logs.join(''), /hmac=ab|djJ8MTAxfKZ0/, `${name}: which is not in the log`)
  }
})

t.test('the same bodies without it are shared', async (t) => {
  for (const [type, body] of [
    [HLS, media(`#EXT-X-KEY:METHOD=AES-128,URI="${CDN}/key",IV=0x9c7db8778570d05c3177c349fd9236aa`)],
    [HLS, media('#EXT-X-SESSION-DATA:DATA-ID="com.example.title",VALUE="A, b: c/d"')],
    [
      HLS,
      media(
        '#EXT-X-DATERANGE:ID="a",SCTE35-OUT=0xFC002F0000000000FF000014056FFFFFF000E011622DCAFF000052636200000000000A'
      )
    ],
    [
      DASH,
      mpd(
        `<BaseURL>${CDN}/a/</BaseURL><AdaptationSet><SegmentTemplate media="$Number$.m4s" timescale="1"/></AdaptationSet>`
      )
    ],
    ['text/xml', `<manifest xmlns="http://ns.adobe.com/f4m/1.0"><media url="${CDN}/a.mp4" bitrate="4"/></manifest>`],
    ['application/json', JSON.stringify({ flavors: [{ url: `${CDN}/a.mp4` }] }).replaceAll('/', '\\/')]
  ] as const) {
    const { get } = await withHostileKaltura(t, (_request, response) =>
      response.writeHead(200, { 'content-type': type, ...KEEP }).end(body)
    )
    const format = type === DASH ? 'mpegdash' : type === HLS ? 'applehttp' : 'hdnetworkmanifest'
    t.match(await get(`${PATH}/format/${format}/a.x`), { statusCode: 200 }, body.slice(0, 80))
  }
})

t.test('every tokenizer of the reference, in a redirect', async (t) => {
  interface Tokenized {
    url?: string | null
    urls?: string[]
  }
  let looked = 0
  let location = ''
  const { base, get } = await withHostileKaltura(t, (_request, response) =>
    response.writeHead(302, { location, ...KEEP }).end()
  )
  for (const { name, input, expected } of vectors<Tokenized & { flavors?: { url: string }[] }, Tokenized>(
    'url-tokenizers'
  )) {
    const before = new Set([input.url, ...(input.flavors ?? []).map(({ url }) => url)])
    for (const url of [expected.url, ...(expected.urls ?? [])]) {
      if (typeof url !== 'string' || before.has(url)) continue
      location = /^[a-z]+:\/\//.test(url) ? url.replace(/^https:\/\/[^/]+/, CDN) : `${CDN}/${url.replace(/^\//, '')}`
      const path = `${PATH}/format/url/clipTo/${++looked}/a.mp4`
      isTemplate(t, await get(path), base, path, name)
    }
  }
  t.equal(looked, 43)
  location = `${CDN}/p/101/sp/10100/serveFlavor/entryId/0_a/v/1/flavorId/0_b/name/a.mp4`
  t.match(await get(`${PATH}/format/url/a.mp4`), { headers: { location } }, 'a URL without one is shared')
})

t.test('a token that appears ends what was known without', async (t) => {
  const plain = `${CDN}/a.mp4`
  let location = plain
  const { base, get } = await withHostileKaltura(
    t,
    (_request, response) => response.writeHead(302, { location, ...KEEP }).end(),
    { env: { CACHE_TTL: '0.02' } }
  )
  const path = `${PATH}/format/url/a.mp4`
  t.match(await get(path), { headers: { location: plain } })
  // Long over: this too is an answer, and not a failure that the old value outlives.
  location = `${plain}?hdnea=exp=1500000000~hmac=a`
  for (let i = 0; i < 100 && (await get(path)).headers.location === plain; i++)
    await new Promise((resolve) => setTimeout(resolve, 10))
  for (let i = 0; i < 5; i++) isTemplate(t, await get(path), base, path, `afterwards, ${i}`)
})
