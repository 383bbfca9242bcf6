import type { FastifyInstance } from 'fastify'
import type { Config } from '../config/config.js'
import { Recorder } from '../resolve/recorder.js'
import { askInProcess, type Question } from './ask-in-process.js'
import { type Explanation, report } from './report.js'

/** Answers a question as a viewer would be answered, and says why. */
export type Explain = (question: Question) => Promise<Explanation>

/**
 * Explains what a gateway answers. The question is a request of the gateway itself (same router, resolver, caches,
 * render), which differs in one thing: its decision has a recorder. It counts in no limit, metric or log line of viewers.
 *
 * @param now Unix ms
 */
export function explainer(
  app: FastifyInstance,
  config: Pick<Config, 'partners'>,
  now: () => number = Date.now
): Explain {
  return async (question) => {
    const recorder = new Recorder()
    const answered = await askInProcess(app, question, recorder)
    return report(question, answered, recorder, config, now())
  }
}
