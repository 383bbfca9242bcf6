// `npm run fuzz`: mutated requests through whole gateways, every answer judged; --help says how. docs/fuzzing.md is what it
// wrote last with --write.
import { fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { fuzzingPage } from './fuzz/page.js'
import type { WorkerNews, WorkerOrder, WorkerResult } from './fuzz/worker.js'

const HELP = `npm run fuzz -- [options]
  --urls N      requests in all, default 200000
  --seed S      default: another one each time
  --workers W   gateways, each with a process that sends, default 1
  --minutes M   ends after that time, whatever is done by then, default 600
  --write       writes docs/fuzzing.md
Status 1 when an answer is wrong, a gateway died, or its memory grew.
`

/** Between a tenth of the run and its end the heap may grow by this much: what is compiled, and what a run ends with. */
const MAY_GROW = 16 * 2 ** 20

const { values } = parseArgs({
  options: {
    urls: { type: 'string', default: '200000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_007) },
    workers: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '600' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false }
  }
})

function wholeNumber(name: 'urls' | 'seed' | 'workers' | 'minutes'): number {
  const value = Number(values[name])
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} has to be a whole number above 0.`)
  return value
}

function startWorker(order: WorkerOrder, onSent: (sent: number) => void): Promise<WorkerResult> {
  const worker = fork(new URL('./fuzz/worker.ts', import.meta.url), { execArgv: ['--import', 'tsx'] })
  return new Promise((resolve, reject) => {
    worker.once('exit', (code) => reject(new Error(`a worker ended with code ${code}`)))
    worker.on('message', (news: WorkerNews) => {
      if ('sent' in news) onSent(news.sent)
      else resolve(news.result)
    })
    worker.send(order)
  })
}

async function main(): Promise<boolean> {
  const urls = wholeNumber('urls')
  const seed = wholeNumber('seed')
  const count = wholeNumber('workers')
  const until = Date.now() + wholeNumber('minutes') * 60_000
  const began = Date.now()
  const sent: number[] = []
  const timer = setInterval(() => {
    const all = sent.reduce((sum, each) => sum + each, 0)
    const rate = all / ((Date.now() - began) / 1000)
    process.stderr.write(`${all} of ${urls}, ${Math.round(rate)}/s\n`)
  }, 10_000)
  const workers = await Promise.all(
    Array.from({ length: count }, (_, number) => {
      const share = Math.floor((urls * (number + 1)) / count) - Math.floor((urls * number) / count)
      const order = { count: share, seed: seed + number, number, until }
      return startWorker(order, (done) => {
        sent[number] = done
      })
    })
  )
  clearInterval(timer)
  const seconds = Math.max(...workers.map((worker) => worker.seconds))
  const done = workers.reduce((sum, worker) => sum + worker.sent, 0)
  const date = new Date().toISOString().slice(0, 10)
  const page = fuzzingPage({ seed, urls: done, seconds, workers, node: process.version, date })
  if (values.write) writeFileSync(new URL('../docs/fuzzing.md', import.meta.url), page)
  process.stdout.write(page)
  let good = true
  for (const [index, { violations, died, samples }] of workers.entries()) {
    for (const { number, what, request } of violations) {
      process.stdout.write(`\nseed ${seed + index}, number ${number}: ${what}\n${JSON.stringify(request)}\n`)
    }
    const grown = (samples.at(-1)?.heap ?? 0) - (samples[1]?.heap ?? 0)
    if (grown > MAY_GROW) process.stdout.write(`\nThe heap of gateway ${index + 1} grew by ${grown} bytes.\n`)
    if (died !== null) process.stdout.write(`\nGateway ${index + 1} died: ${died}\n`)
    if (violations.length > 0 || died !== null || grown > MAY_GROW) good = false
  }
  return good
}

if (values.help) process.stdout.write(HELP)
else if (!(await main())) process.exitCode = 1
