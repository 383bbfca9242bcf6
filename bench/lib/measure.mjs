import { ask } from './processes.mjs'
import { round, shuffle, summarize } from './stats.mjs'

/** Requests at the start of a slice that are not measured: connections are made, caches of the processor fill. */
const LEAD_IN = 200

/** Requests that a server for hits gets before the first round, at least. */
const LEAST_WARM_UP = 6000

/** Entry numbers for misses: never the same one twice in a run. */
let nextNumber = 0

/**
 * One slice of load on one server: a fixed number of requests, and the CPU time that the server took for them.
 * @returns cpu (µs a request, user and system), rps, errors, fallbacks, latency (ms), rss (bytes)
 */
export async function slice(load, contender, { requests, warm = LEAD_IN, concurrency }) {
  const { port, path, status, marker, busy = false, child } = contender
  const first = nextNumber
  nextNumber += warm + requests
  await ask(load, { port, path, status, marker, busy, first, warm, requests, concurrency })
  const before = await ask(child, 'cpu')
  const { ms, ...outcome } = await ask(load, 'go')
  const after = await ask(child, 'cpu')
  return {
    cpu: round((after.cpu - before.cpu) / requests),
    rps: Math.round(requests / (ms / 1000)),
    rss: after.rss,
    ...outcome
  }
}

/**
 * Rounds of slices, every contender once a round and in an order of its own each time, so that a noisy minute falls on
 * all of them. Samples are added to what earlier lives of the same contenders gave.
 */
export async function runRounds(contenders, options, samples, progress) {
  for (let number = 1; number <= options.rounds; number++) {
    progress(`round ${number} of ${options.rounds}`)
    for (const contender of shuffle(contenders)) {
      const sample = await slice(contender.load, contender, sizes(contender, options))
      samples.set(idOf(contender), [...(samples.get(idOf(contender)) ?? []), sample])
    }
  }
}

/** What a server gets at once when it was started. @throws Error when it does not answer as it should */
export async function warmContender(load, contender, options) {
  const { errors } = await slice(load, contender, warmUp(contender, options))
  if (errors > 0) throw new Error(`${idOf(contender)}: ${errors} errors in the warm-up.`)
}

function idOf({ workload, name }) {
  return `${workload} ${name}`
}

/** Slices of about the same length: a miss waits for its upstream, and the yardsticks are several times as fast. */
function sizes({ workload, weight = 1 }, { requests, concurrency }) {
  if (workload !== 'miss') return { requests: requests * weight, concurrency }
  return { requests: Math.ceil(requests / 12), warm: concurrency, concurrency }
}

/** Enough that the hot functions are compiled before anything counts; more misses at once, or it would take minutes. */
function warmUp({ workload, weight = 1 }, { requests, concurrency }) {
  if (workload === 'miss') return { requests: Math.ceil(requests / 2), concurrency: 4 * concurrency }
  return { requests: Math.max(LEAST_WARM_UP, 2 * requests * weight), concurrency }
}

/** Samples of one workload as figures; ratios are to the first contender, in the same round. */
export function summarizeWorkload(contenders, samples) {
  const yardstick = samples.get(idOf(contenders[0]))
  return contenders.map((contender) => {
    const own = samples.get(idOf(contender))
    const sum = (name) => own.reduce((total, sample) => total + sample[name], 0)
    return {
      name: contender.name,
      cpuMicros: summarize(own.map(({ cpu }) => cpu)),
      ratio: summarize(own.map(({ cpu }, index) => cpu / yardstick[index].cpu)),
      requestsPerSecond: summarize(own.map(({ rps }) => rps)),
      latencyMs: {
        median: summarize(own.map(({ latency }) => latency.median)),
        p95: summarize(own.map(({ latency }) => latency.p95))
      },
      rssMiB: round(Math.max(...own.map(({ rss }) => rss)) / 1024 ** 2),
      errors: sum('errors'),
      fallbacks: sum('fallbacks'),
      samples: own.map(({ cpu, rps }) => ({ cpu, rps }))
    }
  })
}

/** Many at once for one cold entry, several times: how often upstream is asked, and whether all get the answer. */
export async function runStampede(load, gateway, upstream, { rounds, askers }) {
  const results = []
  await slice(
    load,
    { ...gateway, path: gateway.path.replace('{n}', 'warm') },
    { requests: 2 * askers, concurrency: 32 }
  )
  for (let number = 0; number < rounds; number++) {
    const path = gateway.path.replace('{n}', `stampede${number}`)
    await ask(upstream, 'counts')
    const outcome = await slice(load, { ...gateway, path }, { requests: askers, warm: 0, concurrency: askers })
    const { catalog, playManifest } = await ask(upstream, 'counts')
    results.push({ ms: round(askers / (outcome.rps / 1000)), catalog, playManifest, ...outcome })
  }
  const worst = (name) => Math.max(...results.map((result) => result[name]))
  return {
    askers,
    rounds,
    catalogCalls: worst('catalog'),
    playManifestCalls: worst('playManifest'),
    errors: worst('errors'),
    fallbacks: worst('fallbacks'),
    milliseconds: summarize(results.map(({ ms }) => ms)),
    cpuMicros: summarize(results.map(({ cpu }) => cpu))
  }
}
