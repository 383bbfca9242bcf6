import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Counter, collectDefaultMetrics, Registry } from 'prom-client'
import { isExplained } from '../answer/explained.js'
import { targetOf } from '../answer/request-target.js'
import type { CacheName, PurgeOrder, Touched } from '../cache/purge.js'
import type { ReloadResult } from '../config/reload.js'
import type { FailureKind } from '../kaltura/errors.js'
import { isApiUrl } from '../playmanifest/redact-api.js'
import type { Decision } from '../resolve/decision.js'
import type { SharingClass } from '../resolve/sharing-class.js'
import { ASPECTS, type Aspect, SHADOW_RESULTS, type ShadowResult } from '../rules/shadow.js'
import { DEVICE_CLASSES } from '../viewer/device-class.js'

/** What was answered: the kinds of answers to playManifest, and what stands beside it. */
const KINDS: readonly AnswerKind[] = [
  'template',
  'target',
  'manifest',
  'document',
  'viewer',
  'grant',
  'error',
  'problem',
  'post',
  'api',
  'health',
  'preflight',
  'unreadable'
]
type AnswerKind = NonNullable<Decision['answer']> | 'problem' | 'api' | 'health' | 'preflight' | 'unreadable'

const STATUSES = ['2xx', '3xx', '4xx', '5xx'] as const
const CACHES = ['catalog', 'target'] as const
const CACHE_STATES: Record<NonNullable<Decision['target']>, true> = {
  hit: true,
  stale: true,
  miss: true,
  'stale-error': true,
  pending: true,
  failed: true,
  refused: true
}
const KS_STATES: Record<Decision['ks'], true> = {
  none: true,
  valid: true,
  expired: true,
  unverified: true,
  foreign: true
}
/** `none`: it did not come so far. */
const SHARING_CLASSES: Record<SharingClass | 'none', true> = {
  public: true,
  'per-identity': true,
  never: true,
  none: true
}
const SIGNATURE_STATES: Record<Decision['signature'], true> = {
  none: true,
  off: true,
  kaltura: true,
  valid: true,
  missing: true,
  wrong: true,
  unclear: true,
  expired: true,
  bound: true
}
const RELOAD_RESULTS: Record<ReloadResult['result'], true> = { replaced: true, unchanged: true, failed: true }
const PURGEABLE: Record<CacheName, true> = { reference: true, catalog: true, target: true }
/** What an order names. */
const PURGE_SCOPES = ['all', 'entries', 'partners', 'referenceIds'] as const
/** `patience`: upstream was not waited for any longer; `other`: a reason that is new here. */
const FAILURES: Record<FailureKind | 'patience' | 'other', true> = {
  connect: true,
  timeout: true,
  'host-not-allowed': true,
  'private-address': true,
  'too-many-redirects': true,
  'too-large': true,
  downgrade: true,
  busy: true,
  unavailable: true,
  status: true,
  body: true,
  api: true,
  'breaker-open': true,
  patience: true,
  other: true
}

/**
 * What the gateway counts, for Prometheus. No label holds anything of a request: every value is one of a list that is
 * known here, so the number of series is fixed, and no session, entry or address can become one.
 *
 * Counting costs a few additions a request; names and labels are put to the numbers when they are read.
 */
