import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { problem } from '../answer/problem.js'
import { renderProblem } from '../answer/render.js'
import { send } from '../answer/send.js'
import type { Question } from '../explain/ask-in-process.js'
import type { Explain } from '../explain/explain.js'
import { BadQuestion, QUESTION_CONTRACT, readQuestion } from '../explain/question.js'

/** Headers of the operator's own request that are about that request, and never a viewer's. */
const OWN_HEADERS =
  /^(?:host|authorization|proxy-.*|cookie|origin|referer|connection|keep-alive|upgrade.*|te|trailer|transfer-encoding|content-.*|expect|sec-fetch-.*)$/

/** The page that shows an explanation, for browsers that go to one of the addresses. */
export interface ExplainPage {
  isWanted: (request: FastifyRequest) => boolean
  send: (reply: FastifyReply) => FastifyReply
}

/**
 * `/explain?url=...`, `/explain` with a JSON body, and `/explain/p/...`: why a request is answered as it is. Behind the
 * guard of the admin side. The page asks by itself what its address says.
 */
export function registerExplain(app: FastifyInstance, explain: Explain, page: ExplainPage): void {
  const answer = async (
    reply: FastifyReply,
    request: FastifyRequest,
    read: (request: FastifyRequest) => Question
  ): Promise<FastifyReply> => {
    let question: Question
    try {
      question = read(request)
    } catch (error) {
      if (!(error instanceof BadQuestion)) throw error
      return send(reply, renderProblem(problem('BAD_REQUEST', error.message)))
    }
    const explanation = await explain(question)
    return reply.type('application/json; charset=utf-8').send(`${JSON.stringify(explanation, null, 2)}\n`)
  }
  // The one test for both: what needs no token is the page, and never an explanation.
  const open = { config: { withoutToken: page.isWanted } }
  const get = (read: (request: FastifyRequest) => Question) => (request: FastifyRequest, reply: FastifyReply) =>
    page.isWanted(request) ? page.send(reply) : answer(reply, request, read)
  app.get('/explain', open, get(fromQuery))
  app.post('/explain', (request, reply) => answer(reply, request, fromBody))
  app.get('/explain/*', open, get(fromPrefix))
}

function fromQuery(request: FastifyRequest): Question {
  const given: Record<string, unknown> = {}
  const headers: Record<string, unknown> = Object.create(null)
  for (const [name, value] of Object.entries((request.query ?? {}) as Record<string, unknown>)) {
    if (name.startsWith('header.')) headers[name.slice('header.'.length)] = value
    else given[name] = value
  }
  return questionOf({ ...given, headers }, request)
}

function fromBody(request: FastifyRequest): Question {
  const { body } = request
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new BadQuestion(QUESTION_CONTRACT)
  return questionOf(body as Record<string, unknown>, request)
}

/** The URL as it stands behind `/explain`, with the headers of whoever asks. */
function fromPrefix(request: FastifyRequest): Question {
  const url = (request.raw.url ?? '').slice('/explain'.length)
  const headers = Object.entries(request.headers).filter(
    ([name, value]) => typeof value === 'string' && !OWN_HEADERS.test(name)
  )
  return questionOf({ url, headers: Object.fromEntries(headers) }, request)
}

function questionOf(given: Record<string, unknown>, request: FastifyRequest): Question {
  return readQuestion(given, request.socket.remoteAddress ?? '127.0.0.1')
}
