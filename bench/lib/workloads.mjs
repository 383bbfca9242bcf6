import { Connection, headerPairs, requestText } from './connection.mjs'
import { script, startServer } from './processes.mjs'

const PARTNER = '101'
const BASE = `/p/${PARTNER}/sp/${PARTNER}00/playManifest`
/** The highest that the gateway takes, requests a minute: the limiter runs and never says no. */
export const RATE_LIMIT = 10_000_000
/** A slice of a yardstick has so many times the requests: it is that much faster, and a short slice is a noisy one. */
const YARDSTICK_WEIGHT = 4

const CREDENTIAL = { KALTURA_ADMIN_SECRET: 'a-secret-of-the-benchmark', KALTURA_SHARE_PUBLIC: 'true' }
const CDN = 'location: http://cdn.example.com/'

/**
 * `marker` tells the answer that is meant from a redirect to Kaltura given because something was not there in time.
 * `busy`: the load never sleeps (see load.mjs); not for misses, whose upstream shares its core.
 */
export const WORKLOADS = {
  302: {
    title: 'cached 302 to a delivery URL',
    path: `${BASE}/entryId/1_bench/format/url/protocol/http/a.mp4`,
    env: CREDENTIAL,
    status: 302,
    marker: CDN,
    busy: true
  },
  template: {
    title: '302 to Kaltura, gateway without credential',
    path: `${BASE}/entryId/1_bench/format/applehttp/protocol/https/a.m3u8`,
    env: {},
    status: 302,
    marker: '/format/applehttp/protocol/https/a.m3u8',
    busy: true
  },
  m3u8: {
    title: 'cached M3U8',
    path: `${BASE}/entryId/1_bench/format/applehttp/protocol/https/a.m3u8`,
    env: CREDENTIAL,
    status: 200,
    marker: 'mpegurl',
    busy: true
  },
  miss: {
    title: 'cold miss, another entry each time',
    path: `${BASE}/entryId/1_miss{n}/format/url/protocol/http/a.mp4`,
    env: CREDENTIAL,
    status: 302,
    marker: CDN
  }
}

/** A gateway as its users start it: `serve`, configured by its environment alone. */
export function startGateway(options, workload, upstream, { core, stdout, level = 'silent', execArgv = [] }) {
  return startServer([...options.gateway, 'serve'], {
    core,
    stdout,
    execArgv,
    env: {
      ...workload.env,
      KALTURA_SERVICE_URL: upstream,
      KALTURA_PARTNER_ID: PARTNER,
      ALLOWED_HOSTS: 'cdn.example.com',
      RATE_LIMIT: String(RATE_LIMIT),
      LOG_LEVEL: level,
      NODE_ENV: 'production'
    }
  })
}

export async function startUpstream(options, core) {
  const { child, port } = await startServer([script('servers/upstream.mjs')], {
    core,
    env: { DELAY_MS: String(options.delay), PARTNER }
  })
  return { child, url: `http://127.0.0.1:${port}` }
}

/**
 * Starts everything that is compared for one workload: the yardstick first in the list, then its peers.
 *
 * @param logFile descriptor of the file that the logging gateway writes to
 * @param warm called with each server at once when it runs: one that idled for some seconds between its first request
 *   and its load stayed up to a third slower for good, so none may wait for the others
 */
export async function startContenders(options, name, { upstream, core, logFile, warm }) {
  const workload = WORKLOADS[name]
  const add = async (server, label, more = {}) => {
    const contender = { workload: name, ...workload, name: label, ...more, ...server }
    await warm(contender)
    return contender
  }
  const gatewayServer = await startGateway(options, workload, upstream, { core })
  const answer = await capture(gatewayServer.port, workload)
  const gateway = await add(gatewayServer, 'gateway')
  if (name === 'miss') {
    const env = { UPSTREAM: upstream, PARTNER, HEADERS: JSON.stringify(without(answer.headers, 'location')) }
    return [
      await add(await startServer([script('servers/bare-miss.mjs')], { core, env }), 'node:http + undici'),
      gateway
    ]
  }
  const env = { ANSWER: JSON.stringify(answer) }
  const yardstick = async (file, label) =>
    add(await startServer([script(file)], { core, env }), label, { weight: YARDSTICK_WEIGHT })
  const contenders = [
    await yardstick('servers/bare-http.mjs', 'node:http'),
    await yardstick('servers/bare-fastify.mjs', 'Fastify'),
    gateway,
    await add(
      await startGateway(options, workload, upstream, { core, level: 'info', stdout: logFile }),
      'gateway, log on'
    )
  ]
  for (const contender of contenders) assertSame(contender.name, answer, await capture(contender.port, workload))
  return contenders
}

/** The answer that is meant, once the gateway has it in its cache: what the peers have to send. */
async function capture(port, { path, status, marker }) {
  for (const until = Date.now() + 10_000; ; ) {
    const connection = new Connection(port)
    const answer = await connection.ask(requestText(path.replace('{n}', 'first')))
    connection.close()
    if (answer.status === status && answer.head.includes(marker)) {
      return { status, headers: Object.fromEntries(payloadHeaders(answer.head)), body: answer.body() }
    }
    if (Date.now() > until) throw new Error(`${path} is answered with:\n${answer.head}`)
  }
}

/** Headers without those that node:http writes by itself, in the same words for everyone. */
function payloadHeaders(head) {
  return headerPairs(head).filter(([name]) => !/^(?:date|connection|keep-alive)$/i.test(name))
}

function assertSame(name, wanted, given) {
  const text = ({ headers, body }) =>
    JSON.stringify([
      Object.entries(headers)
        .map(([key, value]) => [key, value.replace(/max-?age=\d+/g, '')])
        .sort(),
      body
    ])
  if (text(wanted) !== text(given)) throw new Error(`${name} sends another answer:\n${text(given)}\n${text(wanted)}`)
}

function without(headers, name) {
  return Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name))
}
