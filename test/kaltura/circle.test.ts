import { setImmediate as turn } from 'node:timers/promises'
import * as fc from 'fast-check'
import t from 'tap'
import { Circle } from '../../src/kaltura/circle.js'
import { isProbe, PROBE_HEADER, probeAnswer, readProbe, writeProbe } from '../../src/kaltura/circle-probe.js'
import { UpstreamFailure } from '../../src/kaltura/errors.js'
import type { FetchResult } from '../../src/kaltura/fetcher.js'
import { IssuedUrls } from '../../src/kaltura/issued-urls.js'

const CDN = 'https://cdn.example.com'
const PATH = '/p/101/sp/10100/playManifest/entryId/0_a/format/url'

type Reply = Partial<FetchResult> | Error | 'never'

/** A circle whose probes are answered as the test says, on a clock that it moves. */
function circleOf(reply: (url: string) => Reply | Promise<Reply>) {
  const asked: string[] = []
  const log: string[] = []
  const clock = { now: 1_000_000 }
  const fetcher = {
    fetch: async (url: string): Promise<FetchResult> => {
      asked.push(url)
      const answer = await reply(url)
      if (answer === 'never') return new Promise(() => {})
      if (answer instanceof Error) throw answer
      return { status: 404, headers: {}, body: '', url, ...answer }
    }
  }
  const circle = new Circle(fetcher, {
    cdnUrl: CDN,
    partnerId: 101,
    log: { error: (text) => log.push(`error ${text}`), warn: (text) => log.push(`warn ${text}`) },
    timing: { again: 5 },
    now: () => clock.now
  })
  const settle = async () => {
    for (let i = 0; i < 20; i++) await turn()
  }
  const suspect = async (client = '192.0.2.1') => {
    circle.issued(client, CDN + PATH)
    circle.arrived(client, PATH)
    await settle()
  }
  return { circle, asked, log, clock, settle, suspect }
}

const pathOf = (url: string) => url.slice(CDN.length)
const nonceOf = (url: string) => readProbe(pathOf(url), CDN)!
const marked = (url: string): Reply => ({ status: 204, headers: { [PROBE_HEADER]: probeAnswer(CDN, nonceOf(url)) } })

t.test('without suspicion nobody is asked', async (t) => {
  const { circle, asked, settle } = circleOf(marked)
  circle.issued('192.0.2.1', CDN + PATH)
  circle.arrived('192.0.2.2', PATH)
  circle.arrived('192.0.2.1', `${PATH}?x=1`)
  await settle()
  t.same(asked, [])
  t.notOk(circle.proven)
})

t.test('a suspicion is proven by an answer that only a gateway can give', async (t) => {
  const { circle, asked, log, suspect } = circleOf(marked)
  await suspect()
  t.equal(asked.length, 1)
  t.ok(asked[0]!.startsWith(`${CDN}/p/101/sp/10100/playManifest/entryId/`))
  t.ok(circle.proven)
  t.match(log, [/^error KALTURA_CDN_URL/])
  circle.close()
})

t.test('or by the probe arriving here, whatever its answer becomes on the way', async (t) => {
  const made: { circle?: Circle } = {}
  const { circle, suspect } = circleOf((url) => {
    made.circle?.answerProbe(pathOf(url))
    return { status: 200, headers: { 'content-type': 'text/html' } }
  })
  made.circle = circle
  await suspect()
  t.ok(circle.proven)
  circle.close()
})

t.test('everything that Kaltura may answer disproves it; what is no answer says nothing', async (t) => {
  for (const [name, reply, says] of [
    ['error 1', { status: 404, headers: { 'x-kaltura': 'error-1' } }, 'kaltura'],
    ['a 500 of its own', { status: 500, headers: { 'x-kaltura': 'error-0' } }, 'kaltura'],
    ['a web server', { status: 403, headers: {} }, 'kaltura'],
    ['another marker', { status: 204, headers: { [PROBE_HEADER]: '0'.repeat(32) } }, 'kaltura'],
    ['the marker twice', { status: 204, headers: { [PROBE_HEADER]: ['a', 'a'] } }, 'kaltura'],
    ['unreachable', new UpstreamFailure('connect', 'x'), 'nothing'],
    ['a bad gateway in between', { status: 502, headers: {} }, 'nothing'],
    ['too many requests', { status: 429, headers: {} }, 'nothing'],
    ['a redirect for ever', { status: 301, headers: { location: '/again' } }, 'nothing'],
    ['a redirect to no URL', { status: 301, headers: { location: 'https://[' } }, 'nothing']
  ] as [string, Reply, string][]) {
    let circling = true
    const { circle, clock, suspect, settle } = circleOf((url) => (circling ? marked(url) : reply))
    circling = false
    await suspect()
    t.notOk(circle.proven, `${name} proves nothing`)
    circling = true
    clock.now += 10_000
    await suspect()
    t.ok(circle.proven, 'proven later')
    circling = false
    const until = Date.now() + 5_000
    while (says === 'kaltura' && circle.proven && Date.now() < until) await new Promise((done) => setTimeout(done, 5))
    await settle()
    t.equal(circle.proven, says === 'nothing', `${name}: ${says}`)
    circle.close()
  }
})

