// Where the time of an answer goes: `node bench/profile.mjs [302|template|m3u8|miss] [--from-source]`. Runs the gateway
// with V8's sampling profiler under the load of the benchmark and prints shares of its busy time.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { slice } from './lib/measure.mjs'
import { readOptions } from './lib/options.mjs'
import { findCores, script, startNode, stop, stopAll } from './lib/processes.mjs'
import { startGateway, startUpstream, WORKLOADS } from './lib/workloads.mjs'

const ROWS = 40

async function record(name, options) {
  const cores = await findCores()
  const folder = mkdtempSync(join(tmpdir(), 'bench-profile-'))
  try {
    const upstream = await startUpstream(options, cores?.load ?? null)
    const load = startNode([script('load.mjs')], { core: cores?.load ?? null })
    const execArgv = ['--cpu-prof', '--cpu-prof-interval', '250', '--cpu-prof-dir', folder]
    const core = cores?.server ?? null
    const began = performance.now()
    const gateway = await startGateway(options, WORKLOADS[name], upstream.url, { core, execArgv })
    const contender = { ...WORKLOADS[name], ...gateway }
    const requests = name === 'miss' ? 2000 : 60_000
    await slice(load, contender, { requests: requests / 2, concurrency: 32 })
    const start = performance.now() - began
    const { cpu } = await slice(load, contender, { requests, concurrency: 32 })
    await stop(gateway.child)
    const file = readdirSync(folder).find((entry) => entry.endsWith('.cpuprofile'))
    return { cpu, start, profile: JSON.parse(readFileSync(join(folder, file), 'utf8')) }
  } finally {
    await stopAll()
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Samples of each function, alone and with everything it called, and of each place that code comes from.
 * @param start ms from the start of the process that do not count: loading and compiling
 */
function count({ nodes, samples, timeDeltas }, start) {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id])))
  const result = { self: new Map(), total: new Map(), place: new Map(), busy: 0 }
  const add = (map, key) => map.set(key, (map.get(key) ?? 0) + 1)
  let elapsed = 0
  for (const [index, sample] of samples.entries()) {
    elapsed += timeDeltas[index]
    if (elapsed < start * 1000) continue
    const frame = byId.get(sample).callFrame
    if (frame.functionName === '(idle)') continue
    result.busy++
    add(result.self, nameOf(frame))
    add(result.place, placeOf(frame))
    const seen = new Set()
    for (let id = sample; id !== undefined; id = parents.get(id)) seen.add(nameOf(byId.get(id).callFrame))
    for (const name of seen) if (isOurs(name)) add(result.total, name)
  }
  return result
}

function placeOf({ url, functionName }) {
  if (url === '') return functionName.startsWith('(') ? functionName : 'native code, kernel included'
  if (url.startsWith('node:')) return url
  const [, dependency] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? []
  return dependency ?? `gateway ${/(?:dist|src)\/(.*)\.[jt]s$/.exec(url)?.[1] ?? url}`
}

function isOurs(name) {
  return name.includes('  ') && !name.includes('  node:')
}

function nameOf(frame) {
  return frame.url === '' ? frame.functionName : `${frame.functionName || '(anonymous)'}  ${placeOf(frame)}`
}

function print(title, map, busy) {
  const rows = [...map].sort(([, a], [, b]) => b - a).slice(0, ROWS)
  const lines = rows.map(([name, samples]) => `  ${((100 * samples) / busy).toFixed(1).padStart(5)} %  ${name}`)
  process.stdout.write(`\n${title}\n${lines.join('\n')}\n`)
}

const [name = '302', ...rest] = process.argv.slice(2)
if (WORKLOADS[name] === undefined) {
  process.stderr.write('Usage: node bench/profile.mjs [302|template|m3u8|miss] [--from-source] [--cli FILE]\n')
  process.exitCode = 1
} else {
  const { cpu, start, profile } = await record(name, readOptions(rest))
  const { self, total, place, busy } = count(profile, start)
  process.stdout.write(`${name}: ${cpu} µs CPU a request with the profiler on, ${busy} busy samples\n`)
  print('By place, alone', place, busy)
  print('By function, alone', self, busy)
  print('By function of ours or of a dependency, with all it calls', total, busy)
}
