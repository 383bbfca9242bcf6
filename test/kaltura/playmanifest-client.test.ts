import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { KalturaApi } from '../../src/kaltura/api.js'
import { Breaker } from '../../src/kaltura/breaker.js'
import { type FailureKind, UpstreamFailure } from '../../src/kaltura/errors.js'
import { Fetcher } from '../../src/kaltura/fetcher.js'
import { AllowedHosts } from '../../src/kaltura/hosts.js'
import { PlayManifestClient, throughBreaker } from '../../src/kaltura/playmanifest-client.js'

t.test('a request that was not made says nothing to the breaker, good or bad', async (t) => {
  const held: (() => void)[] = []
  const server = createServer((_request, response) => held.push(() => response.end('[]')))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const fetcher = new Fetcher(new AllowedHosts([base], []), { connections: 1, queue: 0 })
  t.teardown(async () => {
    await fetcher.close()
    server.closeAllConnections()
    server.close()
  })
  const signal = AbortSignal.timeout(5_000)
  const taken = fetcher.fetch(base, { signal })
  while (held.length === 0) await new Promise((resolve) => setImmediate(resolve))

  for (const [name, ask] of [
    ['playManifest', (breaker: Breaker) => new PlayManifestClient(fetcher, base, breaker).ask('/p/1', signal)],
    ['the API', (breaker: Breaker) => new KalturaApi(fetcher, base, breaker).multirequest([], signal)]
  ] as [string, (breaker: Breaker) => Promise<unknown>][]) {
    const clock = { now: 0 }
    const breaker = new Breaker({ threshold: 2, firstPause: 100, now: () => clock.now })
    for (let i = 0; i < 5; i++) await t.rejects(ask(breaker), { kind: 'busy' } as never)
    t.equal(breaker.state, 'closed', `${name}: not a failure`)
    breaker.failed()
    await t.rejects(ask(breaker), { kind: 'busy' } as never)
    breaker.failed()
    t.equal(breaker.state, 'open', `${name}: nor a success, which would have started the count anew`)
    clock.now = 100
    await t.rejects(ask(breaker), { kind: 'busy' } as never)
    t.equal(breaker.state, 'half-open')
    t.equal(breaker.allow(), true, `${name}: and the probe is given back`)
  }
  held.shift()?.()
  await taken
})

t.test('what each outcome says to the breaker, for everybody and for one viewer alike', async (t) => {
  const answer =
    (status: number, headers: Record<string, string> = {}) =>
    async () => ({ status, headers, body: '', url: '' })
  const failing = (kind: FailureKind) => async () => {
    throw new UpstreamFailure(kind, 'x')
  }
  for (const [ask, told] of [
    [answer(302), 'succeeded'],
    [answer(404, { 'x-kaltura': 'error-1' }), 'succeeded'],
    [answer(404), 'succeeded'],
    [answer(500), 'succeeded'],
    [answer(503), 'failed'],
    [failing('timeout'), 'failed'],
    [failing('connect'), 'failed'],
    [failing('body'), 'succeeded'],
    [failing('busy'), 'withdrawn']
  ] as const) {
    const calls: string[] = []
    const note = (name: string) => () => void calls.push(name)
    const breaker = {
      allow: () => true,
      succeeded: note('succeeded'),
      failed: note('failed'),
      withdrawn: note('withdrawn')
    }
    await throughBreaker(breaker as unknown as Breaker, ask).catch(() => null)
    t.strictSame(calls, [told])
  }
  const closed = { allow: () => false } as unknown as Breaker
  await t.rejects(throughBreaker(closed, answer(302)), { message: /not asked right now/ })
})
