import { type IncomingHttpHeaders, request } from 'node:http'
import { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { explainedBy } from '../answer/explained.js'
import type { Recorder } from '../resolve/recorder.js'

/** A request as it would come to the gateway. */
export interface Question {
  method: 'GET' | 'HEAD' | 'POST'
  /** Path and query, as they stand in a request line: printable bytes only. */
  target: string
  headers: Readonly<Record<string, string>>
  /** Address of the connection: the viewer's, or that of the proxy before the gateway. */
  peer: string
}

export interface Answered {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

/**
 * Asks the gateway itself, over a connection that never leaves the process: Node's own HTTP on both ends, so nothing is
 * read, routed, limited or written otherwise than for a viewer.
 */
export async function askInProcess(app: FastifyInstance, question: Question, recorder: Recorder): Promise<Answered> {
  await app.ready()
  const { method, target, headers, peer } = question
  const [ours, theirs] = pair()
  explainedBy(theirs, recorder)
  Object.assign(theirs, { remoteAddress: peer, remotePort: 0, remoteFamily: peer.includes(':') ? 'IPv6' : 'IPv4' })
  app.server.emit('connection', theirs)
  try {
    return await new Promise((resolve, reject) => {
      const options = { method, path: target, headers: { ...headers, connection: 'close' } }
      const outgoing = request({ ...options, createConnection: () => ours as never, setHost: false }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', reject)
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) })
        )
      })
      outgoing.on('error', reject)
      outgoing.end()
    })
  } finally {
    ours.destroy()
    theirs.destroy()
  }
}

/** Two streams, each reading what the other is written. */
function pair(): [Duplex, Duplex] {
  const ends: End[] = []
  ends.push(new End(() => ends[1]!), new End(() => ends[0]!))
  return [ends[0]!, ends[1]!]
}

class End extends Duplex {
  readonly #other: () => End
  /** The writer waits until what it wrote was read. */
  #release: (() => void) | null = null

  constructor(other: () => End) {
    super()
    this.#other = other
  }

  /** Members of a socket that HTTP calls. */
  setTimeout(): this {
    return this
  }
  setNoDelay(): this {
    return this
  }
  setKeepAlive(): this {
    return this
  }

  /** @param release called once more may be written */
  arrive(chunk: Buffer | null, release: () => void): void {
    if (this.destroyed || this.push(chunk)) release()
    else this.#release = release
  }

  override _read(): void {
    const release = this.#release
    this.#release = null
    release?.()
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#other().arrive(chunk, done)
  }

  override _final(done: () => void): void {
    this.#other().arrive(null, done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this._read()
    done(error)
  }
}
