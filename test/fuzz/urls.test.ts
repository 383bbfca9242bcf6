import * as fc from 'fast-check'
import t, { type Test } from 'tap'
import { listed } from './lib/choices.js'
import { PipelinedConnection } from './lib/connection.js'
import { fuzz, judgeOutcome } from './lib/fuzz.js'
import { startGateway } from './lib/gateway.js'
import { makeMessage } from './lib/message.js'
import { startUpstream } from './lib/upstream.js'

/** Fixed, so that a run says the same again; the long run takes others (scripts/fuzz.ts). */
const SEED = 20_261_122

async function scene(t: Test, variant: number) {
  const upstream = await startUpstream()
  t.teardown(() => upstream.close())
  const gateway = await startGateway(upstream.url, variant)
  t.teardown(() => gateway.close())
  return { upstreamUrl: upstream.url, gatewayUrl: gateway.url }
}

for (const [variant, name] of ['behind a trusted proxy, sharing', 'alone, redirecting'].entries()) {
  t.test(`5,000 requests that a seed determines: ${name}`, async (t) => {
    const urls = await scene(t, variant)
    const { sent, statuses, violations } = await fuzz({ ...urls, count: 5_000, seed: SEED + variant })
    t.same(violations, [])
    t.equal(sent, 5_000)
    t.comment(JSON.stringify(statuses))
    // Not everything is refused: redirects to Kaltura, errors of its own, refusals, and bytes that are no HTTP.
    for (const status of ['302', '400', '404', '405', '414', ...(variant === 0 ? ['200'] : [])]) {
      t.ok((statuses[status] ?? 0) > 5, `${status}: ${statuses[status]}`)
    }
  })
}

t.test('property: whatever is sent, the answer is in order (fails with the smallest request)', async (t) => {
  const { gatewayUrl, upstreamUrl } = await scene(t, 0)
  const context = { cdnHost: new URL(upstreamUrl).host, probe: '/x' }
  const connection = new PipelinedConnection(gatewayUrl)
  t.teardown(() => connection.close())
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(), { maxLength: 60 }), fc.nat(), async (numbers, number) => {
      const message = makeMessage(listed(numbers), number, context)
      const [outcome] = await connection.exchange([message])
      const wrong = judgeOutcome(outcome!, message, upstreamUrl)
      if (wrong !== null) throw new Error(`${wrong}\n${JSON.stringify(message.text)}`)
    }),
    { seed: SEED, numRuns: 1_500, interruptAfterTimeLimit: 10_000 }
  )
})
