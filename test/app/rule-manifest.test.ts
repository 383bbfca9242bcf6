import { pino } from 'pino'
import t from 'tap'
import { buildApp } from '../../src/app.js'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { withDemo } from '../helpers/demo.js'
import { BASE, USER_AGENTS } from '../helpers/gateway.js'
import { patientConfig, readingOf } from '../helpers/rules.js'

const ENTRY = `${BASE}/entryId/${DEMO_ENTRIES.public}`
const RULES = `rules:
  - { name: small, when: { device: iphone }, then: { manifest: { maxHeight: 360, cutAudioOnly: true } } }
  - { name: order, when: { device: ipad }, then: { manifest: { order: descending } } }
`
const bandwidths = (text: string) =>
  [...text.matchAll(/^#EXT-X-STREAM-INF:.*\bBANDWIDTH=(\d+).*RESOLUTION/gm)].map(([, number]) => Number(number))

t.test('a manifest that is served here follows the rule; each policy has a value and an ETag of its own', async (t) => {
  const demo = await withDemo(t)
  const app = await buildApp(patientConfig(demo, RULES, { DELIVERY: 'proxy' }), { logger: pino({ level: 'silent' }) })
  t.teardown(() => app.close())
  const ask = async (agent: keyof typeof USER_AGENTS, rest: string, etag?: string) => {
    const headers = { 'user-agent': USER_AGENTS[agent], ...(etag === undefined ? {} : { 'if-none-match': etag }) }
    const answer = await app.inject({ url: ENTRY + rest, headers })
    return { status: answer.statusCode, body: answer.body, etag: String(answer.headers.etag), headers: answer.headers }
  }
  const HLS = '/format/applehttp/protocol/http/a.m3u8'
  for (let times = 0; times < 2; times++) {
    const plain = await ask('desktop', HLS)
    const small = await ask('iphone', HLS)
    const ordered = await ask('ipad', HLS)
    t.equal(new Set([plain.etag, small.etag, ordered.etag]).size, 3)
    t.match(small.headers.vary, /user-agent/)
    t.ok(Math.max(...bandwidths(small.body)) < Math.max(...bandwidths(plain.body)))
    t.notMatch(small.body, /RESOLUTION=\d+x(?:540|720|1080)/)
    t.match(plain.body, /RESOLUTION=\d+x540/)
    t.strictSame(
      bandwidths(ordered.body),
      bandwidths(plain.body).toSorted((a, b) => b - a)
    )
    t.strictSame([...ordered.body.split('\n')].sort(), [...plain.body.split('\n')].sort(), 'no line is another one')
    t.equal((await ask('iphone', HLS, small.etag)).status, 304)
    t.equal((await ask('iphone', HLS, plain.etag)).status, 200)
  }
  const DASH = '/format/mpegdash/protocol/http/a.mpd'
  const heights = (text: string) => [...text.matchAll(/<Representation[^>]* height="(\d+)"/g)].map(([, h]) => Number(h))
  const [all, few] = [await ask('desktop', DASH), await ask('iphone', DASH)]
  t.ok(heights(all.body).some((height) => height > 360))
  t.ok(heights(few.body).length > 0 && heights(few.body).every((height) => height <= 360))
  const url = await ask('iphone', '/format/url/protocol/http/a.mp4')
  t.equal(url.status, 302, 'what is no manifest is left alone')
})

t.test('flavors that the URL chooses are all there, whatever a rule makes of manifests', async (t) => {
  const demo = await withDemo(t)
  const rules = `rules:
  - name: small
    when: { device: iphone }
    then: { manifest: { maxHeight: 270, maxBitrate: 300, cutAudioOnly: true, order: descending } }
  - { name: tiny, when: { device: ipad }, then: { manifest: { maxHeight: 180 } } }
`
  const app = await buildApp(patientConfig(demo, rules, { DELIVERY: 'proxy' }), { logger: pino({ level: 'silent' }) })
  t.teardown(() => app.close())
  const ask = async (rest: string, agent: keyof typeof USER_AGENTS) =>
    (
      await app.inject({
        url: `${ENTRY}/format/applehttp/protocol/http${rest}`,
        headers: { 'user-agent': USER_AGENTS[agent] }
      })
    ).body
  for (const own of ['/flavorIds/0_publv270,0_publv360,0_publv540', '/tags/mbr', '/flavorParamIds/2,4,5', '/t/mbr']) {
    const [small, tiny, plain] = [await ask(own, 'iphone'), await ask(own, 'ipad'), await ask(own, 'desktop')]
    t.match(plain, /RESOLUTION=\d+x(?:360|540)/, own)
    t.strictSame([...small.split('\n')].sort(), [...plain.split('\n')].sort(), `${own}: the order may be another`)
    t.equal(tiny, plain, own)
  }
  t.notMatch(await ask('/maxBitrate/9000', 'iphone'), /RESOLUTION=\d+x(?:360|540)/, 'a bound of the URL is no choice')
})

t.test('fetched for one viewer too', async (t) => {
  const demo = await withDemo(t)
  const config = patientConfig(
    demo,
    `partners: [{ id: 101, adminSecretFile: s, forwardedFor: trusted, viewerProxy: true }]\n${RULES}`,
    {
      KALTURA_SHARE_PUBLIC: '',
      KALTURA_ADMIN_SECRET: '',
      KALTURA_PARTNER_ID: ''
    }
  )
  const app = await buildApp(config, { logger: pino({ level: 'silent' }) })
  t.teardown(() => app.close())
  const ask = async (agent: keyof typeof USER_AGENTS) =>
    (
      await app.inject({
        url: `${ENTRY}/format/applehttp/protocol/http/a.m3u8`,
        headers: { 'user-agent': USER_AGENTS[agent], 'x-forwarded-for': '203.0.113.9' }
      })
    ).body
  t.match(await ask('desktop'), /RESOLUTION=\d+x540/)
  t.notMatch(await ask('iphone'), /RESOLUTION=\d+x540/)
  t.match(await ask('iphone'), /RESOLUTION=\d+x360/)
})

t.test('mistakes', async (t) => {
  const wrong = (then: string) => readingOf(`rules:\n  - name: it\n    when: {}\n    then: ${then}\n`).problems
  for (const [then, problem] of [
    ['{ manifest: { order: random } }', /^r\.yaml:4: .*order must be one of ascending, descending/],
    ['{ manifest: {} }', /manifest must/],
    ['{ manifest: { maxHeight: 0 } }', /maxHeight must/],
    [
      '{ manifest: { maxHeight: 9 }, delivery: redirect }',
      /manifest without effect, since delivery: redirect serves none/
    ]
  ] as const) {
    t.match(wrong(then), [problem], then)
  }
})
