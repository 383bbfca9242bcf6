// The gateway of a fuzzing run as it was built, a process of its own. Over IPC: `start` with upstream and variant, then `sample` as often
// as wanted, which collects garbage first.
import { type FuzzedGateway, startGateway } from '../../test/fuzz/lib/gateway.js'

export interface Sample {
  /** Bytes. */
  heap: number
  rss: number
  /** CPU seconds since the start. */
  cpu: number
}

type Order = { start: string; variant: number } | 'sample'

let gateway: FuzzedGateway | null = null

process.on('message', (order: Order) => void obey(order))
process.on('disconnect', () => void gateway?.close())

async function obey(order: Order): Promise<void> {
  if (order !== 'sample') {
    gateway = await startGateway(order.start, order.variant, 'dist')
    process.send?.({ url: gateway.url })
    return
  }
  // What a socket or a timer still holds is let go a turn later.
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { heapUsed, rss } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  process.send?.({ heap: heapUsed, rss, cpu: (user + system) / 1e6 } satisfies Sample)
}
