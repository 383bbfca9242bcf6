// Runs the test files with tap and says in the end, beside what passed and failed, which suites could not run for want
// of a program and what to install. Arguments are test files; without any, all of them.
// REQUIRE_ALL=1 (CI) turns a missing program into a failure: see test/helpers/require-program.ts.
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const tap = join(dirname(createRequire(import.meta.url).resolve('tap/package.json')), 'dist/esm/run.mjs')

const given = process.argv.slice(2)
const files =
  given.length > 0
    ? given
    : readdirSync(join(root, 'test'), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
        .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)))
        .sort()

// A few files say nothing about the coverage of the whole.
const partial = given.length > 0 ? ['--allow-incomplete-coverage'] : []
const child = spawn(process.execPath, [tap, 'run', ...partial, ...files], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...process.env, FORCE_COLOR: '0' }
})

const counts = { passed: 0, failed: 0, skipped: 0 }
/** Reason -> files. */
const skipped = new Map()
let buffer = []

createInterface({ input: child.stdout }).on('line', (line) => {
  const top = /^(not )?ok \d+ - (\S+\.test\.ts)\b.*?(?:# time=([\d.]+)ms)?/.exec(line)
  if (top !== null) return endOfFile(top[1] !== undefined, top[2], line)
  const point = /^\s+(not )?ok \d+(?: - )?(.*)$/.exec(line)
  if (point !== null && !line.trimEnd().endsWith('{')) count(point[1] !== undefined, point[2])
  buffer.push(line)
})

function count(failed, text) {
  const skip = /# SKIP (.*)$/i.exec(text)
  if (skip !== null) {
    counts.skipped++
    buffer.skips = [...(buffer.skips ?? []), skip[1].replace(/\s*# time=.*$/, '')]
    return
  }
  // A subtest's own line sums up the lines inside it; those were counted already.
  if (/# time=/.test(text)) return
  if (failed) counts.failed++
  else counts.passed++
}

function endOfFile(failed, name, line) {
  if (failed) console.log(buffer.join('\n'))
  for (const reason of buffer.skips ?? []) skipped.set(reason, new Set([...(skipped.get(reason) ?? []), name]))
  console.log(
    `${failed ? 'FAILED' : 'ok'} ${name}${/# time=[\d.]+m?s/.exec(line) ? ` (${/# time=([\d.]+m?s)/.exec(line)[1]})` : ''}`
  )
  buffer = []
}

child.on('close', (code) => {
  // What stands behind the last file is tap's own summary and the coverage of the run.
  console.log(buffer.filter((line) => line.trim() !== '').join('\n'))
  if (skipped.size > 0) {
    console.log('\nNot run, why, and what to install:')
    for (const [reason, names] of skipped) console.log(`  - ${reason}: ${[...names].join(', ')}`)
  }
  const failed = code === 0 ? counts.failed : Math.max(1, counts.failed)
  console.log(`\n${counts.passed} passed, ${failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`)
  process.exit(code === 0 && counts.failed === 0 ? 0 : 1)
})
