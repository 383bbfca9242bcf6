// The load process: told over IPC what to ask, it keeps a fixed number of connections busy and says how it went.
//   -> { port, path, first, warm, requests, concurrency, status, marker, busy }   `{n}` in the path: a running number
//   <- 'warm'    -> 'go'    <- { ms, errors, fallbacks, latency: { median, p95 } }
import { once } from 'node:events'
import { Connection, requestText } from './lib/connection.mjs'
import { quantile, round } from './lib/stats.mjs'

/** ms after which a slice is given up. */
const DEADLINE = 60_000
/** Connections opened at once: more than a listen queue holds would wait a second for the kernel to try again. */
const BATCH = 100

async function runSlice(job) {
  const connections = []
  const deadline = setTimeout(() => {
    for (const connection of connections) connection.close()
  }, DEADLINE)
  try {
    while (connections.length < job.concurrency) {
      const batch = Math.min(BATCH, job.concurrency - connections.length)
      const opening = Array.from({ length: batch }, () => new Connection(job.port))
      connections.push(...opening)
      await Promise.all(opening.map(({ opened }) => opened))
    }
    const warmed = await drive(job, connections, job.first, job.warm)
    process.send('warm')
    await once(process, 'message')
    const measured = await drive(job, connections, job.first + job.warm, job.requests)
    process.send({ ...measured, errors: measured.errors + warmed.errors })
  } finally {
    clearTimeout(deadline)
    for (const connection of connections) connection.close()
  }
}

async function drive({ path, port, status, marker, busy }, connections, first, count) {
  const fixed = path.includes('{n}') ? null : requestText(path)
  const latencies = new Float64Array(count)
  let next = 0
  let errors = 0
  let fallbacks = 0
  const began = performance.now()
  const rest = busy ? keepAwake() : () => {}
  await Promise.all(
    connections.map(async (_, index) => {
      while (next < count) {
        const number = next++
        const sent = performance.now()
        try {
          const answer = await connections[index].ask(fixed ?? requestText(path.replace('{n}', String(first + number))))
          if (answer.status !== status) errors++
          else if (!answer.head.includes(marker)) fallbacks++
        } catch {
          errors++
          // A deadline that passed closes everything: what is left fails at once.
          if (performance.now() - began > DEADLINE) return
          connections[index] = new Connection(port)
        }
        latencies[number] = performance.now() - sent
      }
    })
  )
  rest()
  const latency = { median: round(quantile(latencies, 0.5)), p95: round(quantile(latencies, 0.95)) }
  return { ms: performance.now() - began, errors, fallbacks, latency }
}

/**
 * Keeps this process from sleeping. Waking a sleeper on an idle core costs the server that writes to it several µs on a
 * virtual machine; a fast server would never pay that, since its load is always busy, and ratios would be unfair.
 */
function keepAwake() {
  let awake = true
  const turn = () => {
    if (awake) setImmediate(turn)
  }
  turn()
  return () => {
    awake = false
  }
}

// The harness was killed.
process.on('disconnect', () => process.exit())

for (;;) {
  const [job] = await once(process, 'message')
  await runSlice(job)
}
