import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CONSOLE_DEVICES } from './devices.js'
import { pageFile, VENDOR, vendorFile } from './files.js'
import { consolePolicy } from './policy.js'

/** An entry that the page offers to pick. */
export interface ConsoleEntry {
  id: string
  name: string
  /** Its playManifest path as far as the entry: `/p/101/sp/10100/playManifest/entryId/0_abc`. */
  path: string
}

/** What the page is told. */
export interface ConsoleParts {
  /** Base of the gateway as a browser reaches it; null: not known (yet). Asked each time: it may listen later. */
  gatewayUrl: () => string | null
  /** Hosts that answers may name. */
  hosts: readonly string[]
  /** Offered to be picked, beside those that were explained in the same tab. */
  entries: readonly ConsoleEntry[]
}

const SCRIPTS = [
  'answer-view.js',
  'ask.js',
  'chart.js',
  'diff-view.js',
  'dom.js',
  'explanation.js',
  'facts-view.js',
  'form.js',
  'ladder.js',
  'live.js',
  'main.js',
  'metrics.js',
  'play.js',
  'player.js',
  'rules-view.js',
  'scripts.js',
  'timeline.js',
  'token.js'
]
const FILES = ['style.css', 'parts.css', 'icon.svg', ...SCRIPTS]

/** For those who have no token either: a page without data. What it shows it asks for, with the token. */
const OPEN = { config: { withoutToken: () => true } }

/** Whether a browser goes to an address, rather than a program asking it. */
export function wantsPage({ method, headers }: FastifyRequest): boolean {
  return (method === 'GET' || method === 'HEAD') && /(?:^|[\s,])text\/html\b/i.test(headers.accept ?? '')
}

/**
 * The console: `/console` and its files, and `/console/settings.json`, which says what there is to choose and needs the
 * token where there is one.
 *
 * @returns sends the page, for addresses of the admin side that show it too
 * @throws Error when a file of the page is missing
 */
export function registerConsole(app: FastifyInstance, parts: ConsoleParts): (reply: FastifyReply) => FastifyReply {
  const html = pageFile('index.html')
  const page = (reply: FastifyReply): FastifyReply => {
    const policy = consolePolicy({ gatewayUrl: parts.gatewayUrl(), hosts: parts.hosts })
    return reply.header('content-security-policy', policy).type(html.type).send(html.bytes)
  }
  for (const url of ['/console', '/console/']) app.get(url, OPEN, (_request, reply) => page(reply))
  for (const name of FILES) {
    const { type, bytes } = pageFile(name)
    app.get(`/console/${name}`, OPEN, (_request, reply) => reply.type(type).send(bytes))
  }
  for (const name of Object.keys(VENDOR)) {
    const file = vendorFile(name)
    if (file === null) continue
    app.get(`/console/vendor/${name}`, OPEN, (_request, reply) => reply.type(file.type).send(file.bytes))
  }
  app.get('/console/settings.json', () => ({
    gatewayUrl: parts.gatewayUrl(),
    entries: parts.entries,
    devices: CONSOLE_DEVICES
  }))
  return page
}
