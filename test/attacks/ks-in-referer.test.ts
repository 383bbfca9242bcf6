/** The question: may an address of ours with a KS in it become a Referer? And do site rules still see the page? */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { DEMO_ENTRIES, DEMO_SECRETS } from '../../src/demo/kaltura/index.js'
import { makeKsV2 } from '../../src/viewer/ks.js'
import { withPage } from '../helpers/browser.js'
import { BASE, withGateway } from '../helpers/gateway.js'

const KS = makeKsV2({
  partnerId: 101,
  userId: 'v',
  type: 0,
  expiry: 4_000_000_000,
  privileges: 'sview:*',
  secret: DEMO_SECRETS.main.adminSecret
})
const PATH = `${BASE}/entryId/${DEMO_ENTRIES.ksProtected}/format/mpegdash/protocol/http/ks/${KS}/a.mpd`

/** A page of another host, with a policy of its own. */
async function site(t: Pick<Test, 'teardown'>, policy: string | null): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    if (policy !== null) response.setHeader('referrer-policy', policy)
    response.end('<!doctype html><title>a page</title>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test('behind our redirect Kaltura gets the page as the page wants it told, and never our address', async (t) => {
  const { gatewayUrl, state, ask } = await withGateway(t)
  t.equal((await ask(PATH)).headers['referrer-policy'], undefined)
  await withPage(t, async (page) => {
    for (const [policy, expected] of [
      [null, (base: string) => `${base}/`],
      ['unsafe-url', (base: string) => `${base}/watch?id=1`],
      ['no-referrer', () => undefined]
    ] as const) {
      const base = await site(t, policy)
      await page.goto(`${base}/watch?id=1`)
      const asked = async (how: string) => {
        state.calls.log.length = 0
        await page.evaluate(how).catch(() => {})
        while (!state.calls.log.some(({ endpoint }) => endpoint === 'playManifest')) await page.waitForTimeout(20)
        const referers = state.calls.log.filter(({ endpoint }) => endpoint === 'playManifest')
        for (const { headers, url } of referers) {
          t.match(url, KS, 'it has the session')
          t.equal(headers.referer, expected(base), `${policy}: ${how.slice(0, 12)}`)
        }
      }
      await asked(`fetch(${JSON.stringify(gatewayUrl + PATH)}).then((answer) => answer.text())`)
      await asked(`void (location.href = ${JSON.stringify(gatewayUrl + PATH)})`)
    }
  })
})

t.test('a page of ours that a browser shows tells nobody its address', async (t) => {
  const { gatewayUrl, ask } = await withGateway(t)
  const problem = `${BASE}/entryId/a%2Fb/ks/${KS}`
  for (const path of [
    problem,
    `/nowhere/ks/${KS}`,
    `${BASE}/entryId/${DEMO_ENTRIES.public}/format/applehttp/protocol/http/a.m3u8`,
    `${BASE}/entryId/${DEMO_ENTRIES.public}/format/applehttp/responseFormat/xml/protocol/http`,
    `${BASE}/%c3%28`
  ]) {
    const { status, headers } = await ask(path)
    t.ok(status === 200 || status >= 400, `${path.slice(0, 80)}: ${status}`)
    t.equal(headers['referrer-policy'], 'no-referrer')
  }
  await withPage(t, async (page) => {
    await page.goto(gatewayUrl + problem)
    await page.evaluate('location.href = "/livez"')
    await page.waitForURL('**/livez')
    t.equal(await page.evaluate('document.referrer'), '')
  })
})
