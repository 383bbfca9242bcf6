import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Test } from 'tap'

/** The part of a tap test that is needed to skip or fail it. */
type Teller = Pick<Test, 'pass' | 'fail'>

/**
 * Finds a program on the PATH that a test cannot do without.
 *
 * @param debianPackage what to install when it is missing
 * @returns its path; null after having told the test to skip with the reason, or failed it under REQUIRE_ALL=1;
 *   the caller then returns
 */
export function program(t: Teller, name: string, debianPackage: string): string | null {
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(directory || '.', name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // Not in this directory.
    }
  }
  const reason = `${name} is not installed (Debian: apt-get install ${debianPackage})`
  if (process.env.REQUIRE_ALL === '1') t.fail(reason)
  else t.pass(reason, { skip: reason })
  return null
}
