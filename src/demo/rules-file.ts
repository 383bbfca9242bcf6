import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The same file in the sources and in the built package. */
const SHIPPED = new URL('../../rules/default.yaml', import.meta.url)
const SCHEMA = new URL('../../schema/config.schema.json', import.meta.url)

/** A configuration file of the demo's own, to try rules in. */
export interface RulesFile {
  path: string
  /** Removes it, unless somebody changed it. @returns whether it is gone */
  remove(): boolean
}

/**
 * Writes the rules that ship into a file of a temporary folder, as an operator's own would hold them.
 * @returns null where nothing can be written, as in a container without a writable file system
 */
export function writeRulesFile(folder = tmpdir()): RulesFile | null {
  try {
    const shipped = readFileSync(SHIPPED, 'utf8')
    const text = `${HEAD}${shipped.slice(shipped.indexOf('\nrules:'))}`
    const own = mkdtempSync(join(folder, 'playmanifest-demo-'))
    const path = join(own, 'gateway.yaml')
    writeFileSync(path, text)
    return { path, remove: () => remove(own, path, text) }
  } catch {
    return null
  }
}

const HEAD = `# yaml-language-server: $schema=${fileURLToPath(SCHEMA)}

# The demo's configuration: the rules that ship. Change and save, and the demo's gateway takes them over.
# What the words mean: docs/rules.md.
`

function remove(folder: string, path: string, text: string): boolean {
  try {
    if (readFileSync(path, 'utf8') !== text) return false
  } catch {
    // Somebody removed it.
  }
  rmSync(folder, { recursive: true, force: true })
  return true
}
