// One worker of a fuzzing run: an upstream, a gateway in a process of its own, and what is sent to it. Told by IPC what to
// do; tells how far it is, and in the end what came out.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { type FuzzResult, fuzz } from '../../test/fuzz/lib/fuzz.js'
import { startUpstream } from '../../test/fuzz/lib/upstream.js'
import type { Sample } from './gateway.js'

export interface WorkerOrder {
  count: number
  seed: number
  /** Also which configuration the gateway has (test/fuzz/lib/gateway.ts). */
  number: number
  /** Unix ms. */
  until: number
}

export interface WorkerResult extends FuzzResult {
  seconds: number
  /** At the start, then after each tenth of the requests. */
  samples: (Sample & { sent: number })[]
  /** How the gateway's process ended before it was told to; null when it did not. */
  died: string | null
}

export type WorkerNews = { sent: number } | { result: WorkerResult }

const TENTHS = 10

process.once('message', (order: WorkerOrder) => void work(order))

async function work({ count, seed, number, until }: WorkerOrder): Promise<void> {
  const upstream = await startUpstream()
  const child = fork(new URL('./gateway.ts', import.meta.url), {
    execArgv: ['--import', 'tsx', '--expose-gc'],
    serialization: 'json'
  })
  let died: string | null = null
  child.once('exit', (code, signal) => {
    died = `exit code ${code}, signal ${signal}`
  })
  child.send({ start: upstream.url, variant: number })
  const [{ url }] = (await once(child, 'message')) as [{ url: string }]
  const samples: WorkerResult['samples'] = [{ sent: 0, ...(await sampleOf(child)) }]
  const began = Date.now()
  const total: FuzzResult = { sent: 0, statuses: {}, violations: [] }
  for (let tenth = 0; tenth < TENTHS && died === null && Date.now() < until; tenth++) {
    const first = Math.floor((count * tenth) / TENTHS)
    const part = await fuzz({
      gatewayUrl: url,
      upstreamUrl: upstream.url,
      first,
      count: Math.floor((count * (tenth + 1)) / TENTHS) - first,
      seed,
      isOver: () => died !== null || Date.now() > until,
      onProgress: (sent) => process.send?.({ sent: total.sent + sent } satisfies WorkerNews)
    })
    total.sent += part.sent
    for (const [status, times] of Object.entries(part.statuses)) {
      total.statuses[status] = (total.statuses[status] ?? 0) + times
    }
    total.violations.push(...part.violations)
    if (died === null) samples.push({ sent: total.sent, ...(await sampleOf(child)) })
  }
  const result: WorkerResult = { ...total, seconds: (Date.now() - began) / 1000, samples, died }
  process.send?.({ result } satisfies WorkerNews, () => process.disconnect())
  if (died === null) {
    child.removeAllListeners('exit')
    child.disconnect()
  }
  upstream.close()
}

async function sampleOf(child: ChildProcess): Promise<Sample> {
  child.send('sample')
  const [sample] = (await once(child, 'message')) as [Sample]
  return sample
}
