import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ROOT } from './options.mjs'

const PROBE = new URL('./probe.mjs', import.meta.url).href
const running = new Set()

/** Cores for servers and for the load, or null where nothing can be pinned (no taskset, one core). */
export async function findCores() {
  const list = allowedCpus()
  if (list.length < 2) return null
  const check = spawn('taskset', ['-c', String(list[0]), 'true'], { stdio: 'ignore' })
  const code = await Promise.race([once(check, 'exit').then(([status]) => status), once(check, 'error').then(() => 1)])
  return code === 0 ? { server: list[0], load: list[1] } : null
}

function allowedCpus() {
  try {
    const [, text] = /^Cpus_allowed_list:\s*(.+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [null, '']
    return text.split(',').flatMap((range) => {
      const [first, last = first] = range.split('-').map(Number)
      return Array.from({ length: last - first + 1 }, (_, index) => first + index)
    })
  } catch {
    return []
  }
}

/**
 * Starts a Node process with an IPC channel.
 * @param args script and its arguments
 * @param core core to pin it to, or null
 * @param stdout 'ignore', 'inherit' or a file descriptor
 */
export function startNode(args, { env = {}, core = null, stdout = 'ignore', execArgv = [] } = {}) {
  const command = [process.execPath, ...execArgv, ...args]
  const [program, ...rest] = core === null ? command : ['taskset', '-c', String(core), ...command]
  const child = spawn(program, rest, {
    cwd: ROOT,
    // Nothing of the caller's environment but where programs are: a variable of a shell must not change a figure.
    env: { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR, ...env },
    stdio: ['ignore', stdout, 'inherit', 'ipc']
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

/** Starts a server and waits until it listens; gives its process and port. */
export async function startServer(args, { env = {}, execArgv = [], ...rest } = {}) {
  const port = await freePort()
  const child = startNode(args, {
    ...rest,
    execArgv: ['--import', PROBE, ...execArgv],
    env: { ADMIN_PORT: 'off', ...env, HOST: '127.0.0.1', PORT: String(port) }
  })
  for (const until = Date.now() + 20_000; ; await sleep(50)) {
    if (child.exitCode !== null) throw new Error(`${args.at(-1)} ended with code ${child.exitCode}.`)
    if (await accepts(port)) return { child, port }
    if (Date.now() > until) throw new Error(`${args.at(-1)} does not listen.`)
  }
}

/** One of our own scripts under bench/. */
export function script(name) {
  return fileURLToPath(new URL(`../${name}`, import.meta.url))
}

/** Sends a message to a process and waits for its next one. */
export function ask(child, message) {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error('A process of the benchmark ended by itself.'))
    child.once('exit', gone)
    child.once('message', (answer) => {
      child.off('exit', gone)
      resolve(answer)
    })
    child.send(message)
  })
}

/** Ends a process that was started here. */
export async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
  await ended
  clearTimeout(timer)
}

export async function stopAll() {
  await Promise.all([...running].map(stop))
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
