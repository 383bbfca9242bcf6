import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'

export interface RunningCdn {
  /** Base URL. */
  base: string
  /** Folder of what it keeps; null when that is in memory. */
  store: string | null
}

/** Starts a program of a CDN with the configuration that is shipped, before a gateway. */
export type StartCdn = (t: Pick<Test, 'teardown'>, program: string, gatewayUrl: string) => Promise<RunningCdn>

const shipped = (name: string): string => readFileSync(new URL(`../../deploy/${name}`, import.meta.url), 'utf8')

/** The shipped text with addresses and places of this run. @throws when the text has no such place */
function placed(text: string, places: readonly (readonly [string, string])[]): string {
  return places.reduce((rest, [from, to]) => {
    if (!rest.includes(from)) throw new Error(`the shipped configuration has no "${from}"`)
    return rest.replaceAll(from, to)
  }, text)
}

/** nginx with deploy/nginx/playmanifest.conf as the only thing in its http block. */
export const startNginx: StartCdn = async (t, program, gatewayUrl) => {
  const dir = temporary(t)
  const port = await freePort()
  const conf = placed(shipped('nginx/playmanifest.conf'), [
    ['server 127.0.0.1:3000;', `server ${new URL(gatewayUrl).host};`],
    ['listen 8080;', `listen 127.0.0.1:${port};`],
    ['/var/cache/nginx/playmanifest', join(dir, 'store')]
  ])
  writeFileSync(join(dir, 'playmanifest.conf'), conf)
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const main = [
    ...(process.getuid?.() === 0 ? ['user root;'] : []),
    'daemon off;',
    `pid ${join(dir, 'nginx.pid')};`,
    'worker_processes 1;',
    'events { worker_connections 256; }',
    'http {',
    'access_log off;',
    ...paths.map((name) => `${name}_temp_path ${join(dir, name)};`),
    `include ${join(dir, 'playmanifest.conf')};`,
    '}'
  ]
  writeFileSync(join(dir, 'nginx.conf'), main.join('\n'))
  const errors = join(dir, 'error.log')
  const base = await running(t, program, ['-p', dir, '-c', join(dir, 'nginx.conf'), '-e', errors], port)
  return { base, store: join(dir, 'store') }
}

/** Varnish with deploy/varnish/playmanifest.vcl. */
export const startVarnish: StartCdn = async (t, program, gatewayUrl) => {
  const dir = temporary(t)
  const port = await freePort()
  const { hostname, port: gatewayPort } = new URL(gatewayUrl)
  const vcl = placed(shipped('varnish/playmanifest.vcl'), [
    ['.host = "127.0.0.1";', `.host = "${hostname}";`],
    ['.port = "3000";', `.port = "${gatewayPort}";`]
  ])
  const file = join(dir, 'playmanifest.vcl')
  writeFileSync(file, vcl)
  const work = join(dir, 'work')
  mkdirSync(work)
  const listen = ['-a', `127.0.0.1:${port}`, '-T', 'none']
  const args = ['-F', '-j', 'none', ...listen, '-f', file, '-n', work, '-s', 'malloc,64m']
  return { base: await running(t, program, args, port), store: null }
}

function temporary(t: Pick<Test, 'teardown'>): string {
  const dir = mkdtempSync(join(tmpdir(), 'playmanifest-cdn-'))
  t.teardown(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }))
  return dir
}

/** A port that was free a moment ago: these programs do not tell which one they were given. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

/** Starts a program and waits until it listens; it is ended with the test. @throws with what it said when it ends before */
async function running(t: Pick<Test, 'teardown'>, program: string, args: string[], port: number): Promise<string> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said = `${said}${chunk}`.slice(-4000)
    })
  }
  t.teardown(() => ended(child))
  const until = Date.now() + 60_000
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}: ${said}`)
    if (await listens(port)) return `http://127.0.0.1:${port}`
    await sleep(50)
  }
  throw new Error(`${program} does not listen: ${said}`)
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const kill = setTimeout(() => child.kill('SIGKILL'), 5_000)
  await exit
  clearTimeout(kill)
}
