import type { WorkerResult } from './worker.js'

export interface Run {
  seed: number
  urls: number
  seconds: number
  workers: WorkerResult[]
  node: string
  date: string
}

const number = (value: number): string => Math.round(value).toLocaleString('en-US')
const mebi = (bytes: number): string => (bytes / 2 ** 20).toFixed(1)

/** What was done and what came out, as docs/fuzzing.md. */
export function fuzzingPage({ seed, urls, seconds, workers, node, date }: Run): string {
  const statuses: Record<string, number> = {}
  for (const [status, times] of workers.flatMap((worker) => Object.entries(worker.statuses))) {
    statuses[status] = (statuses[status] ?? 0) + times
  }
  const violations = workers.flatMap((worker) => worker.violations)
  // From the first tenth on: before that, most of it is start and compilation.
  const cpu = workers.reduce((sum, { samples }) => sum + (samples.at(-1)?.cpu ?? 0) - (samples[1]?.cpu ?? 0), 0)
  const counted = workers.reduce((sum, { samples }) => sum + (samples.at(-1)?.sent ?? 0) - (samples[1]?.sent ?? 0), 0)
  const rows = Object.entries(statuses).map(([status, times]) => `| ${status} | ${number(times)} |`)
  const memory = workers.flatMap(({ samples }, index) =>
    samples
      .filter((_sample, at) => at === 0 || at === 1 || at === 5 || at === samples.length - 1)
      .map(({ sent, heap, rss }) => `| ${index + 1} | ${number(sent)} | ${mebi(heap)} | ${mebi(rss)} |`)
  )
  return `# Fuzzing

Made by \`npm run fuzz\`; do not edit.

| | |
|---|---|
| requests | ${number(urls)} |
| seed | ${seed} |
| date, Node | ${date}, ${node} |
| duration | ${number(seconds)} s, ${number(urls / seconds)} requests/s with ${workers.length} gateway process${workers.length === 1 ? '' : 'es'} |
| CPU of the gateway | ${Math.round((cpu / Math.max(1, counted)) * 1e6)} µs a request, after the first tenth |
| violations | ${violations.length} |
| crashes | ${workers.filter(({ died }) => died !== null).length} |

## What is sent

Each request starts from one that a real Kaltura was asked (the recordings), or from a vector, and is changed up to four times:
segments dropped, doubled, swapped; known and unknown parameters, long and short, in path and query, with values that no value
should be; percent signs, encoded once and twice, every byte from 0 to 255 raw and encoded, overlong UTF-8, CR and LF, dots,
slashes and backslashes, absolute and malformed targets, up to 14,000 characters and 2,100 parameters. About half of them have
odd headers: \`Host\`, forwarding and device headers, \`Via\`, \`Range\`, conditions, sessions, user agents; one in a hundred is
no proper HTTP. Methods are mostly GET, then HEAD, POST, OPTIONS and twenty others.

They go over TCP to a gateway in a process of its own, whole and configured by variables as in production, log off, limits far away.
Every other worker's gateway trusts its peer as a proxy and shares public answers; the others do neither. Behind it is a small
Kaltura with entries of every kind, among them some that redirect to a foreign host. Caches hold 8 MiB and
clients are some 5,000, so that stores and counters are full early. Number and seed make any request again (\`messageOf\` in test/fuzz/lib/fuzz.ts).

## What an answer must be

Each one is read as bytes and judged (test/fuzz/lib/judge.ts):

* no status above 499, except 508 for a request that says it was meant for Kaltura's own host or is one of our own (\`Via\`);
* only headers that the gateway gives, each once, in printable ASCII; no body of a type that a browser runs;
* a Location with 302 and 307 only, at Kaltura's base or the allowed CDN, read as URL does, as it stands and with backslashes
  as slashes; no user name, no fragment;
* nothing of \`Host\`, \`X-Forwarded-Host\` or another header's value anywhere; no session of another request;
* one answer for each request, in order. \`closed\`: refused as no HTTP, without an answer, which only what is no HTTP may be.

## Answers

| status | times |
|---|---|
${rows.join('\n')}

## Memory

After a collection of garbage, MiB. Process 1 trusts a proxy and shares.

| gateway | requests | heap | resident |
|---|---|---|---|
${memory.join('\n')}
`
}
