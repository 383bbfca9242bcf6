import t from 'tap'
import { type CatalogFlavor, DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import type { Demo } from '../../src/demo/start.js'
import { entryUrl, settledAnswer, withDemo } from '../helpers/demo.js'

/**
 * The documented device classes against the whole demo: which flavors a viewer ends up with, read from the final
 * manifest or media URL, and worked out here from nothing but the catalog's tags.
 */

interface DeviceCase {
  name: string
  userAgent: string
  hint: string
  /** The format that the class is documented with; `auto` has to choose it. */
  format: 'applehttp' | 'url'
  /** Ids the viewer may play, by the documented rule. */
  flavors: (all: readonly CatalogFlavor[]) => string[]
}

const tagged = (all: readonly CatalogFlavor[], tag: string) => all.filter(({ tags }) => tags.includes(tag))
const ids = (flavors: readonly CatalogFlavor[]) => flavors.map(({ id }) => id).sort()
const hasPictures = ({ width, height, frameRate }: CatalogFlavor) => width > 0 || height > 0 || frameRate > 0
/** Other languages, which Kaltura puts into every HLS master by itself. */
const alternate = (all: readonly CatalogFlavor[]) => tagged(all, 'alt_audio')

const CASES: readonly DeviceCase[] = [
  {
    name: 'iPad',
    userAgent:
      'Mozilla/5.0 (iPad; CPU OS 12_5_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1.2 Mobile/15E148 Safari/604.1',
    hint: 'ipad',
    format: 'applehttp',
    flavors: (all) => ids([...tagged(all, 'ipadnew'), ...alternate(all)])
  },
  {
    name: 'iPhone',
    userAgent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
    hint: 'iphone',
    format: 'applehttp',
    flavors: (all) => ids([...tagged(all, 'iphonenew'), ...alternate(all)])
  },
  {
    name: 'Android with HLS',
    userAgent:
      'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36',
    hint: 'android',
    format: 'applehttp',
    flavors: (all) => ids(tagged(all, 'iphonenew').filter(hasPictures))
  },
  {
    name: 'Android without HLS',
    userAgent:
      'Mozilla/5.0 (Linux; U; Android 2.3.6; en-us; GT-S5830 Build/GINGERBREAD) AppleWebKit/533.1 (KHTML, like Gecko) Version/4.0 Mobile Safari/533.1',
    hint: 'android-2',
    format: 'url',
    // One: the best that such a phone takes, 900 kbps at the most.
    flavors: (all) =>
      tagged(all, 'iphonenew')
        .filter((flavor) => hasPictures(flavor) && flavor.bitrate <= 900)
        .sort((a, b) => b.bitrate - a.bitrate)
        .slice(0, 1)
        .map(({ id }) => id)
  }
]

const DESKTOP =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36'

/** Flavor ids that delivery URLs in a text name: `/flavorId/{id}/`, or `/flavorId/{prefix},{a},{b},{suffix}/`. */
function flavorsIn(text: string): string[] {
  const found = [...text.matchAll(/\/flavorId\/([^/\s"<]+)/g)].flatMap(([, value = '']) => {
    const [prefix = '', ...parts] = value.split(',')
    return parts.length === 0 ? [prefix] : parts.slice(0, -1).map((part) => prefix + part + parts.at(-1))
  })
  return [...new Set(found)].sort()
}

interface End {
  kind: 'hls' | 'dash' | 'mp4'
  flavors: string[]
  /** Statuses on the way. */
  statuses: number[]
}

/** Follows a URL as a viewer of this User-Agent, to the manifest or the media file. */
async function end(url: string, userAgent: string): Promise<End> {
  const statuses: number[] = []
  let at = url
  await settledAnswer(url, { 'user-agent': userAgent })
  for (let hop = 0; hop < 4; hop++) {
    const response = await fetch(at, { redirect: 'manual', headers: { 'user-agent': userAgent } })
    statuses.push(response.status)
    const location = response.headers.get('location')
    if (location !== null) {
      at = new URL(location, at).href
      continue
    }
    const type = response.headers.get('content-type') ?? ''
    const isMedia = type === 'video/mp4'
    const body = isMedia ? '' : await response.text()
    if (isMedia) await response.body?.cancel()
    const kind = isMedia ? 'mp4' : type.includes('mpegurl') ? 'hls' : 'dash'
    return { kind, flavors: flavorsIn(kind === 'hls' ? body : at), statuses }
  }
  throw new Error(`${url} does not end`)
}

const all = ({ catalog }: Demo) => catalog.flavorsOf(DEMO_ENTRIES.public)
const KINDS = { applehttp: 'hls', url: 'mp4' } as const

t.test('with a credential: what is answered is what the rule says', async (t) => {
  const demo = await withDemo(t)
  const base = entryUrl(demo, DEMO_ENTRIES.public)
  for (const { name, userAgent, hint, format, flavors } of CASES) {
    const expected = flavors(all(demo))
    t.ok(expected.length > 0, `${name}: the catalog has flavors for it`)
    const ways: [way: string, url: string, agent: string][] = [
      ['User-Agent', `${base}/format/${format}/protocol/http/a`, userAgent],
      ['User-Agent, format auto', `${base}/format/auto/protocol/http`, userAgent],
      ['hint', `${base}/format/${format}/protocol/http/a?device=${hint}`, DESKTOP],
      ['hint in the path', `${base}/device/${hint}/format/${format}/protocol/http/a`, DESKTOP],
      ['hint, format auto', `${base}/format/auto/protocol/http?device=${hint}`, DESKTOP]
    ]
    for (const [way, url, agent] of ways) {
      const { kind, flavors: played, statuses } = await end(url, agent)
      t.equal(kind, KINDS[format], `${name} by ${way}: ${format}`)
      t.same(played, expected, `${name} by ${way}: flavors`)
      t.same(statuses, format === 'url' ? [302, 200] : [200], `${name} by ${way}: without Kaltura on the way`)
    }
  }
})

t.test('without a credential: the redirect to Kaltura carries the rule', async (t) => {
  const demo = await withDemo(t, { withSecret: false })
  const base = entryUrl(demo, DEMO_ENTRIES.public)
  for (const { name, userAgent, hint, format, flavors } of CASES) {
    for (const [way, url, agent] of [
      ['User-Agent', `${base}/format/${format}/protocol/http/a`, userAgent],
      ['hint, format auto', `${base}/format/auto/protocol/http?device=${hint}`, DESKTOP]
    ] as const) {
      const first = await settledAnswer(url, { 'user-agent': agent })
      t.equal(first.status, 302)
      t.notMatch(first.headers.get('location'), /device|auto/, `${name} by ${way}: nothing of ours goes to Kaltura`)
      const { kind, flavors: played } = await end(url, agent)
      t.equal(kind, KINDS[format], `${name} by ${way}: ${format}`)
      const expected = flavors(all(demo))
      // What Kaltura puts in by itself can be cut only where the gateway serves the manifest.
      const extra = format === 'applehttp' ? ids(tagged(all(demo), 'audio_only')) : []
      t.same(
        played.filter((id) => expected.includes(id)),
        expected,
        `${name} by ${way}: all that the rule says`
      )
      t.same(
        played.filter((id) => !expected.includes(id) && !extra.includes(id)),
        [],
        `${name} by ${way}: and nothing else but languages`
      )
    }
  }
})

t.test('everything else is as Kaltura itself chooses', async (t) => {
  const demo = await withDemo(t)
  const at = (root: string, format: string) =>
    `${entryUrl({ gatewayUrl: root }, DEMO_ENTRIES.public)}/format/${format}/protocol/http/a`
  const cases: [name: string, agent: string, format: string][] = [
    ['desktop', DESKTOP, 'applehttp'],
    ['desktop', DESKTOP, 'mpegdash'],
    ['desktop', DESKTOP, 'url'],
    ['nobody knows', 'a player that nobody knows', 'applehttp'],
    // Formats of which no rule speaks for the class.
    ['iPad', CASES[0]!.userAgent, 'mpegdash'],
    ['iPad', CASES[0]!.userAgent, 'url'],
    ['Android with HLS', CASES[2]!.userAgent, 'url'],
    ['Android without HLS', CASES[3]!.userAgent, 'applehttp']
  ]
  for (const [name, agent, format] of cases) {
    const ours = await end(at(demo.gatewayUrl, format), agent)
    const theirs = await end(at(demo.kalturaUrl, format), agent)
    t.equal(ours.kind, theirs.kind, `${name}, ${format}`)
    t.same(ours.flavors, theirs.flavors, `${name}, ${format}: flavors`)
  }
  const auto = await end(`${entryUrl(demo, DEMO_ENTRIES.public)}/format/auto/protocol/http`, DESKTOP)
  t.same(auto.flavors, (await end(at(demo.kalturaUrl, 'applehttp'), DESKTOP)).flavors, 'desktop, auto')
})

t.test('flavors that the URL names are played on every device', async (t) => {
  const demo = await withDemo(t)
  const one = tagged(all(demo), 'mbr').find(({ tags }) => !tags.includes('ipadnew'))
  t.ok(one, 'the catalog has a flavor that is not for the iPad')
  const path = `flavorIds/${one!.id}/format/applehttp/protocol/http/a.m3u8`
  const ours = await end(`${entryUrl(demo, DEMO_ENTRIES.public)}/${path}`, CASES[0]!.userAgent)
  const theirs = await end(`${entryUrl({ gatewayUrl: demo.kalturaUrl }, DEMO_ENTRIES.public)}/${path}`, DESKTOP)
  t.same(ours.flavors, theirs.flavors)
  const pictures = ids(all(demo).filter(hasPictures))
  t.same(
    ours.flavors.filter((id) => pictures.includes(id)),
    [one!.id]
  )
})
