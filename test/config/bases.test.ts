import t from 'tap'
import { ConfigError } from '../../src/config/config.js'
import { loadConfig } from '../../src/config/load.js'
import { configFromOptions } from '../../src/config/options.js'
import { RuleReloader } from '../../src/config/reload.js'
import { LiveRules } from '../../src/rules/live-rules.js'

const ENV = { KALTURA_SERVICE_URL: 'https://k.example', KALTURA_PARTNER_ID: '101', CONFIG_FILE: 'g.yaml' }
const load = (file: string, env = {}) => loadConfig({ ...ENV, ...env }, () => file)

function problems(file: string, env = {}): readonly string[] {
  try {
    load(file, env)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

const rule = (then: string) => `rules:\n  - name: it\n    when: {}\n    then: ${then}\n`
const BASES = 'cdnUrls: { de: "https://de.example/x/", fr: "https://fr.example:8443" }\n'

t.test('each base is one more allowed host, written as cdnUrl is', async (t) => {
  const { cdnUrls, cdnUrl, hosts, rules, warnings } = load(`${BASES}${rule('{ cdnUrl: de }')}`)
  t.strictSame(Object.fromEntries(cdnUrls), { de: 'https://de.example/x', fr: 'https://fr.example:8443' })
  t.equal(cdnUrl, 'https://k.example')
  t.equal(rules[0]?.then.cdnUrl, 'de')
  t.strictSame(hosts.names, ['k.example', 'de.example', 'fr.example:8443'])
  t.equal(hosts.match(new URL('https://fr.example:8443/a')), 'exact')
  t.equal(hosts.match(new URL('https://fr.example/a')), null)
  t.same(warnings, [])
  const options = { serviceUrl: 'https://k.example', partners: [{ id: 101 }], cdnUrls: { de: 'https://de.example' } }
  t.equal(configFromOptions(options).cdnUrls.get('de'), 'https://de.example')
})

t.test('mistakes stop the start with their line', async (t) => {
  for (const [file, problem] of [
    ['cdnUrls:\n  de: ftp://de.example\n', /^g\.yaml:2: \/cdnUrls\/de is "ftp:\/\/de\.example"; right would be a URL/],
    ['cdnUrls:\n  de: https://u:p@de.example\n', /without user name and password/],
    ['cdnUrls:\n  de: https://de.example/?a=b\n', /without query and fragment/],
    ['cdnUrls:\n  "a b": https://de.example\n', /^g\.yaml:2: /],
    [`cdnUrls: { ${Array.from({ length: 33 }, (_, n) => `n${n}: "https://${n}.example"`).join(', ')} }\n`, /cdnUrls/],
    [
      rule('{ cdnUrl: de }'),
      /^g\.yaml:4: rule "it" names the base "de", which is not under cdnUrls; right would be a name/
    ],
    [
      `${BASES}${rule('{ cdnUrl: https://evil.example }')}`,
      /:5: rule "it" names the base .*; right would be de, fr\.$/
    ],
    [`${BASES}shadow:\n  ${rule('{ cdnUrl: es }').replaceAll('\n', '\n  ')}`, /:6: rule "it" names the base "es"/],
    [rule('{ deliveryHosts: [] }'), /^g\.yaml:4: .*deliveryHosts must/],
    [
      rule('{ deliveryHosts: ["https://a.example"] }'),
      /^g\.yaml:4: \/rules\/0\/then\/deliveryHosts\/0 is .* right would be hosts such as/
    ],
    [rule('{ deliveryHosts: a.example }'), /deliveryHosts must/]
  ] as const) {
    t.match(problems(file), [problem], file)
  }
  t.match(problems(BASES, { PUBLIC_URL: 'https://de.example/elsewhere' }), [
    /^PUBLIC_URL names de\.example, which is also the host of cdnUrls\.de; right would be the gateway's own host/
  ])
})

t.test('what is probably not meant is a warning', async (t) => {
  const { warnings } = load(
    `cdnUrls: { de: "http://10.0.0.1" }\nhosts: { allowed: [a.example, "*.b.example", c.example:81] }\n` +
      rule('{ deliveryHosts: [a.example, x.b.example, "*.example", "*.c.example", b.example, c.example, k.example] }')
  )
  t.match(warnings, [
    /redirected to http:\/\/10\.0\.0\.1 over http; set cdnUrls\.de to/,
    /private address 10\.0\.0\.1; set cdnUrls\.de to/,
    /Rule "it" has \*\.c\.example among its deliveryHosts/,
    /Rule "it" has b\.example among/,
    /Rule "it" has c\.example among/
  ])
  t.equal(warnings.length, 5)
})

t.test('a reload takes no base over, and no rule that names one which came later', async (t) => {
  const file = { text: BASES + rule('{ cdnUrl: de }') }
  const read = () => file.text
  const config = loadConfig(ENV, read)
  const live = new LiveRules(config)
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const reloader = new RuleReloader(config, { env: ENV, live, log, read })
  file.text = BASES + rule('{ cdnUrl: fr, deliveryHosts: [fr.example] }')
  t.match(reloader.reload('test'), { result: 'replaced', needRestart: [] })
  t.match(live.rules, [{ then: { cdnUrl: 'fr', deliveryHosts: ['fr.example'] } }])
  const more = BASES.replace('}', ', es: "https://es.example" }')
  for (const text of [
    more + rule('{ cdnUrl: es }'),
    `${more}shadow:\n  ${rule('{ cdnUrl: es }').replaceAll('\n', '\n  ')}`
  ]) {
    file.text = text
    t.match(reloader.reload('test'), {
      result: 'failed',
      problems: [/^g\.yaml: rule "it" names the base "es", which was not under cdnUrls at the start; .* restart\.$/]
    })
    t.match(live.rules, [{ then: { cdnUrl: 'fr' } }], 'the old rules stay')
  }
  file.text = more + rule('{ cdnUrl: de }')
  t.match(reloader.reload('test'), { result: 'replaced', needRestart: ['cdnUrls'] })
  file.text = BASES.replace('de.example', 'elsewhere.example') + rule('{ cdnUrl: de, caching: 0 }')
  t.match(reloader.reload('test'), { result: 'replaced', needRestart: ['cdnUrls'] })
  t.equal(config.cdnUrls.get('de'), 'https://de.example/x', 'and the base is the one of the start')
})
