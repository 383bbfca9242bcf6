import type { Test } from 'tap'
import { tellsOf } from './security-doc.js'

/** Cells that are judged by other words than those of the matrix itself. */
export class Tally {
  cells = 0
  readonly violations: string[] = []

  /** One cell, and what was wrong in it. */
  add(where: string, wrong: readonly string[]): void {
    this.cells++
    for (const what of wrong) this.violations.push(`${where} | ${what}`)
  }

  /** Nothing was wrong, and docs/security.md says so. */
  tell(t: Test, name: string): void {
    const { cells, violations } = this
    t.strictSame(violations.slice(0, 20), [], `${violations.length} of ${cells} cells give more`)
    tellsOf(t, name, cells, violations.length)
  }
}
