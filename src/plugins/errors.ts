import { type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { ConnectionError, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Problem, problem } from '../answer/problem.js'
import { methodNotAllowed, type Rendered, renderProblem } from '../answer/render.js'
import { send } from '../answer/send.js'
import { parsePlayManifestUrl } from '../playmanifest/parse.js'
import { redactText } from '../playmanifest/redact.js'
import { CORS_HEADERS } from './cors.js'
import { type RateLimit, TooManyRequests, tooMany } from './rate-limit.js'

/** Every error becomes a problem body; ours are logged without the request's URL, which may hold a KS. */
export function registerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if (error instanceof TooManyRequests) return send(reply, tooMany(error.wait))
    return sendProblem(reply, asProblem(error, request))
  })
}

/** Looking for addresses is an attack too: what is not found counts for the limits, so this comes after them. */
export function registerNotFound(app: FastifyInstance): void {
  const limit = app.hasDecorator('rateLimit') ? { preHandler: app.rateLimit() } : {}
  app.setNotFoundHandler(limit, (request, reply) => {
    // Methods that the framework has no routes for.
    const known = request.method === 'GET' || request.method === 'HEAD' || request.method === 'POST'
    if (!known && parsePlayManifestUrl(request.raw.url ?? '').ok) return send(reply, methodNotAllowed())
    return sendProblem(
      reply,
      problem('NOT_FOUND', 'This service answers playManifest URLs: /p/{partnerId}/sp/{id}/playManifest/...')
    )
  })
}

/**
 * For errors that arise before a route is known; no hook runs there, so CORS is set and limits are applied by hand.
 * @param answer what may still be answered although its path cannot be decoded; null when nothing
 */
export async function frameworkError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
  answer: (request: FastifyRequest) => Promise<Rendered | null>,
  limit: Pick<RateLimit, 'refuse' | 'weigh'>
): Promise<void> {
  reply.headers(CORS_HEADERS)
  try {
    const refused = limit.refuse(request)
    if (refused !== null) return void send(reply, refused)
    const rendered = error.code === 'FST_ERR_BAD_URL' ? await answer(request).catch(() => null) : null
    send(reply, await limit.weigh(request, rendered ?? renderProblem(asProblem(error, request))))
  } catch (fault) {
    // Nobody else would hear of it, and it would end the process.
    if (!reply.sent) send(reply, renderProblem(asProblem(fault as FastifyError, request)))
  }
}

/** The answer to what each connection asked last, given or not. */
const latest = new WeakMap<Socket, ServerResponse>()

/**
 * Keeps in mind what is asked on each connection, for `clientError`. An `Expect` that nobody knows may be overlooked
 * (RFC 9110, 10.1.1); Node would answer it by itself, without CORS and without a problem body.
 */
export function rememberAnswers(server: Server): void {
  server.on('request', (request, response) => latest.set(request.socket, response))
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
}

/**
 * Bytes that are no request: a few words of HTTP by hand, and the connection ends. Not before what was asked on it
 * earlier is answered, or this would be taken for that answer; and nothing is said when they stand in the body of a
 * request, which has an answer of its own.
 */
export function clientError(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const answer = latest.get(socket)
  const end = (): void => {
    if (answer !== undefined && !answer.req.complete) socket.end()
    else refuseConnection(error, socket)
  }
  if (answer === undefined || answer.writableFinished) end()
  else answer.once('finish', end)
}

function refuseConnection(error: ConnectionError, socket: Socket): void {
  const { status, headers, body } = renderProblem(problemOf(error.code))
  const lines = Object.entries({
    ...headers,
    ...CORS_HEADERS,
    'content-length': Buffer.byteLength(body),
    connection: 'close'
  })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`)
}

function problemOf(code: string | undefined): Problem {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return problem('HEADERS_TOO_LARGE', 'The request line and headers have more than 16 kB together.')
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return problem('REQUEST_TIMEOUT', 'The request was not complete in time.')
  return problem('BAD_REQUEST', 'What was sent is no HTTP request.')
}

function asProblem(error: FastifyError, request: FastifyRequest): Problem {
  if (error.code === 'FST_ERR_BAD_URL') {
    return problem('BAD_ESCAPE', 'The path holds a percent sign or bytes that cannot be decoded.')
  }
  // The router's own limit for the ids in the path, long before that of the whole URL.
  if (error.statusCode === 414) return problem('URL_TOO_LONG', 'An id in the path is longer than any id is.')
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return { ...problem('BAD_REQUEST', 'The request could not be understood.'), status: error.statusCode }
  }
  request.log.error({ err: { type: error.name, code: error.code, stack: redactText(error.stack ?? '') } }, 'fault')
  return problem('INTERNAL', 'The fault was logged. The request can be sent to Kaltura directly.')
}

function sendProblem(reply: FastifyReply, given: Problem): FastifyReply {
  return send(reply, renderProblem(given))
}
