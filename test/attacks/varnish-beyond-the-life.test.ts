/**
 * The bug: Varnish gives every answer for 10 s past its life (`default_grace`) unless `stale-while-revalidate` says otherwise,
 * and the gateway leaves that out exactly where nothing stale may be given: before an entry's or a link's end.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { startVarnish } from '../helpers/cdn-programs.js'
import { program } from '../helpers/require-program.js'

t.test('Varnish as shipped gives nothing past the life that it was told', async (t) => {
  const varnishd = program(t, 'varnishd', 'varnish')
  if (varnishd === null) return
  let answers = 0
  const origin = createServer((request, response) => {
    const stale = request.url === '/stale' ? ', stale-while-revalidate=30' : ''
    response.setHeader('cache-control', `public, max-age=1, s-maxage=1${stale}`)
    response.end(String(++answers))
  })
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
  t.teardown(() => origin.close())
  const { base } = await startVarnish(t, varnishd, `http://127.0.0.1:${(origin.address() as AddressInfo).port}`)
  const ask = async (path: string) => (await fetch(base + path)).text()
  const first = await ask('/fresh')
  const allowed = await ask('/stale')
  await sleep(2500)
  t.not(await ask('/fresh'), first, 'asked again')
  t.equal(await ask('/stale'), allowed, 'given once more, where the answer allows it')
})
