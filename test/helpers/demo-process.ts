import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import type { Test } from 'tap'

export const HOST = '127.0.0.1'
/** The ports of the demo, counted from PORT. */
export const OFFSETS = [0, 1, 100, 101, 200]

/** Takes a port; null when it cannot be had. */
export async function take(port: number): Promise<Server | null> {
  const server = createServer()
  server.listen(port, HOST)
  return await Promise.race([
    once(server, 'listening').then(() => server),
    once(server, 'error').then(() => null)
  ]).catch(() => null)
}

export async function isFree(port: number): Promise<boolean> {
  const server = await take(port)
  if (server === null) return false
  await new Promise((resolve) => server.close(resolve))
  return true
}

/** A base with all the ports of the demo free, below those that the system gives out by itself. */
export async function freeBase(): Promise<number> {
  for (let i = 0; i < 50; i++) {
    const base = 10_000 + Math.floor(Math.random() * 20_000)
    const free = await Promise.all(OFFSETS.map((offset) => isFree(base + offset)))
    if (free.every(Boolean)) return base
  }
  throw new Error('no free ports')
}

/** The demo as a process. */
export interface Run {
  child: ChildProcess
  /** Everything printed so far. */
  text: () => string
  /** Status and time, ms, from the call of `signal` on. */
  end: (signal?: NodeJS.Signals) => Promise<{ status: number | null; took: number }>
}

/** Starts the command `demo`, with this environment and no more, and ends it with the test. */
export function demo(t: Pick<Test, 'teardown'>, env: Record<string, string>): Run {
  // Compiled as this test is, whoever runs it: otherwise coverage of the two would not fit together. No variable goes
  // along that a gateway would read.
  const kept = Object.entries(process.env).filter(([name]) => /^(?:PATH|HOME|TMPDIR|TS_NODE_\w+)$/.test(name))
  const child = spawn(process.execPath, [...process.execArgv, 'src/cli.ts', 'demo'], {
    env: { ...Object.fromEntries(kept), ...env }
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  }
  const exited = once(child, 'exit')
  t.teardown(() => child.kill('SIGKILL'))
  return {
    child,
    text: () => text,
    end: async (signal) => {
      const began = performance.now()
      if (signal !== undefined) child.kill(signal)
      const [status] = await exited
      return { status, took: performance.now() - began }
    }
  }
}

/** Waits until everything runs. @throws Error with what was printed when it ended instead */
export async function started({ child, text }: Run): Promise<void> {
  while (!text().includes('Ctrl-C stops everything.')) {
    if (child.exitCode !== null) throw new Error(`the demo ended: ${text()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
