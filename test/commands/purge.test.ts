import t from 'tap'
import { runPurge } from '../../src/commands/purge.js'
import { DEMO_ENTRIES, DEMO_SECRETS } from '../../src/demo/kaltura/index.js'
import { runCli, runHere } from '../helpers/command.js'
import { withDemo } from '../helpers/demo.js'
import { BASE, withGateway } from '../helpers/gateway.js'
import { startGateway } from '../helpers/gateway-process.js'

const ENTRY = DEMO_ENTRIES.public
const FILE = `${BASE}/entryId/${ENTRY}/format/url/protocol/http/a.mp4`

t.test('what is named is purged, and nothing else', async (t) => {
  const folder = t.testdir({ 'gateway.yaml': 'patience: { catalog: 20s, target: 20s }\n' })
  const { ask, adminUrl, state } = await withGateway(t, { admin: true, configFile: `${folder}/gateway.yaml` })
  const admin = ['--admin', adminUrl!]
  const purge = (...args: string[]) => runHere(runPurge, [...args, ...admin])
  await ask(FILE)
  t.match(await purge('--entry', '0_nothing1'), { status: 0, err: '', out: /^0 values forgotten\.$/m })
  const { out } = await purge('--entry', ENTRY, '--entry', '0_nothing1', '--soft')
  t.match(
    out,
    /^tier +cache +values\nmemory +reference +0\nmemory +catalog +1\nmemory +target +1\n2 values marked stale\.\n$/
  )
  t.match(JSON.parse((await purge('--partner', '101', '--json')).out), {
    soft: false,
    touched: { memory: { target: 1 } }
  })
  const before = state.calls.api
  await ask(FILE)
  t.equal(state.calls.api, before + 1)
  t.match(await purge('--all'), { status: 0, out: /2 values forgotten/ })
  t.match(await purge('--reference', 'our trailer'), { status: 0 })
})

t.test('nothing is purged by mistake', async (t) => {
  for (const [args, message] of [
    [[], /needs --entry, --partner, --reference or --all/],
    [['--soft'], /needs --entry/],
    [['0_a'], /takes options only/],
    [['--partner', 'x'], /--partner is "x"/],
    [['--partner', ''], /--partner is ""/],
    [['--all', '--admin', 'nothing'], /--admin cannot be used; right would be a URL such as/]
  ] as const)
    await t.rejects(runHere(runPurge, args), { name: 'CommandError', message }, String(message))
  await t.rejects(runHere(runPurge, ['--everything']), { code: 'ERR_PARSE_ARGS_UNKNOWN_OPTION' })
})

t.test('as it is run, before a gateway with a token', async (t) => {
  const demo = await withDemo(t)
  const TOKEN = 'a-token-of-this-test'
  const gateway = await startGateway(t, {
    KALTURA_SERVICE_URL: demo.kalturaUrl,
    KALTURA_PARTNER_ID: '101',
    KALTURA_ADMIN_SECRET: DEMO_SECRETS.main.adminSecret,
    KALTURA_SHARE_PUBLIC: 'true',
    ALLOWED_HOSTS: new URL(demo.cdnUrl).host,
    ADMIN_TOKEN: TOKEN
  })
  const until = Date.now() + 20_000
  // On a slow machine the first answers are redirects, for want of time.
  while (demo.state.calls.playManifest === 0 && Date.now() < until) {
    await fetch(gateway.url + FILE, { redirect: 'manual' })
  }
  const port = new URL(gateway.adminUrl).port
  const { status, out, err } = await runCli(['purge', '--entry', ENTRY], { ADMIN_TOKEN: TOKEN, ADMIN_PORT: port })
  t.match({ status, out, err }, { status: 0, out: /memory +catalog +1/, err: '' })
  t.match(gateway.written(), /"purged"/)
  t.match(await runCli(['purge', '--all'], { ADMIN_PORT: port }), { status: 1, out: '', err: /wants its token/ })
  t.match(await runCli(['purge', '--entry', 'a b', '--admin', gateway.adminUrl], { ADMIN_TOKEN: TOKEN }), {
    status: 1,
    out: '',
    err: /answers 400: entries has to be a list of entry ids/
  })
  t.match(await runCli(['purge', '--help']), { status: 0, out: /Examples:/ })
  t.notMatch(gateway.written(), TOKEN)
  t.equal(await gateway.end(), 0)
})
