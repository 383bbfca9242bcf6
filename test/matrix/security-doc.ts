import { readFileSync } from 'node:fs'
import type { Test } from 'tap'

const PAGE = new URL('../../docs/security.md', import.meta.url)

/** The row of docs/security.md that a run has to be told by. */
export function rowOf(name: string, cells: number, violations: number): string {
  return `| ${name} | ${cells.toLocaleString('en-US')} | ${violations} |`
}

/** Holds a run against its row in docs/security.md, so that the page never says what was not tested. */
export function tellsOf(t: Pick<Test, 'ok'>, name: string, cells: number, violations: number): void {
  const row = rowOf(name, cells, violations)
  t.ok(readFileSync(PAGE, 'utf8').split('\n').includes(row), `docs/security.md has the row ${row}`)
}
