// `npm run bench`: what a request costs, beside servers that do nothing but send the same bytes. See --help and
// docs/performance.md.
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runRounds, runStampede, summarizeWorkload, warmContender } from './lib/measure.mjs'
import { HELP, readOptions } from './lib/options.mjs'
import { findCores, script, startNode, stop, stopAll } from './lib/processes.mjs'
import { compareResults, formatResult, readResult } from './lib/report.mjs'
import { RATE_LIMIT, startContenders, startGateway, startUpstream, WORKLOADS } from './lib/workloads.mjs'

const STAMPEDE = 1000

async function measure(options) {
  const cores = await findCores()
  const before = loadavg()[0]
  const scratch = mkdtempSync(join(tmpdir(), 'bench-'))
  try {
    const upstream = await startUpstream(options, cores?.load ?? null)
    const startLoad = () => startNode([script('load.mjs')], { core: cores?.load ?? null })
    const core = cores?.server ?? null
    const names = options.only.filter((name) => name !== 'stampede')
    const samples = new Map()
    let groups = []
    for (let life = 1; life <= options.lives && names.length > 0; life++) {
      groups = await startGroups(options, names, { upstream: upstream.url, core, scratch, startLoad })
      const all = groups.flatMap(({ contenders }) => contenders)
      await runRounds(all, options, samples, (text) => progress(`life ${life} of ${options.lives}, ${text}`))
      await Promise.all(all.flatMap(({ child, load }) => [stop(child), stop(load)]))
    }
    const workloads = groups.map(({ name, contenders }) => [name, summarizeWorkload(contenders, samples)])
    const stampede = options.only.includes('stampede') ? await stampedes(options, startLoad(), upstream, core) : null
    return {
      format: 1,
      node: process.versions.node,
      cores: availableParallelism(),
      pinned: cores !== null,
      quick: options.quick,
      lives: options.lives,
      rounds: options.rounds,
      requests: options.requests,
      concurrency: options.concurrency,
      delayMs: options.delay,
      rateLimit: RATE_LIMIT,
      loadAverage: { before: Number(before.toFixed(2)), after: Number(loadavg()[0].toFixed(2)) },
      workloads: Object.fromEntries(workloads),
      stampede
    }
  } finally {
    await stopAll()
    rmSync(scratch, { recursive: true, force: true })
  }
}

async function startGroups(options, names, { upstream, core, scratch, startLoad }) {
  const groups = []
  for (const name of names) {
    const logFile = openSync(join(scratch, `${name}.log`), 'w')
    const load = startLoad()
    const warm = (contender) => warmContender(load, contender, options)
    const contenders = await startContenders(options, name, { upstream, core, logFile, warm })
    closeSync(logFile)
    groups.push({ name, contenders: contenders.map((contender) => ({ ...contender, load })) })
  }
  return groups
}

async function stampedes(options, load, upstream, core) {
  progress('stampede')
  const gateway = await startGateway(options, WORKLOADS.miss, upstream.url, { core })
  const contender = { ...WORKLOADS.miss, ...gateway }
  return runStampede(load, contender, upstream.child, { rounds: options.quick ? 1 : 5, askers: STAMPEDE })
}

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`)
}

function save(path, result) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`)
}

async function main() {
  const options = readOptions(process.argv.slice(2))
  if (options.help) return HELP
  if (options.compare !== null) {
    const [before, after] = options.compare
    return `${compareResults(readResult(before), readResult(after))}\n`
  }
  const script = options.gateway.at(-1)
  if (!existsSync(script))
    throw new Error(`${script} is not there; "npm run build" makes it, --from-source does without.`)
  const result = await measure(options)
  progress('')
  save(options.out, result)
  return `${formatResult(result)}Written to ${options.out}\n`
}

try {
  process.stdout.write(await main())
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}
