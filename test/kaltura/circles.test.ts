import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { PROBE_HEADER, probeAnswer, readProbe, writeProbe } from '../../src/kaltura/circle-probe.js'
import { Circles } from '../../src/kaltura/circles.js'

const PATH = '/p/101/sp/10100/playManifest/entryId/0_a/format/url'
const ONE = 'https://one.example'
const TWO = 'https://one.example/two'

/** Circles of two bases, one of them the beginning of the other; those of `circling` lead back. */
function circlesOf(t: { teardown(end: () => void): void }, circling: string[]) {
  const asked: string[] = []
  const log: string[] = []
  const fetcher = {
    fetch: async (url: string) => {
      asked.push(url)
      const base = url.startsWith(`${TWO}/`) ? TWO : ONE
      const nonce = readProbe(url, base)
      const headers = circling.includes(base) && nonce !== null ? { [PROBE_HEADER]: probeAnswer(base, nonce) } : {}
      return { status: 404, headers: { ...headers, 'x-kaltura': 'error-1' }, body: '', url }
    }
  }
  const circles = new Circles(fetcher, {
    bases: [
      { name: 'KALTURA_CDN_URL', url: ONE },
      { name: 'cdnUrls.two', url: TWO },
      { name: 'cdnUrls.again', url: ONE }
    ],
    partnerId: 101,
    log: { error: (text) => log.push(text), warn: (text) => log.push(text) },
    now: () => 1_000_000
  })
  t.teardown(() => circles.close())
  const settle = async () => {
    for (let i = 0; i < 20; i++) await turn()
  }
  return { circles, asked, log, settle }
}

t.test('who comes back is taken to come from the base that he was sent to', async (t) => {
  const { circles, asked, log, settle } = circlesOf(t, [TWO])
  circles.of(TWO).issued('192.0.2.1', TWO + PATH)
  circles.arrived('192.0.2.1', `/two${PATH}`)
  await settle()
  t.same(asked, [], 'behind the base stands what is asked here')
  circles.arrived('192.0.2.1', PATH)
  await settle()
  t.equal(asked.length, 1)
  t.ok(asked[0]!.startsWith(`${TWO}/p/101/`))
  t.ok(circles.of(TWO).proven)
  t.notOk(circles.of(ONE).proven, 'for one base only')
  t.match(log, [/^cdnUrls\.two leads back/])
})

t.test('probes are answered for each base that is redirected to, and no other', async (t) => {
  const { circles } = circlesOf(t, [])
  const nonce = 'a'.repeat(32)
  for (const base of [ONE, TWO]) {
    t.equal(circles.answerProbe(writeProbe(base, 101, nonce).slice(base.length)), probeAnswer(base, nonce))
  }
  const other = 'https://other.example'
  t.equal(circles.answerProbe(writeProbe(other, 101, nonce).slice(other.length)), null)
  t.equal(circles.answerProbe(PATH), null)
})

t.test('nothing is sent to what is no base', async (t) => {
  const { circles } = circlesOf(t, [])
  for (const base of ['', 'https://other.example', `${ONE}/`]) t.throws(() => circles.of(base), RangeError, base)
})
