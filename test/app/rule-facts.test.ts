import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { BASE, type Gateway, USER_AGENTS, withGateway } from '../helpers/gateway.js'

const ENTRY = `${BASE}/entryId/${DEMO_ENTRIES.public}`
const TIME = Date.parse('2026-05-04T17:59:50Z')

function gateway(t: Test, rules: string, env: Record<string, string> = {}): Promise<Gateway> {
  const folder = mkdtempSync(join(tmpdir(), 'rules-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const configFile = join(folder, 'gateway.yaml')
  writeFileSync(configFile, `rules:\n${rules}`)
  return withGateway(t, { configFile, env: { TRUST_PROXY: 'loopback', ...env }, now: () => TIME })
}

const RULES = `
  - { name: app, when: { format: auto, userAgent: OurApp/ }, then: { format: mpegdash } }
  - { name: here, when: { format: auto, country: [DE, AT] }, then: { format: url } }
  - { name: old, when: { format: auto, os: iOS, osBelow: "15.4" }, then: { format: url, caching: 5s } }
  - { name: clip, when: { format: auto, parameters: { seekFrom: true } }, then: { format: url } }
  - { name: rest, when: { format: auto }, then: { format: applehttp } }
`

t.test('viewers who differ in what the rules read never share an answer of a CDN', async (t) => {
  for (const share of ['true', 'false']) {
    const { ask } = await gateway(t, RULES, { KALTURA_SHARE_PUBLIC: share })
    const viewers: Record<string, string>[] = []
    for (const agent of [...Object.values(USER_AGENTS), 'OurApp/2 (iPad; CPU OS 17_1 like Mac OS X)', '']) {
      for (const country of ['DE', 'FR', 'XX', '']) {
        for (const name of ['cloudfront-viewer-country', 'x-country-code']) {
          viewers.push({ ...(agent && { 'user-agent': agent }), ...(country && { [name]: country }) })
        }
      }
    }
    for (const url of [
      `${ENTRY}/format/auto/protocol/http/a.m3u8`,
      `${ENTRY}/format/auto/seekFrom/1000/protocol/http/a.m3u8`
    ]) {
      const answers = []
      for (const headers of viewers) answers.push({ headers, answer: await ask(url, headers) })
      const kinds = new Set(answers.map(({ answer }) => answer.location + answer.body))
      t.ok(kinds.size > 1, 'the rules make a difference')
      for (const { headers, answer } of answers) {
        if (!answer.headers['cache-control']?.startsWith('public')) continue
        const names = (answer.headers.vary ?? '').split(', ').filter((name) => name !== '')
        for (const other of answers) {
          if (names.some((name) => headers[name] !== other.headers[name])) continue
          const same = answer.location === other.answer.location && answer.body === other.answer.body
          if (!same) t.fail('a CDN would give one the answer of the other', { headers, other: other.headers, names })
        }
      }
      t.ok(
        answers.some(({ answer }) => answer.headers['cache-control']?.startsWith('public')),
        'some may be kept'
      )
    }
  }
})

t.test("a country counts from a trusted CDN's header only, and varies by what was looked at", async (t) => {
  const rules = '  - { name: here, when: { format: auto, country: DE }, then: { format: url } }\n'
  const path = `${ENTRY}/format/auto/protocol/http/a.m3u8`
  const trusted = await gateway(t, rules, { KALTURA_SHARE_PUBLIC: 'false' })
  const here = await trusted.ask(path, { 'cf-ipcountry': 'de' })
  t.match(here.location, /format\/url\//)
  t.equal(here.headers.vary, 'cloudfront-viewer-country, cf-ipcountry')
  const nowhere = await trusted.ask(path)
  t.equal(nowhere.headers.vary, 'cloudfront-viewer-country, cf-ipcountry, x-country-code')
  const open = await gateway(t, rules, { KALTURA_SHARE_PUBLIC: 'false', TRUST_PROXY: '' })
  const spoofed = await open.ask(path, { 'cf-ipcountry': 'DE' })
  t.equal(spoofed.location, (await open.ask(path)).location)
  t.equal(spoofed.headers.vary, undefined)
})

t.test('the time of day ends an answer, stale life too', async (t) => {
  const rules = '  - { name: evening, when: { time: { from: "18:00", until: "23:00" } }, then: {} }\n'
  const { ask } = await gateway(t, rules)
  const target = await ask(`${ENTRY}/format/applehttp/protocol/http/a.m3u8`)
  t.equal(
    target.headers['cache-control'],
    'public, max-age=10, s-maxage=10, stale-while-revalidate=0, stale-if-error=0'
  )
  const elsewhere = await gateway(t, rules, { KALTURA_SHARE_PUBLIC: 'false' })
  const template = await elsewhere.ask(`${ENTRY}/format/applehttp/protocol/http/a.m3u8`)
  t.equal(template.headers['cache-control'], 'public, max-age=10, s-maxage=10')
})

t.test('a share of sessions: nobody keeps such an answer, and a session stays where it is', async (t) => {
  const rules = '  - { name: trial, when: { format: auto, percent: 50 }, then: { format: mpegdash } }\n'
  const { ask } = await gateway(t, rules)
  const formats = new Set<string>()
  for (let number = 0; number < 20; number++) {
    const path = `${ENTRY}/format/auto/protocol/http/a.m3u8?playSessionId=s${number}`
    const [first, again] = [await ask(path), await ask(path)]
    t.equal(first.headers['cache-control'], 'private, no-store')
    t.equal(first.headers['content-type'], again.headers['content-type'])
    formats.add(first.headers['content-type'] ?? first.location)
  }
  t.equal(formats.size, 2)
  const other = await ask(`${ENTRY}/format/applehttp/protocol/http/a.m3u8`)
  t.match(other.headers['cache-control'], /^public/, 'a format that no rule divides is shared')
})

t.test('caching bounds the life of what a rule matches', async (t) => {
  const rules = `
  - { name: short, when: { entry: ${DEMO_ENTRIES.public}, format: applehttp }, then: { caching: 5s } }
  - { name: never, when: { format: mpegdash }, then: { caching: 0 } }
`
  const { ask } = await gateway(t, rules)
  const short = await ask(`${ENTRY}/format/applehttp/protocol/http/a.m3u8`)
  t.match(short.headers['cache-control'], /^public, max-age=5, s-maxage=5, stale-while-revalidate=0/)
  const never = await ask(`${ENTRY}/format/mpegdash/protocol/http/a.mpd`)
  t.equal(never.headers['cache-control'], 'no-store')
  t.match((await ask(`${ENTRY}/format/url/protocol/http/a.mp4`)).headers['cache-control'], /max-age=(?:60|[1-5]\d)\b/)
})
