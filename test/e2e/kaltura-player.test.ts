import t from 'tap'
import { DEMO_ENTRIES, DEMO_SECRETS } from '../../src/demo/kaltura/index.js'
import { makeKsV2 } from '../../src/viewer/ks.js'
import { withPage } from '../helpers/browser.js'
import { withGateway } from '../helpers/gateway.js'
import { kalturaPlayerSite, loadInPlayer, type PlayerCase, playsInPlayer } from '../helpers/kaltura-player.js'
import { packages } from '../helpers/require-program.js'

const ks = makeKsV2({
  partnerId: 101,
  secret: DEMO_SECRETS.main.adminSecret,
  userId: 'someone',
  type: 0,
  expiry: 4e9,
  privileges: 'sview:*'
})

const CASES: readonly (Omit<PlayerCase, 'serviceUrl'> & { name: string; asks: string })[] = [
  { name: 'HLS', entryId: DEMO_ENTRIES.public, format: 'hls', asks: 'applehttp' },
  { name: 'DASH', entryId: DEMO_ENTRIES.public, format: 'dash', asks: 'mpegdash' },
  { name: 'progressive', entryId: DEMO_ENTRIES.public, format: 'progressive', asks: 'url' },
  { name: 'HLS with a KS', entryId: DEMO_ENTRIES.ksProtected, format: 'hls', asks: 'applehttp', ks },
  { name: 'DASH with a KS', entryId: DEMO_ENTRIES.ksProtected, format: 'dash', asks: 'mpegdash', ks },
  { name: 'progressive with a KS', entryId: DEMO_ENTRIES.ksProtected, format: 'progressive', asks: 'url', ks }
]

const CONFIG = { 'gateway.yaml': 'partners:\n  - id: 101\n    apiPassthrough: player\n' }

t.test('the Kaltura Player plays, pointed at the gateway by its serviceUrl alone', async (t) => {
  const modules = packages(t, 'test/kaltura-player')
  if (modules === null) return
  const site = await kalturaPlayerSite(t, modules)
  const { gatewayUrl, state } = await withGateway(t, {
    configFile: `${t.testdir(CONFIG)}/gateway.yaml`,
    patience: 20_000
  })
  await withPage(t, async (page) => {
    let asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    for (const { name, asks, ...given } of CASES) {
      asked = []
      const failure = await loadInPlayer(page, site, { serviceUrl: `${gatewayUrl}/api_v3`, ...given })
      t.equal(failure, null, `${name} loads`)
      await playsInPlayer(page)
      const api = asked.filter((url) => url.includes('/api_v3'))
      t.ok(api.length > 0)
      t.ok(
        api.every((url) => url.startsWith(`${gatewayUrl}/api_v3/service/`)),
        `${name}: the API is asked at the gateway`
      )
      const first = asked.find((url) => url.includes('/playManifest/')) ?? ''
      t.match(first, `${gatewayUrl}/p/101/sp/10100/playManifest/entryId/${given.entryId}/`, `${name}: at the gateway`)
      t.match(first, `/format/${asks}/`)
      t.equal(first.includes(`/ks/${ks}/`), given.ks !== undefined)
      const elsewhere = asked.filter((url) => url.includes('/playManifest/') && !url.startsWith(gatewayUrl))
      if (given.ks === undefined) t.same(elsewhere, [], `${name}: the player is not sent to Kaltura`)
      t.pass(`${name} plays past 3 s`)
    }
    const failure = await loadInPlayer(page, site, {
      serviceUrl: `${gatewayUrl}/api_v3`,
      entryId: DEMO_ENTRIES.ksProtected,
      format: 'hls'
    })
    t.match(failure, /KalturaAccessControlBlockAction|"type":1/, 'without a KS the player is told that it may not play')
  })
  t.ok(state.calls.log.some(({ actions }) => actions.includes('baseentry.getplaybackcontext')))
})
