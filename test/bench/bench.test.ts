import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const RUN = fileURLToPath(new URL('../../bench/run.mjs', import.meta.url))

interface Spread {
  median: number
  q1: number
  q3: number
}

interface Server {
  name: string
  cpuMicros: Spread
  ratio: Spread
  requestsPerSecond: Spread
  errors: number
  fallbacks: number
  samples: { cpu: number; rps: number }[]
}

interface Result {
  node: string
  rateLimit: number
  quick: boolean
  lives: number
  rounds: number
  workloads: Record<string, Server[]>
  stampede: { askers: number; catalogCalls: number; playManifestCalls: number; errors: number } | null
}

function bench(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  // What the harness starts is compiled on another way than tap's, and would spoil the coverage of the run: tap follows
  // every child by its environment, so this one gets an empty one.
  const command = ['-i', `PATH=${process.env.PATH}`, process.execPath, RUN, ...args]
  return spawnSync('env', command, { encoding: 'utf8', timeout: 100_000 })
}

/** Runs the harness on the gateway from source; the figures of so short a run say nothing, their presence does. */
function measure(dir: string, ...args: string[]): { path: string; stdout: string; result: Result } {
  const path = join(dir, 'result.json')
  const run = bench('--quick', '--from-source', '--out', path, ...args)
  if (run.status !== 0) throw new Error(run.stderr)
  return { path, stdout: run.stdout, result: JSON.parse(readFileSync(path, 'utf8')) as Result }
}

t.test('hits: every server answers every request, and the result holds what a reader needs', async (t) => {
  const { path, stdout, result } = measure(
    t.testdir(),
    '--only',
    '302',
    '--lives',
    '2',
    '--rounds',
    '1',
    '--requests',
    '300'
  )
  t.equal(result.node, process.versions.node)
  t.equal(result.quick, true)
  t.equal(result.rateLimit, 10_000_000)
  t.equal(result.stampede, null)
  t.same(Object.keys(result.workloads), ['302'])
  const servers = result.workloads['302'] ?? []
  t.same(
    servers.map(({ name }) => name),
    ['node:http', 'Fastify', 'gateway', 'gateway, log on']
  )
  for (const { name, cpuMicros, ratio, requestsPerSecond, errors, fallbacks, samples } of servers) {
    t.equal(errors, 0, `${name}: no errors`)
    t.equal(fallbacks, 0, `${name}: the cached answer every time`)
    t.equal(samples.length, result.lives * result.rounds, `${name}: one sample a round`)
    for (const { median, q1, q3 } of [cpuMicros, ratio, requestsPerSecond]) {
      t.ok(q1 > 0 && q1 <= median && median <= q3, `${name}: a median between its quartiles`)
    }
    t.match(stdout, name)
  }
  t.same(servers[0]?.ratio, { median: 1, q1: 1, q3: 1 }, 'the yardstick is compared with itself')

  const slower = join(t.testdirName, 'slower.json')
  const changed = structuredClone(result)
  for (const server of changed.workloads['302'] ?? []) server.ratio.median *= 1.5
  writeFileSync(slower, JSON.stringify(changed))
  const compared = bench('--compare', path, slower)
  t.equal(compared.status, 0, compared.stderr)
  t.match(compared.stdout, /gateway, log on .*\+50\.0 %/)
})

t.test('a stampede is one catalog call and one playManifest call', async (t) => {
  const { result } = measure(t.testdir(), '--only', 'stampede')
  t.match(result.stampede, { askers: 1000, catalogCalls: 1, playManifestCalls: 1, errors: 0 })
  t.same(result.workloads, {})
})

t.test('the command line says what is wrong', async (t) => {
  t.match(bench('--help').stdout, /--only NAME/)
  for (const [args, message] of [
    [['--only', '303'], /--only 303: there are 302, /],
    [['--rounds', '0'], /--rounds has to be a whole number from 1/],
    [['--compare', 'a.json'], /two result files/],
    [['--cli', 'nowhere.js'], /nowhere\.js is not there/]
  ] as const) {
    const { status, stderr } = bench(...args)
    t.equal(status, 1, args.join(' '))
    t.match(stderr, message)
  }
})
