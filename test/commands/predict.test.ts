import { Writable } from 'node:stream'
import { pino } from 'pino'
import t from 'tap'
import { predict, predictFlavors } from '../../src/commands/predict.js'
import { readRuleSet, SHIPPED_RULE_SET } from '../../src/config/rule-set.js'
import { DEMO_ENTRIES, DEMO_SECRETS } from '../../src/demo/kaltura/index.js'
import { selectFlavors } from '../../src/flavors/select.js'
import { makeKsV2 } from '../../src/viewer/ks.js'
import { settledAnswer } from '../helpers/demo.js'
import { BASE, flavorIdsIn, USER_AGENTS, withGateway } from '../helpers/gateway.js'

const { partner } = SHIPPED_RULE_SET
const ask = (target: string, headers: Record<string, string> = {}) =>
  predict(SHIPPED_RULE_SET, { target, headers, trusted: false, scheme: 'http', now: Date.now() })

t.test('what is predicted is what a running gateway decides', async (t) => {
  const lines: { url: string; format: string; device: string; rule: string | null }[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      const line = JSON.parse(String(chunk))
      if (line.status !== undefined) lines.push(line)
      done()
    }
  })
  const { ask: request, catalog } = await withGateway(t, { logger: pino({ level: 'info' }, stream) })
  const entry = DEMO_ENTRIES.public
  const ks = makeKsV2({
    partnerId: 101,
    secret: DEMO_SECRETS.main.adminSecret,
    userId: 'x',
    type: 0,
    expiry: Math.floor(Date.now() / 1000) + 600,
    privileges: 'sview:*'
  })
  t.ok(catalog.entry(entry))
  let refused = 0
  for (const rest of [
    `/entryId/${entry}/format/auto`,
    `/entryId/${entry}/format/applehttp/protocol/https`,
    `/entryId/${entry}`,
    `/entryId/${entry}/format/mpegdash`,
    `/entryId/${entry}/format/auto/flavorIds/0_x`,
    `/entryId/${entry}/format/auto?kt=0123456789012345678901234567890123456789`,
    `/entryId/${entry}/format/auto?device=android-2`,
    `/entryId/${entry}/format/auto?ks=${ks}`,
    `/entryId/${entry}/format/auto?signature=x`,
    `/entryId/${entry}/format/auto/device/ipadd`,
    `/entryId/${entry}/format/auto/protocol/javascript`,
    `/entryId/${entry}/format/auto/maxBitrate/x`,
    `/entryId/${entry}/format/auto/expiry/1`,
    `/entryId/${entry}/flavorId/a%22b`,
    `/entryId/%2F`,
    `/format/auto`,
    `/referenceId/demo-video/format/auto`,
    `/referenceId/a,b/format/auto`,
    `?format[]=auto`
  ]) {
    for (const userAgent of [...Object.values(USER_AGENTS), '']) {
      const headers = { 'user-agent': userAgent }
      const prediction = ask(BASE + rest, headers)
      const answer = await request(BASE + rest, headers)
      const logged = lines.pop()
      const { decided } = prediction!
      const told = `${rest} ${userAgent}`
      if (decided.problem !== null) {
        refused++
        t.ok(answer.status >= 400, told)
        t.equal(JSON.parse(answer.body).code, decided.problem, told)
      } else {
        t.ok(answer.status < 400, told)
        const { format, device, rule } = decided as never
        t.match(logged, { format, device, rule }, told)
      }
    }
  }
  t.ok(refused > 30)
  const other = '/p/999/playManifest/entryId/x/format/auto'
  const code = predict(
    { ...SHIPPED_RULE_SET, partner: () => null },
    { target: other, headers: {}, trusted: false, scheme: 'http', now: 0 }
  )
  t.match(JSON.parse((await request(other)).body), { code: code?.decided.problem })
})

t.test('the flavors that are predicted are those of the manifest', async (t) => {
  const { gatewayUrl, catalog } = await withGateway(t)
  const entry = DEMO_ENTRIES.public
  const flavors = catalog.flavorsOf(entry)
  for (const [name, userAgent] of Object.entries(USER_AGENTS)) {
    const target = `${BASE}/entryId/${entry}/format/auto/protocol/http`
    const prediction = ask(target, { 'user-agent': userAgent })
    if (prediction === null || !('plan' in prediction)) return t.fail('it is decided')
    const { gets } = predictFlavors(prediction, flavors)
    const { body, headers } = await settledAnswer(gatewayUrl + target, { 'user-agent': userAgent })
    const found = new Set(flavorIdsIn(body === '' ? (headers.get('location') ?? '') : body))
    t.strictSame([...found].sort(), gets?.toSorted(), name)
    t.ok(found.size > 0, name)
  }
})

