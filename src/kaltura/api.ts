import type { Breaker } from './breaker.js'
import { isBusy, UpstreamFailure } from './errors.js'
import type { Fetcher } from './fetcher.js'
import { readApiError } from './wire.js'

/** One call inside a multirequest; values may hold references such as `{1:result:ks}`. */
export interface ApiCall {
  service: string
  action: string
  [parameter: string]: unknown
}

/** API errors that mean "Kaltura is in trouble", not "this is the answer" (reference api-v3.md section 2). */
const TROUBLE: ReadonlySet<string> = new Set(['INTERNAL_SERVER_ERROR', 'INTERNAL_DATABASE_ERROR', 'ACTION_BLOCKED'])

const CLIENT_TAG = 'playmanifest-gateway'

/** Speaks API v3: several calls in one round trip, JSON both ways. */
export class KalturaApi {
  readonly #fetcher: Fetcher
  readonly #url: string
  readonly #breaker: Breaker

  constructor(fetcher: Fetcher, serviceUrl: string, breaker: Breaker) {
    this.#fetcher = fetcher
    this.#url = `${serviceUrl}/api_v3/service/multirequest`
    this.#breaker = breaker
  }

  /**
   * Makes the calls in one multirequest and gives their answers in order; an answer may be an error object of Kaltura's.
   * @param signal the deadline
   * @throws UpstreamFailure when upstream fails in the sense of rule 6 of the design
   */
  async multirequest(calls: readonly ApiCall[], signal: AbortSignal): Promise<unknown[]> {
    if (!this.#breaker.allow()) throw new UpstreamFailure('breaker-open', 'Kaltura fails; it is not asked right now.')
    try {
      const answers = await this.#send(calls, signal)
      this.#breaker.succeeded()
      return answers
    } catch (error) {
      if (isBusy(error)) this.#breaker.withdrawn()
      else this.#breaker.failed()
      throw error
    }
  }

  async #send(calls: readonly ApiCall[], signal: AbortSignal): Promise<unknown[]> {
    const body: Record<string, unknown> = { format: 1, clientTag: CLIENT_TAG }
    calls.forEach((call, index) => {
      body[String(index + 1)] = call
    })
    const answer = await this.#fetcher.fetch(this.#url, {
      method: 'POST',
      // Exactly this: with a charset behind it Kaltura ignores the body (multirequest_resolution_json_charset).
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal
    })
    if (answer.status !== 200) throw new UpstreamFailure('status', `The API answered with status ${answer.status}.`)
    const answers = parseJson(answer.body)
    if (!Array.isArray(answers)) {
      const code = readApiError(answers)?.code
      throw new UpstreamFailure('api', code === undefined ? 'The API answer is no list.' : `The API answered ${code}.`)
    }
    if (answers.length !== calls.length) throw new UpstreamFailure('api', 'The API answered another number of calls.')
    for (const part of answers) {
      const code = readApiError(part)?.code
      if (code !== undefined && TROUBLE.has(code)) throw new UpstreamFailure('api', `The API answered ${code}.`)
    }
    return answers
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's message quotes the text, which may hold a KS.
    throw new UpstreamFailure('body', 'The API answer is no JSON.')
  }
}
