import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'iovalkey'
import type { Test } from 'tap'
import { program } from './require-program.js'

/** A redis-server of the test's own, on a free port. */
export interface RedisServer {
  url: string
  port: number
  start(): Promise<void>
  /** By a signal to its process id; SIGSTOP leaves it there and silent. */
  signal(name: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): Promise<void>
  /** One connection to look into it, closed when the test ends. */
  client(): Redis
}

/** Starts one, ended when the test ends; null after having told the test to skip or fail without the program. */
export async function withRedis(t: Test, extra: readonly string[] = []): Promise<RedisServer | null> {
  const path = program(t, 'redis-server', 'redis-server')
  if (path === null) return null
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'redis-'))
  let child: ChildProcess | null = null
  const server: RedisServer = {
    url: `redis://127.0.0.1:${port}`,
    port,
    async start() {
      const fixed = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
      child = spawn(path, [...fixed, ...extra], { stdio: 'ignore' })
      await answers(port)
    },
    async signal(name) {
      const running = child
      if (running === null || running.exitCode !== null || running.signalCode !== null) return
      const gone = name === 'SIGKILL' || name === 'SIGTERM' ? once(running, 'exit') : null
      running.kill(name)
      await gone
    },
    client() {
      const client = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: 3 })
      client.on('error', () => undefined)
      t.teardown(() => client.disconnect())
      return client
    }
  }
  t.teardown(async () => {
    await server.signal('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  await server.start()
  return server
}

/** Waits until something holds. @throws Error when it does not for 10 s */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within 10 s: ${what}`)
    await sleep(20)
  }
}

async function answers(port: number): Promise<void> {
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 50, maxRetriesPerRequest: null })
  client.on('error', () => undefined)
  await client.ping().catch((error: Error) => {
    // With a password it is there as well.
    if (!error.message.includes('NOAUTH')) throw error
  })
  client.disconnect()
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