t.test('redirects of a web server are followed', async (t) => {
  const { circle, asked, suspect } = circleOf((url) =>
    url.startsWith('http://')
      ? marked(url.replace('http', 'https'))
      : { status: 301, headers: { location: `http${url.slice(5)}` } }
  )
  await suspect()
  t.equal(asked.length, 2)
  t.ok(circle.proven)
  circle.close()
})

t.test('one probe in ten seconds at most, and one at a time', async (t) => {
  const { asked, clock, suspect } = circleOf(() => ({ headers: { 'x-kaltura': 'error-1' } }))
  for (let i = 0; i < 100; i++) await suspect(`192.0.2.${i}`)
  t.equal(asked.length, 1)
  clock.now += 9_999
  await suspect()
  t.equal(asked.length, 1)
  clock.now += 1
  await suspect()
  t.equal(asked.length, 2)
  const hanging = circleOf(() => 'never')
  await hanging.suspect()
  hanging.clock.now += 60_000
  await hanging.suspect()
  t.equal(hanging.asked.length, 1)
})

t.test(
  'once a minute where a redirect goes out, since a CDN may keep it and turn viewers round by itself',
  async (t) => {
    const { circle, asked, clock, settle } = circleOf(marked)
    clock.now += 59_999
    circle.issued('192.0.2.1', CDN + PATH)
    await settle()
    t.equal(asked.length, 0)
    clock.now += 1
    circle.issued('192.0.2.1', CDN + PATH)
    await settle()
    t.equal(asked.length, 1)
    t.ok(circle.proven)
    circle.close()
  }
)

t.test("strangers' probes change nothing, and say nothing but that this is a gateway", async (t) => {
  const { circle, asked, log, suspect } = circleOf(() => 'never')
  await suspect()
  const forged = pathOf(writeProbe(CDN, 101, 'f'.repeat(32)))
  t.equal(circle.answerProbe(forged), probeAnswer(CDN, 'f'.repeat(32)))
  t.notOk(circle.proven)
  const old = pathOf(asked[0]!)
  circle.close()
  const next = circleOf(() => 'never')
  await next.suspect()
  t.ok(next.circle.answerProbe(old), 'a probe of another process of the fleet is answered')
  t.notOk(next.circle.proven, 'and believed by the one that sent it only')
  t.same([...log, ...next.log], [])
})

t.test('a nonce is believed while its probe is under way, not later', async (t) => {
  const { circle, asked, suspect } = circleOf(() => ({ headers: { 'x-kaltura': 'error-1' } }))
  await suspect()
  circle.answerProbe(pathOf(asked[0]!))
  t.notOk(circle.proven)
})

t.test('a gateway that redirects elsewhere is a station, not a circle', async (t) => {
  const { circle } = circleOf(() => 'never')
  t.equal(
    circle.answerProbe(pathOf(writeProbe('https://cdn.example.net', 101, 'a'.repeat(32)).replace('.net', '.com'))),
    null
  )
})

t.test('closing ends the probing', async (t) => {
  const { circle, asked, suspect } = circleOf(() => 'never')
  circle.close()
  await suspect()
  t.same(asked, [])
})

t.test('property: what is written is read, and nothing else is', async () => {
  const hex = fc.stringMatching(/^[0-9a-f]{32}$/)
  fc.assert(
    fc.property(hex, fc.nat(), fc.webUrl({ withFragments: false }), (nonce, partner, base) => {
      const url = writeProbe(base, partner, nonce)
      return readProbe(url, base) === nonce && isProbe(url) && readProbe(url, `${base}x`) === null
    })
  )
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), hex, (text, fake) =>
      [text, `/gatewayProbe/${text}`, `/gatewayProbe/${fake}-${fake}`, `/gatewayProbe/${fake}-${fake}/${text}`].every(
        (url) => readProbe(url, CDN) === null
      )
    )
  )
})

t.test('property: a URL just issued is remembered for 30 s, for the client that got it', async () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ unit: 'binary' }), fc.nat(29_999), (client, url, later) => {
      const issued = new IssuedUrls()
      issued.add(client, url, 5)
      return issued.has(client, url, 5 + later) && !issued.has(client, url, 30_005) && !issued.has(`${client}x`, url, 5)
    }),
    { numRuns: 30 }
  )
})

t.test('the table forgets under pressure and never grows', async (t) => {
  const issued = new IssuedUrls()
  for (let i = 0; i < 100_000; i++) issued.add('192.0.2.1', `/p/101/playManifest/entryId/${i}`, 0)
  let known = 0
  for (let i = 0; i < 100_000; i++) if (issued.has('192.0.2.1', `/p/101/playManifest/entryId/${i}`, 1)) known++
  t.ok(known > 10_000 && known <= 16_384 + 100, `${known} are remembered`)
})
