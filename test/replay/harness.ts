import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { buildApp } from '../../src/app.js'
import { loadConfig } from '../../src/config/load.js'
import type { KalturaApp } from '../../src/demo/kaltura/index.js'
import { canonicalResponseFormat } from '../../src/playmanifest/formats.js'
import { parsePlayManifestUrl } from '../../src/playmanifest/parse.js'
import {
  fixture,
  RECORDED_AT,
  type Recorded,
  recordedHeader,
  recordedPlayManifest,
  recordedServer
} from '../demo/kaltura/recorded-server.js'

/** `off`: redirects only. `on`: sharing is stated, and Kaltura's playManifest answers clients only if they have a KS. */
export type Mode = 'off' | 'on'

/** What a client finally got, or what Kaltura gave, as far as it is compared. */
export interface Outcome {
  status: number
  location: string
  contentType: string
  error: string
  cors: string
  body: string
}

export interface CaseResult {
  name: string
  theirs: Outcome
  ours: Outcome
  /** What differs; empty: identical. */
  differs: string[]
  /** Whether the client was sent to Kaltura. */
  redirected: boolean
}

/** Profile that entry 0_short001 had for the moment of a recording. */
const RULES: Readonly<Record<string, number>> = { ip: 7, country: 8, useragent: 9, site: 10 }

const HOSTS = [
  'cdn.example.com',
  '127.0.0.1:18080',
  'http.example.com',
  'hls.example.com',
  'hds.example.com',
  'hd.example.com',
  'live.example.com',
  'livepackager.example.com'
]

/** Marks what a client sends, so that the upstream can tell it from what the gateway asks. */
const CLIENT = 'x-replay-client'

/** Replays every recorded request through a gateway of its own. */
export async function replayAll(mode: Mode): Promise<CaseResult[]> {
  const upstream = await startUpstream(mode)
  try {
    const results: CaseResult[] = []
    for (const recorded of recordedPlayManifest) results.push(await replayOne(recorded, mode, upstream))
    return results
  } finally {
    upstream.server.closeAllConnections()
    upstream.server.close()
  }
}

interface Upstream {
  server: Server
  base: string
  /** The case that is being replayed. */
  current: Recorded
  api: KalturaApp
}

async function replayOne(recorded: Recorded, mode: Mode, upstream: Upstream): Promise<CaseResult> {
  const { app: api, catalog } = recordedServer()
  const rule = /^rule_([a-z]+)/.exec(recorded.name)?.[1]
  if (rule !== undefined) catalog.updateEntry('0_short001', { accessControlId: RULES[rule]! })
  upstream.api = api
  upstream.current = recorded
  const file = `partners:\n  - id: 101\n    sharePublic: ${mode === 'on'}\n    adminSecretFile: secret\n  - id: 102\npatience: { catalog: 5s, target: 5s }\n`
  const config = loadConfig(
    {
      KALTURA_SERVICE_URL: upstream.base,
      ALLOWED_HOSTS: HOSTS.join(),
      RATE_LIMIT: '0',
      PORT: '0',
      CONFIG_FILE: 'file'
    },
    (path) => (path === 'secret' ? (fixture.partners.find(({ id }) => id === 101)?.adminSecret ?? '') : file)
  )
  const gateway = await buildApp(config, { logger: pino({ level: 'silent' }), now: () => RECORDED_AT })
  const base = await gateway.listen({ port: 0, host: '127.0.0.1' })
  try {
    const { answer, redirected } = await follow(base, recorded, upstream.base)
    const theirs = outcomeOf(recorded.response.status, (name) => recordedHeader(recorded, name), recorded.response.body)
    const ours = outcomeOf(answer.status, (name) => answer.headers[name], answer.body)
    return { name: recorded.name, theirs, ours, differs: differences(theirs, ours), redirected }
  } finally {
    await gateway.close()
    await api.close()
  }
}

function outcomeOf(status: number, header: (name: string) => string | undefined, body: string): Outcome {
  const error = header('x-kaltura-app') ?? ''
  return {
    status,
    location: header('location') ?? '',
    contentType: status === 200 && body !== '' ? (header('content-type') ?? '') : '',
    error: error === '' ? '' : `${error} [${(header('x-kaltura') ?? '').replace('cached-', '')}]`,
    cors: header('access-control-allow-origin') ?? '',
    body
  }
}

/** Errors carry CORS and a problem body here, where Kaltura sends neither: one difference for all, not one a case. */
function differences(theirs: Outcome, ours: Outcome): string[] {
  const isError = theirs.error !== '' && ours.error !== ''
  const names: (keyof Outcome)[] = isError
    ? ['status', 'location', 'error']
    : ['status', 'location', 'contentType', 'error', 'cors']
  // CORS on every status is more than Kaltura sends, never less.
  const differs: string[] = names.filter(
    (name) => theirs[name] !== ours[name] && !(name === 'cors' && theirs.cors === '')
  )
  // The body of a redirect is a line feed at Kaltura's.
  if (!isError && theirs.status === 200 && theirs.body !== ours.body) differs.push('body')
  return differs
}

