import { connect, type Socket } from 'node:net'
import type { RawAnswer } from './judge.js'
import type { Message } from './message.js'

/** What became of one request: its answer, or how the connection ended without one. */
export type Outcome = RawAnswer | 'closed' | 'timeout' | { unreadable: string }

const STATUS = /^HTTP\/1\.1 (\d{3}) /
const LENGTH = /\r\ncontent-length: (\d+)/i
const CLOSES = /\r\nconnection: close/i

/**
 * One connection that sends requests behind one another without waiting (pipelining) and reads the answers, which come in
 * the same order. A new connection is made when the server closes.
 */
export class PipelinedConnection {
  readonly #host: string
  readonly #port: number
  readonly #timeout: number
  #socket: Socket | null = null
  #buffer: Buffer = Buffer.alloc(0)
  #waiting: { messages: readonly Message[]; outcomes: Outcome[]; done: () => void } | null = null
  #timer: NodeJS.Timeout | null = null

  /** @param timeout ms for a whole batch */
  constructor(base: string, timeout = 20_000) {
    const { hostname, port } = new URL(base)
    this.#host = hostname
    this.#port = Number(port)
    this.#timeout = timeout
  }

  /**
   * Sends requests at once and gives what became of each. Those behind one after which the server closed are sent again.
   */
  async exchange(messages: readonly Message[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = []
    while (outcomes.length < messages.length) {
      const rest = messages.slice(outcomes.length)
      const got = await this.#send(rest)
      outcomes.push(...got)
      // Nothing at all: the first one was not answered, the others may be.
      if (got.length === 0) outcomes.push('closed')
    }
    return outcomes
  }

  close(): void {
    this.#socket?.destroy()
    this.#socket = null
  }

  #send(messages: readonly Message[]): Promise<Outcome[]> {
    return new Promise((resolve) => {
      const outcomes: Outcome[] = []
      this.#waiting = {
        messages,
        outcomes,
        done: () => {
          this.#waiting = null
          if (this.#timer !== null) clearTimeout(this.#timer)
          resolve(outcomes)
        }
      }
      this.#timer = setTimeout(() => {
        outcomes.push('timeout')
        this.#end()
      }, this.#timeout)
      this.#socket ??= this.#open()
      this.#socket.write(Buffer.from(messages.map(({ text }) => text).join(''), 'latin1'))
      // What the server still waits for will not come.
      if (messages.length === 1 && messages[0]!.last) this.#socket.end()
    })
  }

  #open(): Socket {
    const socket = connect(this.#port, this.#host)
    socket.setNoDelay(true)
    this.#buffer = Buffer.alloc(0)
    socket.on('data', (chunk) => this.#read(chunk))
    socket.on('error', () => {})
    socket.on('close', () => {
      if (this.#socket === socket) this.#end()
    })
    return socket
  }

  #end(): void {
    this.close()
    this.#waiting?.done()
  }

  #read(chunk: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk])
    let at = 0
    for (;;) {
      const end = this.#buffer.indexOf('\r\n\r\n', at, 'latin1')
      if (end < 0 || this.#waiting === null) break
      const { messages, outcomes } = this.#waiting
      const head = this.#buffer.toString('latin1', at, end)
      const status = Number(STATUS.exec(head)?.[1] ?? 0)
      // "Go on, send the body": the answer comes behind.
      if (status === 100) {
        at = end + 4
        continue
      }
      const message = messages[outcomes.length]!
      const given = LENGTH.exec(head)
      const isEmpty = message.method === 'HEAD' || status === 204 || status === 304
      if (status === 0 || (given === null && !isEmpty)) {
        outcomes.push({ unreadable: head })
        this.#end()
        return
      }
      const length = isEmpty ? 0 : Number(given![1])
      const bodyAt = end + 4
      if (this.#buffer.length < bodyAt + length) break
      at = bodyAt + length
      outcomes.push({ status, head, body: this.#buffer.toString('latin1', bodyAt, at) })
      if (outcomes.length === messages.length) {
        if (at < this.#buffer.length && !message.last)
          outcomes[outcomes.length - 1] = { unreadable: 'more than one answer' }
        this.#buffer = this.#buffer.subarray(at)
        if (CLOSES.test(head) || message.last) this.#end()
        else this.#waiting.done()
        return
      }
    }
    this.#buffer = this.#buffer.subarray(at)
  }
}
