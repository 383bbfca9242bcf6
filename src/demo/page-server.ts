import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { pageFile, vendorFile } from '../console/files.js'
import { ask, type DemoServers, playManifestUrl } from './ask.js'
import type { KalturaState } from './kaltura/index.js'
import type { PageData } from './page-data.js'

export interface PageServerOptions extends DemoServers {
  data: PageData
  /** Counters of the embedded Kaltura, by which the page shows what was asked of it. */
  state: Pick<KalturaState, 'calls'>
}

const PAGE = new URL('./page/', import.meta.url)

const FILES: Readonly<Record<string, string>> = {
  '/': 'index.html',
  '/style.css': 'style.css',
  '/form.css': 'form.css',
  '/icon.svg': 'icon.svg',
  '/page.js': 'page.js',
  '/form.js': 'form.js',
  '/answer.js': 'answer.js'
}

/** The player of the gateway's console, which is this page's too. */
const SHARED = ['player.js', 'scripts.js']
const PLAYERS = ['hls.min.js', 'shaka-player.compiled.js']

/** By these the gateway tells devices apart: the page's answers are those that its player gets. */
const DEVICE_HEADERS = ['user-agent', 'sec-ch-ua', 'sec-ch-ua-mobile', 'sec-ch-ua-platform']

/**
 * Serves the page of the demo, not yet listening: its files, the players, `/demo.json` (what there is to choose), and
 * `/ask?path=...`, which asks the gateway for a playManifest path and tells what came back.
 *
 * @throws Error when a file of the page is missing
 */
export function buildPageServer(options: PageServerOptions): FastifyInstance {
  const app: FastifyInstance = Fastify({ forceCloseConnections: true })
  const headers = {
    'content-security-policy': contentSecurityPolicy(options),
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache'
  }
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(headers)
  })
  const own = Object.entries(FILES).map(([url, name]) => [url, pageFile(name, PAGE)] as const)
  const shared = SHARED.map((name) => [`/${name}`, pageFile(name)] as const)
  const players = PLAYERS.map((name) => [`/vendor/${name}`, vendorFile(name)] as const)
  for (const [url, file] of [...own, ...shared, ...players]) {
    if (file !== null) app.get(url, (_request, reply) => reply.type(file.type).send(file.bytes))
  }
  app.get('/demo.json', () => options.data)
  app.get('/ask', async (request: FastifyRequest<{ Querystring: { path?: string | string[] } }>, reply) => {
    const { path } = request.query
    const url = typeof path === 'string' ? playManifestUrl(options.gatewayUrl, path) : null
    if (url === null)
      return reply.code(400).send({ error: 'path has to be a playManifest path: /p/.../playManifest/...' })
    return ask(url, options, deviceHeaders(request), options.state)
  })
  return app
}

/** Scripts and styles of the page's own files only; media and manifests from the demo's servers only. */
function contentSecurityPolicy({ gatewayUrl, kalturaUrl, cdnUrl }: DemoServers): string {
  const servers = `${gatewayUrl} ${kalturaUrl} ${cdnUrl}`
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${servers}`,
    // Media Source: the players feed the element through blob URLs, and hls.js works in a worker made of one.
    `media-src blob: ${servers}`,
    'worker-src blob:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'"
  ].join('; ')
}

function deviceHeaders(request: FastifyRequest): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of DEVICE_HEADERS) {
    const value = request.headers[name]
    if (typeof value === 'string') headers[name] = value
  }
  return headers
}
