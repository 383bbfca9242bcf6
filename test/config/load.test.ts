import t from 'tap'
import { ConfigError } from '../../src/config/config.js'
import { loadConfig } from '../../src/config/load.js'
import { SHIPPED_RULES } from '../../src/rules/shipped.js'

const MINIMAL = { KALTURA_SERVICE_URL: 'https://www.kaltura.com/', KALTURA_PARTNER_ID: '101' }

function problems(env: Record<string, string>, files: Record<string, string> = {}): readonly string[] {
  try {
    loadConfig(env, read(files))
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

function read(files: Record<string, string>) {
  return (path: string) => {
    const text = files[path]
    if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
    return text
  }
}

t.test('two variables are enough; everything else has the default of the contract', async (t) => {
  const config = loadConfig(MINIMAL)
  t.match(config, {
    host: '127.0.0.1',
    port: 3000,
    serviceUrl: 'https://www.kaltura.com',
    cdnUrl: 'https://www.kaltura.com',
    publicUrl: null,
    upstreamTimeout: 3000,
    catalogPatience: 250,
    rateLimits: { client: 3000 },
    trustProxy: [],
    logLevel: 'info',
    rules: SHIPPED_RULES,
    cache: {
      catalog: 60_000,
      target: 60_000,
      staleWhileRevalidate: 30_000,
      staleIfError: 3_600_000,
      templateStaleIfError: 86_400_000
    }
  })
  t.match(config.partners.get(101), {
    adminSecrets: [],
    appToken: null,
    sharePublic: false,
    ksUriRestrict: 'possible',
    delivery: 'mirror'
  })
  t.strictSame(config.warnings, [])
})

t.test('every variable is read', async (t) => {
  const config = loadConfig({
    ...MINIMAL,
    HOST: '0.0.0.0',
    PORT: '8080',
    KALTURA_CDN_URL: 'https://cdnapisec.kaltura.com/base/',
    KALTURA_ADMIN_SECRET: 'new, old',
    KALTURA_SHARE_PUBLIC: 'true',
    ALLOWED_HOSTS: 'cdn.example.com, *.akamaized.net',
    DELIVERY: 'proxy',
    PUBLIC_URL: 'https://play.example.com',
    CACHE_TTL: '1.5',
    UPSTREAM_TIMEOUT_MS: '500',
    RATE_LIMIT: '0',
    TRUST_PROXY: '10.0.0.0/8, ::1, loopback',
    LOG_LEVEL: 'warn'
  })
  t.match(config, {
    host: '0.0.0.0',
    port: 8080,
    cdnUrl: 'https://cdnapisec.kaltura.com/base',
    publicUrl: 'https://play.example.com',
    upstreamTimeout: 500,
    rateLimits: { client: 0 },
    trustProxy: ['10.0.0.0/8', '::1', 'loopback'],
    logLevel: 'warn',
    cache: { catalog: 1500, target: 1500, template: 1500, negative: 1500 }
  })
  t.match(config.partners.get(101), { adminSecrets: ['new', 'old'], sharePublic: true, delivery: 'proxy' })
  t.equal(config.hosts.match(new URL('https://x.akamaized.net/')), 'wildcard')
})

t.test('an empty text counts as unset', async (t) => {
  t.equal(loadConfig({ ...MINIMAL, PORT: '', LOG_LEVEL: ' ' }).port, 3000)
  t.match(problems({ KALTURA_SERVICE_URL: '', KALTURA_PARTNER_ID: '' }), [
    /KALTURA_SERVICE_URL is not set/,
    /KALTURA_PARTNER_ID is not set/
  ])
})

t.test('a wrong value stops the start with its name, what was given and what would be right', async (t) => {
  for (const [name, value, message] of [
    ['PORT', '70000', /PORT is "70000"; right would be a whole number from 0 to 65535/],
    ['PORT', '80a', /PORT is "80a"/],
    ['KALTURA_SERVICE_URL', 'kaltura.com', /KALTURA_SERVICE_URL is "kaltura\.com"; right would be a URL/],
    ['KALTURA_SERVICE_URL', 'ftp://x', /http:\/\/ or https:\/\//],
    ['KALTURA_CDN_URL', 'https://a:b@x', /without user name/],
    ['KALTURA_PARTNER_ID', '0', /KALTURA_PARTNER_ID is "0"/],
    ['KALTURA_SHARE_PUBLIC', 'maybe', /true or false/],
    ['ALLOWED_HOSTS', 'https://x', /ALLOWED_HOSTS is "https:\/\/x"; right would be hosts such as/],
    ['DELIVERY', 'teleport', /one of mirror, redirect, proxy/],
    ['CACHE_TTL', '-1', /seconds from 0/],
    ['UPSTREAM_TIMEOUT_MS', '0', /from 1 to 60000/],
    ['RATE_LIMIT', '1e9', /whole number/],
    ['TRUST_PROXY', '10.0.0.0/99', /ranges such as/],
    ['TRUST_PROXY', 'proxy.local', /ranges such as/],
    ['LOG_LEVEL', 'loud', /one of fatal/],
    ['KALTURA_APP_TOKEN_ID', '1_x', /belong together/],
    ['PUBLIC_URL', 'https://www.kaltura.com/x', /also the host of KALTURA_SERVICE_URL/]
  ] as const) {
    t.match(problems({ ...MINIMAL, [name]: value })[0], message, `${name}=${value}`)
  }
})

t.test('a password in a URL is not repeated', async (t) => {
  t.notMatch(problems({ ...MINIMAL, KALTURA_SERVICE_URL: 'https://u:hunter2@x' })[0], /hunter2/)
})

t.test('all mistakes are told at once', async (t) => {
  t.equal(problems({ ...MINIMAL, PORT: 'x', DELIVERY: 'y', CACHE_TTL: 'z' }).length, 3)
})

t.test('secrets come from files too, and are never repeated', async (t) => {
  const files = { '/run/secret': ' s3cret \n', '/run/empty': '\n' }
  const config = loadConfig({ ...MINIMAL, KALTURA_ADMIN_SECRET_FILE: '/run/secret' }, read(files))
  t.strictSame(config.partners.get(101)?.adminSecrets, ['s3cret'])
  t.match(problems({ ...MINIMAL, KALTURA_ADMIN_SECRET_FILE: '/nope' }, files), [
    /KALTURA_ADMIN_SECRET_FILE names "\/nope", which cannot be read \(ENOENT\)/
  ])
  t.match(problems({ ...MINIMAL, KALTURA_ADMIN_SECRET_FILE: '/run/empty' }, files), [/which is empty/])
  const both = problems({ ...MINIMAL, KALTURA_ADMIN_SECRET: 'abc', KALTURA_ADMIN_SECRET_FILE: '/run/secret' }, files)
  t.match(both, [/both set/])
  t.notMatch(both.join(), /abc|s3cret/)
})

t.test('what is allowed and probably not meant is a warning', async (t) => {
  t.match(loadConfig({ ...MINIMAL, KALTURA_SERVICE_URL: 'http://127.0.0.1:81' }).warnings, [
    /over http/,
    /private address/
  ])
  t.match(loadConfig({ ...MINIMAL, KALTURA_SHARE_PUBLIC: '1' }).warnings, [/without a credential/])
})

t.test('the file lists partners, hosts, lives and rules; the environment wins', async (t) => {
  const file = `
partners:
  - id: 101
    adminSecretFile: /run/k101
    sharePublic: true
    ksUriRestrict: never
    upgradeInsecure: true
    otherPartnersEntries: redirect
    delivery: redirect
  - id: 102
hosts: { allowed: [cdn.example.com, "*.akamaized.net"] }
delivery: proxy
patience: { catalog: 100ms, target: 2s }
cache: { maxBytes: 64MiB, catalog: 30s, target: 10, staleIfError: 2h, templateStaleIfError: 1d }
rules:
  - name: All in HLS
    when: { format: auto }
    then: { format: applehttp }
`
  const env = { KALTURA_SERVICE_URL: 'https://www.kaltura.com', CONFIG_FILE: 'g.yaml' }
  const config = loadConfig(env, read({ 'g.yaml': file, '/run/k101': 'a,b' }))
  t.match(config.partners.get(101), {
    adminSecrets: ['a', 'b'],
    sharePublic: true,
    ksUriRestrict: 'never',
    upgradeInsecure: true,
    otherPartnersEntries: 'redirect',
    delivery: 'redirect'
  })
  t.match(config.partners.get(102), { adminSecrets: [], sharePublic: false, delivery: 'proxy' })
  t.match(config.cache, {
    maxBytes: 64 * 1024 ** 2,
    catalog: 30_000,
    target: 10_000,
    staleIfError: 7_200_000,
    templateStaleIfError: 86_400_000
  })
  t.match(config, { catalogPatience: 100, targetPatience: 2000 })
  t.strictSame(
    config.rules.map(({ name }) => name),
    ['All in HLS']
  )
  const over = loadConfig(
    { ...env, KALTURA_PARTNER_ID: '101', KALTURA_ADMIN_SECRET: 'c', CACHE_TTL: '5' },
    read({ 'g.yaml': file, '/run/k101': 'a,b' })
  )
  t.match(over.partners.get(101), { adminSecrets: ['c'], sharePublic: true, upgradeInsecure: true })
  t.equal(over.cache.catalog, 5000, 'CACHE_TTL bounds every life')
})

t.test('a mistake in the file is told with its line', async (t) => {
  const env = { ...MINIMAL, CONFIG_FILE: 'g.yaml' }
  for (const [text, message] of [
    ['delivery: teleport\n', /^g\.yaml:1: \/delivery must be one of mirror, redirect, proxy/],
    ['hosts:\n  allowed:\n    - https://x\n', /^g\.yaml:3: \/hosts\/allowed\/0 is "https:\/\/x"; right would be hosts/],
    ['partners:\n  - id: 101\n    adminSecrt: x\n', /^g\.yaml:3: \/partners\/0\/adminSecrt is not a known key/],
    ['partners:\n  - id: 101\n  - id: 101\n', /^g\.yaml:3: partner 101 stands twice/],
    [
      'rules:\n  - name: x\n    when: {}\n    then: { single: biggest }\n',
      /^g\.yaml:4: .*single must be one of largest, smallest/
    ],
    [
      'rules:\n  - name: x\n    when: { device: ipadd }\n    then: {}\n',
      /^g\.yaml:3: \/rules\/0\/when\/device must be one of ipad, iphone/
    ],
    [
      'rules:\n  - name: x\n    when: {}\n    then: { format: bogus }\n',
      /^g\.yaml:4: .*format must be one of url, download/
    ],
    [
      'a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c, *c, *c]\n',
      /^g\.yaml:1: /
    ],
    ['cache:\n  catalog: soon\n', /^g\.yaml:2: \/cache\/catalog is "soon"; right would be a duration/],
    ['a: [1\n', /^g\.yaml:\d+: /],
    ['- 1\n', /^g\.yaml:1: the file must be object/]
  ] as const) {
    t.match(problems(env, { 'g.yaml': text })[0], message, JSON.stringify(text))
  }
  t.match(problems(env, {})[0], /CONFIG_FILE is "g\.yaml", which cannot be read \(ENOENT\)/)
  t.strictSame(problems(env, { 'g.yaml': '' }), [], 'an empty file is fine')
})

t.test('apiPassthrough: off, player, or a list; only where addresses do not matter or reach Kaltura', async (t) => {
  const env = { ...MINIMAL, CONFIG_FILE: 'gateway.yaml' }
  const partner = (text: string, over: Record<string, string> = {}) =>
    loadConfig({ ...env, ...over }, read({ 'gateway.yaml': `partners:\n  - id: 101\n${text}` })).partners.get(101)
  const wrong = (text: string) => problems(env, { 'gateway.yaml': `partners:\n  - id: 101\n${text}` })
  t.match(loadConfig(MINIMAL).partners.get(101), { apiPassthrough: [], forwardedFor: 'ignored' })
  t.same(partner('    apiPassthrough: off\n')?.apiPassthrough, [])
  const player = partner('    sharePublic: true\n    apiPassthrough: player\n')
  t.ok(player?.apiPassthrough.includes('baseentry.getplaybackcontext'))
  t.match(partner('    forwardedFor: trusted\n    apiPassthrough: [baseEntry.get]\n'), {
    apiPassthrough: ['baseentry.get'],
    forwardedFor: 'trusted'
  })
  t.ok(partner('    apiPassthrough: player\n', { KALTURA_SHARE_PUBLIC: 'true' }), 'stated by the variable')
  t.ok(partner('    apiPassthrough: player\n', { KALTURA_REMOTE_ADDR_SALT: 'salt' }), 'the address is signed')
  t.match(wrong('    apiPassthrough: player\n'), [
    /^partner 101: apiPassthrough is on.*sharePublic: true, or forwardedFor/
  ])
  const list = (pairs: string) => wrong(`    sharePublic: true\n    apiPassthrough: ${pairs}\n`)
  t.match(list('[baseEntry.get, flavorAsset.getUrl]'), [
    /^gateway\.yaml:4: \/partners\/0\/apiPassthrough\/1 is "flavorAsset\.getUrl"; right would be an action that makes/
  ])
  t.match(list('[session.start, x]'), [/session\.start/, /"x"; right would be a pair such as baseEntry\.list/])
  t.equal(list('everything').length, 1)
})

const KEY = Buffer.alloc(32, 7).toString('base64')
const OTHER = Buffer.alloc(32, 8).toString('base64')

t.test('keys, the admin side, limits and the shared tier are read', async (t) => {
  const config = loadConfig({
    ...MINIMAL,
    SIGNING_KEYS: `new:${KEY}, old:${OTHER}`,
    REDIS_URL: 'redis://a:1,rediss://:pass@b:2',
    RATE_LIMIT: '100'
  })
  t.same(
    config.signingKeys.map(({ id, key }) => [id, key.length]),
    [
      ['new', 32],
      ['old', 32]
    ]
  )
  t.equal(config.partners.get(101)?.signedLinks, 'optional', 'a signature is checked where it is given')
  t.same(config.redisUrls, ['redis://a:1', 'rediss://:pass@b:2'])
  t.same(config.rateLimits, { client: 100, partner: 10_000, misses: 50, errors: 20, signatures: 2 })
  t.same(config.admin, { host: '127.0.0.1', port: 3001, token: null })
  t.equal(loadConfig({ ...MINIMAL, ADMIN_PORT: 'off' }).admin, null)
  t.same(loadConfig({ ...MINIMAL, HOST: '0.0.0.0' }).admin?.host, '127.0.0.1', 'without a token only loopback')
  t.same(loadConfig({ ...MINIMAL, HOST: '0.0.0.0', ADMIN_TOKEN: 'x'.repeat(16) }).admin, {
    host: '0.0.0.0',
    port: 3001,
    token: 'x'.repeat(16)
  })
  const none = { client: 0, partner: 0, misses: 0, errors: 0, signatures: 0 }
  t.same(loadConfig({ ...MINIMAL, RATE_LIMIT: '0' }).rateLimits, none)
  t.equal(loadConfig({ ...MINIMAL }).partners.get(101)?.signedLinks, 'off')
})

t.test('a wrong key, node or token is told without being repeated', async (t) => {
  for (const keys of ['a', `a:${KEY},a:${OTHER}`, 'a:c2hvcnQ=', `a b:${KEY}`, ',']) {
    const told = problems({ ...MINIMAL, SIGNING_KEYS: keys })
    t.match(told, [/SIGNING_KEYS cannot be read; right would be id:base64key/], keys)
    if (keys.length > 3) t.notMatch(told.join(), keys)
  }
  for (const url of ['http://user:secret@x', 'redis://:sec%ret@x', 'redis://a,redis://user%FF:secret@x']) {
    t.match(problems({ ...MINIMAL, REDIS_URL: url }), [/^REDIS_URL cannot be read; right would be URLs/], url)
  }
  t.match(problems({ ...MINIMAL, ADMIN_TOKEN: 'short' }), [/ADMIN_TOKEN is shorter/])
  t.match(problems({ ...MINIMAL, ADMIN_PORT: 'x' }), [/ADMIN_PORT is "x"; right would be .* or off/])
})

t.test('options of a partner that need what is not there stop the start', async (t) => {
  const partner = (lines: string) => ({ '/c.yaml': `partners:\n  - id: 101\n    ${lines}\n` })
  const env = { KALTURA_SERVICE_URL: 'https://k.example', CONFIG_FILE: '/c.yaml' }
  t.match(problems(env, partner('signedLinks: required')), [/signedLinks is required, but SIGNING_KEYS is not set/])
  t.match(problems(env, partner('grants: true')), [/GRANT_KEYS is not set/, /without an admin secret/])
  t.match(problems(env, partner('viewerProxy: true')), [/right would be KALTURA_REMOTE_ADDR_SALT, or forwardedFor/])
  t.match(problems({ ...env, SIGNING_KEYS: `a:${KEY}`, GRANT_KEYS: `b:${KEY}` }, partner('grants: false')), [
    /GRANT_KEYS holds under "b" a key that is in SIGNING_KEYS too/
  ])
  const salted = loadConfig({ ...env, KALTURA_REMOTE_ADDR_SALT: 's' }, read(partner('viewerProxy: true')))
  t.equal(salted.partners.get(101)?.viewerProxy, true)
  t.equal(salted.remoteAddrSalt, 's')
})

t.test('aliases: names that a link may hold, and ids of entries', async (t) => {
  const env = { ...MINIMAL, CONFIG_FILE: 'g.yaml' }
  const file = (aliases: string) => ({ 'g.yaml': `partners:\n  - id: 101\n    aliases:\n      ${aliases}\n` })
  const config = loadConfig(env, read(file('"all hands/2026": 0_abcd1234')))
  t.strictSame([...config.partners.get(101)!.aliases], [['all hands/2026', '0_abcd1234']])
  t.equal(loadConfig(MINIMAL).partners.get(101)?.aliases.size, 0)
  for (const [aliases, message] of [
    ['a: 0_x/../y', /^g\.yaml:4: \/partners\/0\/aliases\/a is "0_x\/\.\.\/y"; right would be an entry id/],
    ['"a,b": 0_x', /^g\.yaml:4: .* right would be a name of letters/],
    ['a: [0_x]', /^g\.yaml:4: /]
  ] as const) {
    t.match(problems(env, file(aliases)), [message], aliases)
  }
})
