import { connect } from 'node:net'

/**
 * One keep-alive HTTP/1.1 connection for GET, one request at a time. Reads just what the measured servers send
 * (Content-Length, no chunks): a full client costs more CPU than the servers it would measure.
 */
export class Connection {
  #socket
  #pending = null
  #opened
  #buffer = null

  constructor(port) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#opened = new Promise((resolve) => this.#socket.once('connect', resolve).once('close', resolve))
    this.#socket.on('data', (chunk) => this.#read(chunk))
    this.#socket.on('error', (error) => this.#fail(error))
    this.#socket.on('close', () => this.#fail(new Error('The connection was closed.')))
  }

  /** Resolves once it is open, or closed again. */
  get opened() {
    return this.#opened
  }

  /** Sends a request text; gives `{ status, head, body }`. */
  ask(text) {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject }
      this.#socket.write(text, 'latin1')
    })
  }

  close() {
    this.#socket.destroy()
  }

  #read(chunk) {
    this.#buffer = this.#buffer === null ? chunk : Buffer.concat([this.#buffer, chunk])
    const answer = readAnswer(this.#buffer)
    if (answer === null) return
    this.#buffer = null
    const { resolve } = this.#pending
    this.#pending = null
    resolve(answer)
  }

  #fail(error) {
    this.#pending?.reject(error)
    this.#pending = null
  }
}

/** Reads one whole answer; null while more bytes have to come. The body is cut out only when it is asked for. */
export function readAnswer(buffer) {
  const end = buffer.indexOf('\r\n\r\n')
  if (end === -1) return null
  const head = buffer.latin1Slice(0, end)
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
  const start = end + 4
  if (buffer.length < start + length) return null
  return { status: Number(head.slice(9, 12)), head, body: () => buffer.toString('utf8', start, start + length) }
}

/** A GET as a browser of today would send it, less the headers that say nothing. */
export function requestText(path) {
  return [
    `GET ${path} HTTP/1.1`,
    'Host: gateway.example',
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36',
    'Accept: */*',
    'Accept-Encoding: gzip, deflate, br',
    'Connection: keep-alive',
    '\r\n'
  ].join('\r\n')
}

/** Header lines of an answer as name and value, as they came. */
export function headerPairs(head) {
  return head
    .split('\r\n')
    .slice(1)
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()])
}
