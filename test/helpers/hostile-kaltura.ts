import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { pino } from 'pino'
import type { Test } from 'tap'
import { buildApp } from '../../src/app.js'
import { loadConfig } from '../../src/config/load.js'

export type Answerer = (request: IncomingMessage, response: ServerResponse) => void

/** Caching headers of an answer that Kaltura lets be kept. */
export const KEEP = { 'cache-control': 'private, max-age=60, max-stale=0' }
export const PATH = '/p/101/sp/10100/playManifest/entryId/0_a'

const ENTRY = {
  id: '0_a',
  partnerId: 101,
  type: 1,
  mediaType: 1,
  status: 2,
  moderationStatus: 6,
  accessControlId: 2,
  displayInSearch: 1
}

/** What API v3 says about a public entry, whatever its id. */
export const CATALOG = [
  { ks: 'widget', objectType: 'KalturaStartWidgetSessionResponse' },
  { ...ENTRY, objectType: 'KalturaMediaEntry' },
  { objects: [], totalCount: 0, objectType: 'KalturaFlavorAssetListResponse' },
  { ...ENTRY, objectType: 'KalturaMediaEntry' },
  { id: 2, rules: [], objectType: 'KalturaAccessControlProfile' }
]

export interface HostileServer {
  base: string
  port: number
  /** Sockets that are open at the server right now. */
  open: Set<Socket>
  /** Paths that were asked, `/api_v3` left out. */
  asked: string[]
}

/** A server that does what the test says, with its open sockets counted. */
export async function hostileServer(t: Test, answer: Answerer): Promise<HostileServer> {
  const open = new Set<Socket>()
  const asked: string[] = []
  const server = createServer((request, response) => {
    if (!request.url?.startsWith('/api_v3')) asked.push(request.url ?? '')
    response.on('error', () => {})
    answer(request, response)
  })
  server.on('connection', (socket) => {
    open.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => open.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { base: `http://127.0.0.1:${port}`, port, open, asked }
}

export interface HostileOptions {
  env?: Record<string, string>
  /** API v3's answer: a value, a text as it is, or what to do. */
  catalog?: unknown
}

/** A gateway before a Kaltura whose catalog is fine and public, and whose playManifest does what the test says. */
export async function withHostileKaltura(
  t: Test,
  answer: Answerer,
  { env = {}, catalog = CATALOG }: HostileOptions = {}
) {
  const kaltura = await hostileServer(t, (request, response) => {
    if (!request.url?.startsWith('/api_v3')) answer(request, response)
    else if (typeof catalog === 'function') (catalog as Answerer)(request, response)
    else response.end(typeof catalog === 'string' ? catalog : JSON.stringify(catalog))
  })
  const config = loadConfig({
    KALTURA_SERVICE_URL: kaltura.base,
    KALTURA_PARTNER_ID: '101',
    KALTURA_ADMIN_SECRET: 's',
    KALTURA_SHARE_PUBLIC: 'true',
    UPSTREAM_TIMEOUT_MS: '400',
    ALLOWED_HOSTS: 'cdn.example.com',
    RATE_LIMIT: '0',
    ...env
  })
  const logs: string[] = []
  const app = await buildApp(config, { logger: pino({ level: 'info' }, { write: (line) => void logs.push(line) }) })
  t.teardown(() => app.close())
  return {
    ...kaltura,
    app,
    /** Lines of its log. */
    logs,
    get: (path: string) => app.inject({ url: path, headers: { 'user-agent': 'test' } })
  }
}

interface Got {
  statusCode: number
  headers: Record<string, unknown>
}

/** Whether the viewer was sent to Kaltura itself with nothing of what the upstream said. */
export function isTemplate(t: Test, answer: Got, base: string, path: string, name: string): void {
  t.match(answer, { statusCode: 302, headers: { location: base + path } }, name)
  t.notHas(answer.headers, 'set-cookie', `${name}: no cookie of upstream's`)
}

/** Waits until a server has at most this many sockets open; how many it had in the end. */
export async function settled(open: ReadonlySet<unknown>, most = 0): Promise<number> {
  for (let i = 0; i < 300 && open.size > most; i++) await new Promise((resolve) => setTimeout(resolve, 10))
  return open.size
}