interface Answer {
  status: number
  headers: Record<string, string>
  body: string
}

async function follow(
  base: string,
  { request: sent }: Recorded,
  kaltura: string
): Promise<{ answer: Answer; redirected: boolean }> {
  const headers = Object.fromEntries(
    sent.headers.filter(([name]) => !/^(?:host|connection|content-length)$/i.test(name))
  )
  let url = base + sent.target
  let redirected = false
  for (let hop = 0; ; hop++) {
    const answer = await send(url, sent.method, { ...headers, [CLIENT]: '1' }, sent.body)
    const location = answer.headers.location ?? ''
    if (hop === 3 || (answer.status !== 302 && answer.status !== 307) || !location.startsWith(kaltura))
      return { answer, redirected }
    redirected = true
    url = location
  }
}

function send(url: string, method: string, headers: Record<string, string>, body?: string): Promise<Answer> {
  const { hostname, port, origin } = new URL(url)
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { hostname, port, path: url.slice(origin.length), method, headers, agent: false },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])),
            body: Buffer.concat(chunks).toString('utf8')
          })
        )
      }
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

async function startUpstream(mode: Mode): Promise<Upstream> {
  const upstream = {} as Upstream
  upstream.server = createServer((incoming, response) => {
    if (incoming.url?.startsWith('/api_v3')) answerApi(upstream.api, incoming, response)
    else answerPlayManifest(mode, upstream.current, incoming, response)
  })
  await new Promise<void>((resolve) => upstream.server.listen(0, '127.0.0.1', resolve))
  upstream.base = `http://127.0.0.1:${(upstream.server.address() as AddressInfo).port}`
  return upstream
}

function answerApi(api: KalturaApp, incoming: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = []
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
  incoming.on('end', () => {
    const headers = { 'content-type': incoming.headers['content-type'] ?? '', host: '127.0.0.1:18080' }
    void api
      .inject({ method: 'POST', url: incoming.url ?? '', headers, payload: Buffer.concat(chunks) })
      .then((answer) => response.writeHead(answer.statusCode, { 'content-type': 'application/json' }).end(answer.body))
  })
}

/**
 * Answers as Kaltura did: with the recording of the case when the request means the same, else with another recording that
 * does, else with 599.
 */
function answerPlayManifest(mode: Mode, current: Recorded, incoming: IncomingMessage, response: ServerResponse): void {
  const target = incoming.url ?? ''
  const fromClient = incoming.headers[CLIENT] !== undefined
  if (mode === 'on' && fromClient && !hasKs(target)) {
    response.writeHead(599).end('without a KS, Kaltura answers the gateway only')
    return
  }
  const meaning = meaningOf(target)
  const isCurrent = target === current.request.target || meaning === meaningOf(current.request.target)
  // The gateway asks with GET and without Range what a client may have asked otherwise.
  const asRecorded = isCurrent && (fromClient || (current.request.method === 'GET' && current.response.status !== 206))
  const found = asRecorded
    ? current
    : recordedPlayManifest.find(
        ({ request: { method, target: other, headers }, response: { status } }) =>
          method === 'GET' && status !== 206 && headers.length === 0 && meaningOf(other) === meaning
      )
  if (found === undefined) {
    response.writeHead(599).end('nothing was recorded for this request')
    return
  }
  const skip = /^(?:date|connection|content-length|transfer-encoding)$/i
  const headers = found.response.headers.filter(([name]) => !skip.test(name))
  response.writeHead(found.response.status, headers.flat())
  response.end(incoming.method === 'HEAD' ? undefined : found.response.body)
}

function hasKs(target: string): boolean {
  const parsed = parsePlayManifestUrl(target)
  return parsed.ok && parsed.request.effective.ks !== undefined
}

/** What a request asks Kaltura for, whatever its spelling; the target itself where it cannot be read. */
function meaningOf(target: string): string {
  const parsed = parsePlayManifestUrl(target)
  if (!parsed.ok) return target
  const ids = (value: string | false) => (value === false ? value : [...new Set(value.split(','))].sort().join())
  const entries = Object.entries(parsed.request.effective).map(([name, value]) => [
    name,
    name === 'flavorIds' || name === 'flavorParamIds'
      ? ids(value)
      : name === 'responseFormat' && value !== false && value !== 'jsonp'
        ? canonicalResponseFormat(value)
        : value
  ])
  return JSON.stringify(
    entries.filter(([name]) => !['cdnHost', 'clientTag', 'playSessionId', 'uiConfId'].includes(String(name))).sort()
  )
}
