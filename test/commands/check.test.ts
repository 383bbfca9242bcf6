import t from 'tap'
import { runCheck } from '../../src/commands/check.js'
import { runCli, runHere } from '../helpers/command.js'

const KEY = Buffer.alloc(32, 7).toString('base64')
const SECRETS = {
  KALTURA_ADMIN_SECRET: 'a-secret-of-kaltura',
  ADMIN_TOKEN: 'a-token-of-the-admin-side',
  SIGNING_KEYS: `k1:${KEY}`,
  GRANT_KEYS: `g1:${Buffer.alloc(32, 8).toString('base64')}`,
  REDIS_URL: 'redis://user:a-password@cache:6379',
  KALTURA_REMOTE_ADDR_SALT: 'a-salt-of-kaltura'
}
const VALUES = [...Object.values(SECRETS), KEY, 'a-password']
const ENV = { KALTURA_SERVICE_URL: 'https://www.kaltura.com', KALTURA_PARTNER_ID: '101' }

t.test('a usable configuration is told in words and as JSON, without a secret', async (t) => {
  const files = {
    'gateway.yaml': `partners:
  - id: 102
    delivery: proxy
    viewerProxy: true
hosts:
  allowed: ['*.akamaized.net']
cdnUrls: { de: 'https://de.example/' }
rules:
  - name: Only one
    when: { format: auto }
    then: { format: applehttp }
`
  }
  const env = { ...ENV, ...SECRETS, KALTURA_SHARE_PUBLIC: 'true' }
  const words = await runHere(runCheck, ['gateway.yaml'], env, { files })
  t.match(words, { status: 0, err: '' })
  t.match(words.out, /Partner 102 .*no credential.*delivery proxy.*viewer proxy/)
  t.match(words.out, /Partner 101 .*admin secret, shares what is public/)
  t.match(words.out, /or by rule to de +https:\/\/de\.example\n/)
  t.match(words.out, /Hosts allowed +www\.kaltura\.com, de\.example, \*\.akamaized\.net\n/)
  t.match(words.out, /Rules +1, of the file: Only one\n/)
  t.match(words.out, /Shared tier +1 node\n/)
  t.match(words.out, /\nUsable\.\n$/)
  const { status, out } = await runHere(runCheck, ['gateway.yaml', '--json'], env, { files })
  t.equal(status, 0)
  t.match(JSON.parse(out), {
    ok: true,
    file: 'gateway.yaml',
    cdnUrls: { de: 'https://de.example' },
    rules: { count: 1, shipped: false, names: ['Only one'] },
    partners: [
      { id: 102, credential: null },
      { id: 101, credential: 'admin secret' }
    ],
    signingKeys: ['k1'],
    warnings: []
  })
  for (const value of VALUES) t.notOk(words.out.includes(value) || out.includes(value), value)
})

t.test('warnings are told, and CONFIG_FILE is read when no file is named', async (t) => {
  const files = { 'a.yaml': 'partners: [{ id: 102, sharePublic: true }]\n' }
  const { status, out } = await runHere(runCheck, [], { ...ENV, CONFIG_FILE: 'a.yaml' }, { files })
  t.equal(status, 0)
  t.match(out, /File +a\.yaml\n/)
  t.match(out, /Warning: Partner 102: sharing is stated.*\nUsable, with 1 warning\.\n$/)
  const bare = await runHere(runCheck, [], ENV)
  t.match(bare.out, /File +none; the environment alone\n/)
  t.match(bare.out, /Rules +6, the shipped ones: iPad; /)
  t.notMatch(bare.out, /\u001b/)
  t.match((await runHere(runCheck, [], ENV, { colours: true })).out, /\u001b\[32mUsable\.\u001b\[0m/)
})

t.test('every problem is told with its place, and the status is 1', async (t) => {
  const files = {
    'bad.yaml':
      'partners:\n  - id: 102\n    delivary: proxy\nrules:\n  - name: x\n    when: { device: ipadd }\n    then: {}\n'
  }
  const words = await runHere(runCheck, ['bad.yaml'], { ...ENV, PORT: 'many' }, { files })
  t.equal(words.status, 1)
  t.match(words.out, /^bad\.yaml:3: \/partners\/0\/delivary is not a known key; right would be one of /m)
  t.match(words.out, /^bad\.yaml:6: \/rules\/0\/when\/device must be one of ipad, /m)
  t.match(words.out, /^PORT is "many"; right would be/m)
  t.match(words.out, /\nNot usable: 3 problems\.\n$/)
  const { status, out } = await runHere(runCheck, ['bad.yaml', '--json'], { ...ENV, PORT: 'many' }, { files })
  t.equal(status, 1)
  t.match(JSON.parse(out), {
    ok: false,
    problems: [
      { file: 'bad.yaml', line: 3 },
      { file: 'bad.yaml', line: 6 },
      { file: null, line: null, message: /^PORT/ }
    ]
  })
  const wrong = { ...ENV, ...SECRETS, SIGNING_KEYS: 'k1:short-secret', ADMIN_TOKEN: 'too-short' }
  const said = (await runHere(runCheck, [], wrong)).out
  t.match(said, /SIGNING_KEYS cannot be read/)
  for (const value of [...VALUES.slice(4), 'short-secret', 'too-short']) t.notOk(said.includes(value), value)
})

t.test('the command as it is run', async (t) => {
  const folder = t.testdir({ 'good.yaml': 'delivery: redirect\n', 'bad.yaml': 'delivery: [\n' })
  const good = await runCli(['check', `${folder}/good.yaml`], ENV)
  t.match(good, { status: 0, err: '', out: /delivery redirect/ })
  t.match(await runCli(['check', `${folder}/bad.yaml`], ENV), { status: 1, err: '', out: /bad\.yaml:2: / })
  t.match(await runCli(['check', 'a', 'b']), {
    status: 1,
    out: '',
    err: /^check takes one file; see check --help\.\n$/
  })
  t.match(await runCli(['check', '--nonsense']), {
    status: 1,
    out: '',
    err: /nonsense.*\nSee playmanifest-gateway check --help/
  })
  t.match(await runCli(['check', '--help']), { status: 0, err: '', out: /Examples:/ })
  t.match(await runCli(['chekc']), { status: 1, out: '', err: /no command "chekc".*check/ })
})
