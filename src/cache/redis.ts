import { Cluster, Redis } from 'iovalkey'

/** What the users of the link do with it: pipelines whose keys lie in one slot, and single commands. */
export type RedisClient = Redis | Cluster

/** The part of a logger that is needed. */
export interface RedisLog {
  info(text: string): void
  warn(text: string): void
}

/** ms that a request may wait for the shared tier. */
export const IN_LINE = 50

/** ms without a byte after which a connection is given up. */
const SILENCE = 2_000

const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 30_000
/** ms of good service after which a failure is the first one again. */
const FORGIVEN = 60_000

/**
 * The one connection to the Valkey or Redis that several gateways share. Nothing here fails a request: who asks gets null
 * when it is away, and once it was away or slow nobody waits for it until a probe was answered in time. Said in the log
 * once per change, never with the URL, which may hold a password.
 */
export class RedisLink {
  readonly #client: RedisClient
  readonly #log: RedisLog
  #quick: boolean | null = null
  #since = 0
  #pause = FIRST_PAUSE
  #probe: NodeJS.Timeout | null = null
  #closed = false

  /** @param urls one: a single server; several: nodes of a cluster. Nothing is asked before `connect`. */
  constructor(urls: readonly string[], log: RedisLog) {
    this.#log = log
    this.#client = makeClient(urls)
    this.#client.on('error', (error: Error) => this.#failed(reasonOf(error)))
    this.#client.on('close', () => this.#failed('the connection closed'))
    this.#client.on('ready', () => void this.#ping())
  }

  /** Begins to connect, and goes on trying until it is closed. */
  connect(): void {
    this.#client.connect().catch(ignore)
  }

  /** Whether there is a connection. */
  get ready(): boolean {
    return !this.#closed && this.#client.status === 'ready'
  }

  /** Whether a request may wait for it. */
  get quick(): boolean {
    return this.#quick === true
  }

  /**
   * Does some work over the connection.
   * @param patience ms
   * @returns null when it is away, fails or takes longer; never throws
   */
  async run<T>(work: (client: RedisClient) => Promise<T>, patience: number): Promise<T | null> {
    if (!this.ready) return null
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Late()), patience)
    })
    try {
      return await Promise.race([work(this.#client), late])
    } catch (error) {
      this.#failed(reasonOf(error as Error))
      return null
    } finally {
      clearTimeout(timer)
    }
  }

  /** The same for work that a request waits for: null at once while the other side is not known to be quick. */
  async runInLine<T>(work: (client: RedisClient) => Promise<T>): Promise<T | null> {
    return this.quick ? this.run(work, IN_LINE) : null
  }

  close(): void {
    this.#closed = true
    if (this.#probe !== null) clearTimeout(this.#probe)
    this.#client.disconnect()
  }

  #failed(reason: string): void {
    if (this.#closed) return
    if (this.#quick !== false) {
      this.#log.warn(`The shared tier (REDIS_URL) does not answer (${reason}): every gateway counts for itself.`)
      if (Date.now() - this.#since > FORGIVEN) this.#pause = FIRST_PAUSE
    }
    this.#quick = false
    // Without a connection there is nothing to probe: the next one says when it is there.
    if (this.#probe !== null || !this.ready) return
    this.#probe = setTimeout(() => {
      this.#probe = null
      void this.#ping()
    }, this.#pause).unref()
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE)
  }

  /** Asks whether it is quick. */
  async #ping(): Promise<void> {
    if ((await this.run((client) => client.ping(), IN_LINE)) === null || this.#quick === true) return
    this.#quick = true
    this.#since = Date.now()
    this.#log.info('The shared tier (REDIS_URL) answers.')
  }
}

function makeClient(urls: readonly string[]): RedisClient {
  const node = { maxRetriesPerRequest: 1, connectTimeout: 1_000, commandTimeout: 1_000, socketTimeout: SILENCE }
  const whole = { lazyConnect: true, enableOfflineQueue: false }
  const again = (times: number) => Math.min(times * 100, 2_000) + Math.random() * 100
  const [first = ''] = urls
  if (urls.length === 1) return new Redis(first, { ...node, ...whole, retryStrategy: again })
  const { protocol, username, password } = new URL(first)
  const credentials = {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' ? { tls: {} } : {})
  }
  const nodes = urls.map((url) => {
    const { hostname, port } = new URL(url)
    return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 6379 : Number(port) }
  })
  return new Cluster(nodes, {
    ...whole,
    clusterRetryStrategy: again,
    slotsRefreshTimeout: 1_000,
    redisOptions: { ...node, ...credentials }
  })
}

class Late extends Error {}

/** A word for the log: a system's code, or the one that the server begins its errors with. */
function reasonOf(error: Error & { code?: string }): string {
  if (error instanceof Late) return 'no answer in time'
  return error.code ?? /^[A-Z]{4,}\b/.exec(error.message)?.[0] ?? error.name
}

function ignore(): void {
  // The link says what is wrong by its events, and tries again.
}
