import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

export const WORKLOAD_NAMES = ['302', 'template', 'm3u8', 'miss', 'stampede']

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export const HELP = `Usage: node bench/run.mjs [options]

Measures the built gateway beside a bare node:http server and a bare Fastify route that send the same bytes.

  --only NAME       one workload, may be repeated: ${WORKLOAD_NAMES.join(', ')}
  --quick           few and short slices: shows that it works, not how fast it is
  --lives N         times that all servers are started anew (default 3, quick 1)
  --rounds N        rounds in each life (default 4, quick 3)
  --requests N      requests of one slice (default 10000, quick 1500)
  --concurrency N   keep-alive connections of the load process (default 32)
  --delay MS        what the upstream waits before each answer (default 50)
  --cli FILE        another built gateway: its dist/cli.js
  --from-source     the gateway through tsx instead of dist/
  --out FILE        where the JSON goes (default bench/results/latest.json)
  --compare A B     two result files side by side, nothing is measured
  --help
`

/** Reads the command line. @throws Error with a sentence for the user */
export function readOptions(argv) {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      only: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      lives: { type: 'string' },
      rounds: { type: 'string' },
      requests: { type: 'string' },
      concurrency: { type: 'string' },
      delay: { type: 'string' },
      cli: { type: 'string', default: `${ROOT}dist/cli.js` },
      'from-source': { type: 'boolean', default: false },
      out: { type: 'string', default: `${ROOT}bench/results/latest.json` },
      compare: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false }
    }
  })
  if (values.compare && positionals.length !== 2) throw new Error('--compare takes two result files.')
  if (!values.compare && positionals.length > 0) throw new Error(`"${positionals[0]}" is not an option; see --help.`)
  const only = values.only ?? WORKLOAD_NAMES
  for (const name of only) {
    if (!WORKLOAD_NAMES.includes(name)) throw new Error(`--only ${name}: there are ${WORKLOAD_NAMES.join(', ')}.`)
  }
  return {
    help: values.help,
    compare: values.compare ? positionals : null,
    only,
    quick: values.quick,
    lives: count('lives', values.lives, values.quick ? 1 : 3),
    rounds: count('rounds', values.rounds, values.quick ? 3 : 4),
    requests: count('requests', values.requests, values.quick ? 1500 : 10_000),
    concurrency: count('concurrency', values.concurrency, 32),
    delay: count('delay', values.delay, 50, 0),
    gateway: values['from-source'] ? ['--import', 'tsx', `${ROOT}src/cli.ts`] : [values.cli],
    out: values.out
  }
}

function count(name, text, fallback, least = 1) {
  const value = text === undefined ? fallback : Number(text)
  if (!Number.isInteger(value) || value < least) throw new Error(`--${name} has to be a whole number from ${least}.`)
  return value
}
