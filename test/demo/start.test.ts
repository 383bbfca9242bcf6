import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { ConfigError } from '../../src/config/config.js'
import { DEMO_ENTRIES, demoCatalog, resetCalls } from '../../src/demo/kaltura/index.js'
import { PortError, startDemo } from '../../src/demo/start.js'
import { entryUrl, settledAnswer, withDemo } from '../helpers/demo.js'

async function isListening(url: string): Promise<boolean> {
  return await fetch(url).then(
    () => true,
    () => false
  )
}

t.test('four servers, each at its address, until it is closed', async (t) => {
  const demo = await startDemo()
  const urls = [demo.gatewayUrl, demo.kalturaUrl, demo.cdnUrl, demo.pageUrl]
  t.equal(new Set(urls).size, 4)
  for (const url of urls) {
    t.match(url, /^http:\/\/127\.0\.0\.1:\d+$/)
    t.ok(await isListening(url))
  }
  await demo.close()
  for (const url of urls) t.notOk(await isListening(url))
  await demo.close()
})

t.test('the secret, variables and a file reach the gateway', async (t) => {
  const path = 'format/applehttp/protocol/http/a.m3u8'
  const shared = await withDemo(t)
  t.equal((await settledAnswer(`${entryUrl(shared, DEMO_ENTRIES.public)}/${path}`)).status, 200)

  const without = await withDemo(t, { withSecret: false })
  const sent = await settledAnswer(`${entryUrl(without, DEMO_ENTRIES.public)}/${path}`)
  t.equal(sent.status, 302)
  t.ok(sent.headers.get('location')?.startsWith(without.kalturaUrl))

  const other = await withDemo(t, { env: { CACHE_TTL: '7' } })
  const short = await settledAnswer(`${entryUrl(other, DEMO_ENTRIES.public)}/${path}`)
  t.match(short.headers.get('cache-control'), /max-age=[4-7],/)

  const configFile = join(t.testdir(), 'gateway.yaml')
  writeFileSync(configFile, 'delivery: redirect\n')
  const filed = await withDemo(t, { configFile })
  t.equal((await settledAnswer(`${entryUrl(filed, DEMO_ENTRIES.public)}/${path}`)).status, 302)
})

t.test('counters, switches and the catalog are those of the running Kaltura', async (t) => {
  const catalog = demoCatalog()
  const demo = await withDemo(t, { catalog, env: { CACHE_TTL: '0' } })
  t.equal(demo.catalog, catalog)
  const url = `${entryUrl(demo, DEMO_ENTRIES.public)}/format/url/protocol/http/a.mp4`
  await settledAnswer(url)
  t.ok(demo.state.calls.api > 0)
  resetCalls(demo.state)
  catalog.deleteEntry(DEMO_ENTRIES.public)
  let gone = await fetch(url, { redirect: 'manual' })
  // A slow machine may exceed the patience of an answer, which is a redirect then.
  for (let i = 0; i < 50 && gone.status !== 404; i++) gone = await fetch(url, { redirect: 'manual' })
  t.equal(gone.status, 404)
  t.equal(gone.headers.get('x-kaltura'), 'error-1')
  demo.state.api.fail = 'reset'
  const down = await fetch(`${entryUrl(demo, DEMO_ENTRIES.nearDuplicates)}/format/url`, { redirect: 'manual' })
  t.equal(down.status, 302)
  t.ok(down.headers.get('location')?.startsWith(demo.kalturaUrl))
})

t.test('the clock is that of gateway and Kaltura', async (t) => {
  let now = Date.now()
  const demo = await withDemo(t, { now: () => now })
  const at = `${entryUrl(demo, DEMO_ENTRIES.scheduled)}/format/url/protocol/http/a.mp4`
  const status = async () => (await fetch(at)).status
  t.equal(await status(), 404)
  now = Date.UTC(2101, 0, 1)
  t.equal(await status(), 200)
})

t.test('the CDN knows a flavor under its own entry only', async (t) => {
  const demo = await withDemo(t)
  const flavor = demo.catalog.flavorsOf(DEMO_ENTRIES.public).find(({ mediaKey }) => mediaKey === 'v180')!
  const at = (entry: string) =>
    `${demo.cdnUrl}/p/101/sp/10100/serveFlavor/entryId/${entry}/flavorId/${flavor.id}/name/a.mp4`
  t.equal((await fetch(at(DEMO_ENTRIES.public), { method: 'HEAD' })).status, 200)
  t.equal((await fetch(at(DEMO_ENTRIES.nearDuplicates), { method: 'HEAD' })).status, 404)
})

t.test('what cannot start leaves nothing behind', async (t) => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  t.teardown(() => taken.close())
  const { port } = taken.address() as { port: number }
  const spare = createServer()
  await new Promise<void>((resolve) => spare.listen(0, '127.0.0.1', resolve))
  const { port: cdn } = spare.address() as { port: number }
  await new Promise((resolve) => spare.close(resolve))
  const error = await startDemo({ ports: { cdn, page: port } }).catch((error: unknown) => error)
  t.ok(error instanceof PortError)
  t.match(error, { part: 'page', port, code: 'EADDRINUSE' })
  t.notOk(await isListening(`http://127.0.0.1:${cdn}`))
  await t.rejects(startDemo({ ports: { cdn }, env: { DELIVERY: 'pigeon' } }), ConfigError)
  t.notOk(await isListening(`http://127.0.0.1:${cdn}`))
  const strange = demoCatalog({ partnerId: 7 })
  await t.rejects(startDemo({ catalog: strange }), /no partner 101/)
})

t.test('listening everywhere, links name loopback', async (t) => {
  const demo = await withDemo(t, { host: '0.0.0.0' })
  t.match(demo.gatewayUrl, /^http:\/\/127\.0\.0\.1:/)
  const url = `${entryUrl(demo, DEMO_ENTRIES.public)}/format/url/protocol/http/a.mp4`
  t.equal((await fetch(url)).status, 200)
})
