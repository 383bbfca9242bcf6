import { accessSync, constants, existsSync } from 'node:fs'
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
  return missing(t, `${name} is not installed (Debian: apt-get install ${debianPackage})`)
}

/**
 * Finds a folder of packages that a test cannot do without, installed apart from the gateway's own.
 *
 * @param folder the folder with package.json and lockfile, from the root of the repository
 * @returns its node_modules; null as above
 */
export function packages(t: Teller, folder: string): string | null {
  const path = join(folder, 'node_modules')
  // Written last by npm: an install that broke off has none.
  if (existsSync(join(path, '.package-lock.json'))) return path
  return missing(t, `the packages of ${folder} are not installed (npm ci --prefix ${folder})`)
}

function missing(t: Teller, reason: string): null {
  if (process.env.REQUIRE_ALL === '1') t.fail(reason)
  else t.pass(reason, { skip: reason })
  return null
}
