import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'

/** A gateway as an operator runs it: a process of its own. */
export interface GatewayProcess {
  child: ChildProcess
  url: string
  adminUrl: string
  /** Everything that it wrote to stdout and stderr so far. */
  written(): string
  /** Ends it, and gives its status. */
  end(): Promise<number | null>
}

/** Starts `serve` on free ports with an admin side, and ends it with the test. @throws Error when it does not start */
export async function startGateway(t: Pick<Test, 'teardown'>, env: Record<string, string>): Promise<GatewayProcess> {
  // Compiled as this test is, whoever runs it. No variable goes along that a gateway would read.
  const kept = Object.entries(process.env).filter(([name]) => /^(?:PATH|HOME|TMPDIR|TS_NODE_\w+)$/.test(name))
  const child = spawn(process.execPath, [...process.execArgv, 'src/cli.ts', 'serve'], {
    env: { ...Object.fromEntries(kept), PORT: '0', ADMIN_PORT: '0', ...env }
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  }
  const exited = once(child, 'exit')
  t.teardown(() => child.kill('SIGKILL'))
  const found = (pattern: RegExp) => pattern.exec(text)?.[1]
  for (;;) {
    const url = found(/"listening on (http:[^"]+)"/)
    const adminUrl = found(/"admin side listening on (http:[^"]+)"/)
    if (url !== undefined && adminUrl !== undefined) {
      const end = async (): Promise<number | null> => {
        child.kill('SIGTERM')
        const [status] = await exited
        return status
      }
      return { child, url, adminUrl, written: () => text, end }
    }
    if (child.exitCode !== null) throw new Error(`the gateway ended: ${text}`)
    await sleep(50)
  }
}