export class Metrics {
  readonly #registry = new Registry()
  readonly #answers = this.#table('answers', 'Answers by kind and class of status.', { kind: KINDS, status: STATUSES })
  readonly #caches = this.#table('cache_lookups', 'How catalogs and targets were found.', {
    cache: CACHES,
    state: Object.keys(CACHE_STATES)
  })
  readonly #sharing = this.#table('sharing', 'Requests for playManifest by whom the answer may be given to.', {
    class: Object.keys(SHARING_CLASSES)
  })
  readonly #signatures = this.#table('signatures', 'Requests for playManifest by what became of their signature.', {
    state: Object.keys(SIGNATURE_STATES)
  })
  readonly #devices = this.#table('devices', 'Requests for playManifest by device class.', { device: DEVICE_CLASSES })
  readonly #ks = this.#table('ks', 'Requests for playManifest by what their KS was found to be.', {
    state: Object.keys(KS_STATES)
  })
  readonly #failures = this.#table('upstream_failures', 'Answers made without upstream, by what failed.', {
    kind: Object.keys(FAILURES)
  })
  readonly #reloads = this.#table('rules_reloads', 'Readings of the configuration file after the start.', {
    result: Object.keys(RELOAD_RESULTS)
  })
  readonly #purges = this.#table(
    'purges',
    'Orders to purge, by what they name; one that names several counts for each.',
    {
      scope: PURGE_SCOPES,
      mode: ['soft', 'hard']
    }
  )
  readonly #purged = this.#table('purged_values', 'Values in memory that were purged.', {
    cache: Object.keys(PURGEABLE),
    mode: ['soft', 'hard']
  })
  readonly #shadow = this.#table('shadow_rules', 'Requests about which the shadow rules were asked.', {
    result: [...SHADOW_RESULTS, 'failed']
  })
  readonly #shadowDifferences = this.#table(
    'shadow_rules_differences',
    'What the shadow rules would decide otherwise.',
    {
      in: ASPECTS
    }
  )
  readonly #limited = this.#table('rate_limited', 'Requests refused with 429.', {})

  /** Adds what prom-client tells about the process itself. Once a process: it observes the garbage collector. */
  watchProcess(): void {
    collectDefaultMetrics({ register: this.#registry })
  }

  /** Everything in Prometheus' text format, and its content type. */
  async read(): Promise<{ contentType: string; body: string }> {
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() }
  }

  /** The one place that counts a request, after its answer. */
  count(request: FastifyRequest, reply: FastifyReply): void {
    if (isExplained(request)) return
    // Before the routes there is no such member.
    const decision = request.decision ?? null
    const status = reply.statusCode
    this.#answers.add(kindOf(decision, request, status), STATUSES[Math.floor(status / 100) - 2] ?? '5xx')
    if (status === 429 && isProblem(reply)) this.#limited.add()
    if (decision === null) return
    if (decision.catalog !== null) this.#caches.add('catalog', decision.catalog)
    if (decision.target !== null) this.#caches.add('target', decision.target)
    this.#sharing.add(decision.sharingClass ?? 'none')
    this.#signatures.add(decision.signature)
    this.#devices.add(decision.device)
    this.#ks.add(decision.ks)
    if (decision.failure !== null) this.#failures.add(failureKind(decision.failure))
  }

  /** Bytes that were no request. */
  countUnreadable(): void {
    this.#answers.add('unreadable', '4xx')
  }

  /** A reading of the configuration file after the start. */
  countReload(result: ReloadResult['result']): void {
    this.#reloads.add(result)
  }

  /** An order to purge. @param touched values by tier and cache */
  countPurge(order: PurgeOrder, { memory = {} }: Readonly<Record<string, Touched>>): void {
    const mode = order.soft ? 'soft' : 'hard'
    for (const scope of PURGE_SCOPES) {
      const named = order[scope]
      if (named === true || (Array.isArray(named) && named.length > 0)) this.#purges.add(scope, mode)
    }
    for (const [cache, count] of Object.entries(memory)) this.#purged.add(cache, mode, count)
  }

  /** A request about which the shadow rules were asked, and in what they would have decided otherwise. */
  countShadow(result: ShadowResult | 'failed', differences: readonly Aspect[]): void {
    this.#shadow.add(result)
    for (const aspect of differences) this.#shadowDifferences.add(aspect)
  }

  #table(name: string, help: string, labels: Readonly<Record<string, readonly string[]>>): Table {
    return new Table(this.#registry, `playmanifest_${name}_total`, help, labels)
  }
}

/** Counts every request of an app. */
export function registerMetrics(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', (request, reply, done) => {
    metrics.count(request, reply)
    done()
  })
}

/** A counter of at most two labels whose values are all known ahead; from the first reading on each stands there with 0. */
class Table {
  readonly #rows = new Map<string, Map<string, { count: number }>>()

  constructor(registry: Registry, name: string, help: string, labels: Readonly<Record<string, readonly string[]>>) {
    const [first = '', second = ''] = Object.keys(labels)
    for (const row of labels[first] ?? ['']) {
      this.#rows.set(row, new Map((labels[second] ?? ['']).map((column) => [column, { count: 0 }])))
    }
    const rows = this.#rows
    new Counter({
      name,
      help,
      labelNames: Object.keys(labels),
      registers: [registry],
      collect() {
        this.reset()
        for (const [row, columns] of rows) {
          for (const [column, { count }] of columns) {
            this.inc({ ...(first && { [first]: row }), ...(second && { [second]: column }) }, count)
          }
        }
      }
    })
  }

  /** A value that is on no list is not counted: it would be a label made by somebody else. */
  add(row = '', column = '', times = 1): void {
    const cell = this.#rows.get(row)?.get(column)
    if (cell !== undefined) cell.count += times
  }
}

function kindOf(decision: Decision | null, request: FastifyRequest, status: number): AnswerKind {
  if (decision !== null && status !== 429) return decision.answer ?? 'problem'
  const url = targetOf(request)
  if (url === '/livez' || url === '/readyz') return 'health'
  if (request.method === 'OPTIONS' && status === 200) return 'preflight'
  return isApiUrl(url) ? 'api' : 'problem'
}

/** Ours, not a 429 of Kaltura's that was passed on. */
function isProblem(reply: FastifyReply): boolean {
  return String(reply.getHeader('content-type')).startsWith('application/problem+json')
}

/** A failure begins with its kind and a colon. */
function failureKind(failure: string): string {
  const kind = failure.split(':', 1)[0]!
  if (kind in FAILURES) return kind
  return failure.includes('patience') ? 'patience' : 'other'
}
