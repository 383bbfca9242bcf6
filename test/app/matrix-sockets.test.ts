import { Agent } from 'node:http'
import t from 'tap'
import { DEMO_ENTRIES, DEMO_SECRETS, DEMO_SITE, demoCatalog, issueKs } from '../../src/demo/kaltura/index.js'
import { withDemo } from '../helpers/demo.js'
import { askRaw, BASE } from '../helpers/gateway.js'
import { gainOf } from '../matrix/gain.js'
import { judge } from '../matrix/judge.js'
import { tellsOf } from '../matrix/security-doc.js'

/**
 * The matrix in small over real connections, since an address is what a socket says: viewers come from several addresses
 * of the loopback network and follow redirects to Kaltura from there. One network is allowed in turn: that of a viewer, and
 * that of the gateway itself, to which Kaltura would then give what it refuses to the viewers.
 */

const FORMATS = ['url/protocol/http/a.mp4', 'applehttp/protocol/http/a.m3u8', 'mpegdash/protocol/http/manifest.mpd']
const GATEWAY_ADDRESS = '127.0.0.1'
const VIEWER_ADDRESSES = ['127.0.0.2', '127.0.0.3']

interface Caller {
  address: string
  headers: Record<string, string>
  query: string
}

/** Anonymous, from the allowed page, with a session for all entries in query and header. */
function callers(): Caller[] {
  const ks = issueKs(
    { id: 101, subpId: 10100, status: 1, ...DEMO_SECRETS.main },
    { type: 0, userId: 'ann', expiry: Math.floor(Date.now() / 1000) + 3600, privileges: 'sview:*' }
  )
  return VIEWER_ADDRESSES.flatMap((address) => [
    { address, headers: {}, query: '' },
    { address, headers: { 'x-forwarded-for': GATEWAY_ADDRESS }, query: '' },
    { address, headers: { referer: `https://${DEMO_SITE}/page` }, query: '' },
    { address, headers: {}, query: `?ks=${ks}` },
    { address, headers: { 'x-kaltura-ks': ks }, query: '' }
  ])
}

const counts = { cells: 0, wrong: [] as string[], less: [] as string[], given: 0 }

for (const allowed of [GATEWAY_ADDRESS, '127.0.0.2']) {
  for (const delivery of ['mirror', 'proxy']) {
    t.test(`${allowed} may play what is bound to an address; ${delivery}`, async (t) => {
      const catalog = demoCatalog({ allowedRange: `${allowed}/32` })
      const { gatewayUrl, kalturaUrl } = await withDemo(t, { catalog, env: { DELIVERY: delivery } })
      const agents = new Map(VIEWER_ADDRESSES.map((address) => [address, new Agent({ keepAlive: true })]))
      t.teardown(() => {
        for (const agent of agents.values()) agent.destroy()
      })
      const ask = (base: string, path: string, { address, headers }: Caller) =>
        askRaw(base, path, { headers, localAddress: address, agent: agents.get(address)! })
      for (const entryId of Object.values(DEMO_ENTRIES)) {
        for (const format of FORMATS) {
          for (const caller of [...callers(), ...callers().reverse()]) {
            const path = `${BASE}/entryId/${entryId}/format/${format}${caller.query}`
            const direct = gainOf(await ask(kalturaUrl, path, caller))
            let reply = await ask(gatewayUrl, path, caller)
            if (reply.headers.location?.startsWith(`${kalturaUrl}/`))
              reply = await ask(kalturaUrl, reply.location, caller)
            const through = gainOf(reply)
            const { more, less } = judge(through, direct, delivery === 'proxy' ? [] : null)
            const cell = `${allowed} | ${delivery} | ${caller.address} | ${path}`
            counts.cells++
            if (through.kind === 'given') counts.given++
            counts.wrong.push(...more.map((what) => `${cell} | ${what}`))
            if (less && entryId !== DEMO_ENTRIES.otherPartner) counts.less.push(cell)
          }
        }
      }
    })
  }
}

t.test('nobody got more, and what may be played was', async (t) => {
  t.strictSame(counts.wrong.slice(0, 20), [], `${counts.wrong.length} of ${counts.cells} cells give more than Kaltura`)
  t.strictSame(counts.less.slice(0, 20), [])
  t.ok(counts.given > counts.cells / 4, `${counts.given} cells were given something`)
  tellsOf(t, 'Over sockets, from several addresses', counts.cells, counts.wrong.length)
})
