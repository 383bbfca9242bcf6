import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { compatibilityDoc } from './compatibility-doc.js'
import { DIFFERENCES } from './differences.js'
import { type CaseResult, type Mode, replayAll } from './harness.js'

function check(t: Test, mode: Mode, results: readonly CaseResult[]): void {
  const used = new Set<number>()
  for (const { name, differs, theirs, ours } of results) {
    const row = DIFFERENCES.findIndex(({ cases, when }) => cases.test(name) && (mode === 'on' || when === 'always'))
    if (differs.length === 0) t.pass(`${name}: identical`)
    else if (row === -1) t.match(ours, theirs, `${name}: differs in ${differs.join()} and is not listed`)
    else {
      used.add(row)
      t.ok(ours.status < 500 || ours.status === 599, `${name}: listed`)
    }
  }
  for (const [index, { when, what }] of DIFFERENCES.entries()) {
    if (mode === 'on' || when === 'always') t.ok(used.has(index), `the row "${what}" is still needed`)
  }
}

t.test('what Kaltura answered, through the gateway', async (t) => {
  const off = await replayAll('off')
  const on = await replayAll('on')
  t.test('sharing off', async (t) => check(t, 'off', off))
  t.test('sharing on', async (t) => check(t, 'on', on))
  t.test('at least nine of ten are identical with sharing off', async (t) => {
    t.ok(off.filter(({ differs }) => differs.length === 0).length >= 0.9 * off.length)
  })
  t.test('docs/compatibility.md says what the replay shows (npm run docs)', async (t) => {
    t.equal(
      readFileSync(new URL('../../docs/compatibility.md', import.meta.url), 'utf8'),
      compatibilityDoc({ off, on })
    )
  })
})