t.test('audio that Kaltura adds is cut from playlists that are served here, and from nothing else', async (t) => {
  const rules = (format: string, delivery: string) => `
rules:
  - name: Pictures
    when: {}
    then: { format: ${format}, tags: [[ipadnew]], excludeAudioOnly: true, delivery: ${delivery} }
`
  for (const [format, delivery, gets] of [
    ['applehttp', 'mirror', 3],
    ['applehttp', 'redirect', 4],
    ['mpegdash', 'mirror', 4]
  ] as const) {
    const text = rules(format, delivery)
    const file = `${t.testdir({ 'gateway.yaml': text })}/gateway.yaml`
    const { gatewayUrl, catalog } = await withGateway(t, { configFile: file })
    const ruleSet = readRuleSet(file, text)
    const target = `${BASE}/entryId/${DEMO_ENTRIES.public}/format/auto/protocol/http`
    const prediction = predict(ruleSet, { target, headers: {}, trusted: false, scheme: 'http', now: Date.now() })
    if (prediction === null || !('plan' in prediction)) return t.fail('it is decided')
    const predicted = predictFlavors(prediction, catalog.flavorsOf(DEMO_ENTRIES.public)).gets
    const { body, headers } = await settledAnswer(gatewayUrl + target)
    const location = headers.get('location') ?? ''
    const got = location.includes('/playManifest/') ? await (await fetch(location)).text() : location || body
    t.strictSame([...new Set(flavorIdsIn(got))].sort(), predicted?.toSorted(), `${format} ${delivery}`)
    t.equal(predicted?.length, gets)
  }
})

t.test('an alias stands for its entry, whatever its name', async (t) => {
  const text = `
partners: [{ id: 101, aliases: { home: 0_abc, constructor: 0_abc } }]
rules:
  - { name: This one, when: { entry: 0_abc }, then: { format: mpegdash } }
  - { name: Others, when: {}, then: {} }
`
  const set = readRuleSet('gateway.yaml', text)
  for (const [name, rule] of [
    ['home', 'This one'],
    ['constructor', 'This one'],
    ['toString', 'Others'],
    ['__proto__', 'Others']
  ] as const) {
    const target = `${BASE}/referenceId/${name}/format/auto`
    t.match(predict(set, { target, headers: {}, trusted: false, scheme: 'https', now: 0 }), { decided: { rule } }, name)
  }
})

t.test('what only secrets could tell is taken for good, and grants are for nobody to predict', async (t) => {
  const at = `${BASE}/entryId/0_abc`
  t.equal(ask(`${at}?grant=x`), null)
  const required = (id: number) => ({ ...partner(id)!, signedLinks: 'required' as const })
  const signed = (target: string) =>
    predict({ ...SHIPPED_RULE_SET, partner: required }, { target, headers: {}, trusted: false, scheme: 'http', now: 0 })
  t.match(signed(at), { decided: { problem: 'SIGNATURE_MISSING' } })
  t.match(signed(`${at}?signature=x`), { decided: { problem: null } })
  t.match(signed(`${at}?kt=${'a'.repeat(40)}`), { decided: { problem: null, untouched: /kt/ } })
  t.match(signed(`${at}?kt=x`), { decided: { problem: 'SIGNATURE_MISSING' } })
  t.match(ask(`${BASE}/format/auto`, { 'x-kaltura-ks': 'x' }), { decided: { problem: null } })
})

t.test('a link that names its entry by a reference id is decided by the rules as any other', async (t) => {
  const at = `${BASE}/referenceId/our-own/format/auto`
  const headers = { 'user-agent': USER_AGENTS.ipad }
  t.match(ask(at, headers), { decided: { problem: null, rule: 'iPad', format: 'applehttp' } })
  const text = `
partners: [{ id: 101, aliases: { our-own: 0_mine } }]
rules:
  - { name: mine, when: { entry: 0_mine, format: auto }, then: { format: mpegdash } }
  - { name: kids, when: { entryTags: kids, format: auto }, then: { format: url } }
`
  const asked = { target: at, headers, trusted: false, scheme: 'http' as const, now: 0 }
  t.match(predict(readRuleSet('f.yaml', text), asked), { decided: { rule: 'mine', format: 'mpegdash' } })
  const entry = (id: string) => (id === '' ? { tags: ['kids'], categories: [], categoryIds: [] } : null)
  const other = predict(readRuleSet('f.yaml', text), { ...asked, target: at.replace('our-own', 'other'), entry })
  t.match(other, { decided: { rule: 'kids', format: 'url' } }, 'an id that nobody knows matches no rule on ids')
  t.match(ask(`${at}/entryId/0_a`), { decided: { problem: 'BAD_REFERENCE' } })
})

t.test('for what goes to Kaltura as it is no entry is looked up', async (t) => {
  const text = 'rules: [{ name: kids, when: { entryTags: kids, format: auto }, then: { format: mpegdash } }]'
  const entry = () => ({ tags: ['kids'], categories: [], categoryIds: [] })
  const target = `${BASE}/entryId/0_a/format/auto`
  const asked = { target, headers: {}, trusted: false, scheme: 'http' as const, now: 0, entry }
  t.match(predict(readRuleSet('f.yaml', text), asked), { decided: { format: 'mpegdash' } })
  const bytes = { ...asked, target: `${target}/clientTag/%FF` }
  t.match(predict(readRuleSet('f.yaml', text), bytes), { decided: { format: 'url', untouched: /UTF-8/ } })
})

t.test('flavors that nothing fits are Kaltura\u2019s own refusal', async (t) => {
  const prediction = ask(`${BASE}/entryId/0_abc/format/applehttp/tags/nothing`)
  if (prediction === null || !('plan' in prediction)) return t.fail('it is decided')
  t.strictSame(predictFlavors(prediction, []), { flavorIds: null, gets: null })
  t.equal(selectFlavors({ flavors: [], params: {} }).ok, false)
})
