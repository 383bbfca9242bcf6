import { readFileSync } from 'node:fs'
import { WORKLOADS } from './workloads.mjs'

/** The result of a run as text for a terminal. */
export function formatResult(result) {
  const { node, cores, pinned, concurrency, requests, lives, rounds, delayMs, rateLimit, loadAverage, quick } = result
  const lines = [
    `Node ${node}, ${cores} cores, ${pinned ? 'server and load pinned to one each' : 'nothing pinned'}; ` +
      `${lives} lives of ${rounds} rounds, ${requests} requests a slice, ${concurrency} connections`,
    `RATE_LIMIT=${rateLimit} (the limiter runs and never refuses); upstream ${delayMs} ms; ` +
      `load average ${loadAverage.before} before, ${loadAverage.after} after`,
    ...(quick ? ['Quick run: shows that it works; the figures are too few to quote.'] : []),
    ''
  ]
  for (const [name, servers] of Object.entries(result.workloads)) {
    lines.push(`${name}: ${WORKLOADS[name].title}`, ...formatServers(name, servers), '')
  }
  if (result.stampede !== null) lines.push(...formatStampede(result.stampede), '')
  return lines.join('\n')
}

function formatServers(name, servers) {
  const isMiss = name === 'miss'
  const head = ['', 'CPU µs/request', `ratio to ${servers[0].name}`, 'requests/s', ...(isMiss ? ['ms', 'p95 ms'] : [])]
  const rows = servers.map((server) => [
    server.name,
    spread(server.cpuMicros, 1),
    spread(server.ratio, 2),
    spread(server.requestsPerSecond, 0),
    ...(isMiss ? [spread(server.latencyMs.median, 1), spread(server.latencyMs.p95, 1)] : []),
    ...problems(server)
  ])
  return table([head, ...rows])
}

function problems({ errors, fallbacks }) {
  return [
    ...(errors > 0 ? [`${errors} ERRORS`] : []),
    ...(fallbacks > 0 ? [`${fallbacks} redirected to Kaltura instead`] : [])
  ]
}

function formatStampede(stampede) {
  const { askers, rounds, catalogCalls, playManifestCalls, errors, fallbacks, milliseconds, cpuMicros } = stampede
  return [
    `stampede: ${askers} at once for one cold entry, ${rounds} times`,
    `  upstream calls at most: ${catalogCalls} catalog, ${playManifestCalls} playManifest; errors ${errors}; ` +
      `redirected to Kaltura instead ${fallbacks}`,
    `  all answered in ${spread(milliseconds, 0)} ms, ${spread(cpuMicros, 0)} µs CPU each`
  ]
}

function spread({ median, q1, q3 }, digits) {
  return `${median.toFixed(digits)} [${q1.toFixed(digits)} - ${q3.toFixed(digits)}]`
}

function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
}

/** Two results side by side: ratios to the yardstick of each run, since microseconds of two machines do not compare. */
export function compareResults(before, after) {
  const rows = [['workload', 'server', 'ratio before', 'ratio after', 'change', 'CPU µs before', 'CPU µs after']]
  for (const [name, servers] of Object.entries(after.workloads)) {
    for (const server of servers) {
      const old = before.workloads[name]?.find((candidate) => candidate.name === server.name)
      if (old === undefined) continue
      const change = (server.ratio.median / old.ratio.median - 1) * 100
      rows.push([
        name,
        server.name,
        spread(old.ratio, 2),
        spread(server.ratio, 2),
        `${change >= 0 ? '+' : ''}${change.toFixed(1)} %`,
        spread(old.cpuMicros, 1),
        spread(server.cpuMicros, 1)
      ])
    }
  }
  return table(rows).join('\n')
}

export function readResult(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}
