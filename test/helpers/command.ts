import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Command } from '../../src/commands/command.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Said {
  status: number
  out: string
  err: string
}

/** Runs a command in this process. `files`: what stands where no file system is asked; other paths are read. */
export async function runHere(
  command: Command,
  args: readonly string[],
  env: Record<string, string> = {},
  { files = {}, colours = false }: { files?: Record<string, string>; colours?: boolean } = {}
): Promise<Said> {
  const said = { out: '', err: '' }
  const status = await command(args, env, {
    out: (written) => {
      said.out += written
    },
    err: (written) => {
      said.err += written
    },
    colours,
    read: (path) => files[path] ?? readFileSync(path, 'utf8'),
    // In pieces that end anywhere.
    async *stream(path) {
      const whole = files[path] ?? readFileSync(path, 'utf8')
      for (let at = 0; at < whole.length; at += 100) yield whole.slice(at, at + 100)
    }
  })
  return { status, ...said }
}

/** Runs the command line as a person does, in a process of its own that is compiled as this test is. */
export async function runCli(args: readonly string[], env: Record<string, string> = {}, input?: string): Promise<Said> {
  // No variable goes along that a command would read, nor one by which it would write this test's coverage.
  const kept = Object.entries(process.env).filter(([name]) => /^(?:PATH|HOME|TMPDIR|TS_NODE_\w+)$/.test(name))
  const child = spawn(process.execPath, [...process.execArgv, join(ROOT, 'src/cli.ts'), ...args], {
    env: { ...Object.fromEntries(kept), ...env },
    cwd: ROOT
  })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [[status], out, err] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)])
  return { status, out, err }
}
