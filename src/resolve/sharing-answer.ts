import { isErrorOfObject } from '../playmanifest/errors.js'
import type { Objection } from './sharing-class.js'

/** What upstream's answer says about who may have it. */
export interface AnswerFacts {
  /** Kaltura's error number; null for a success. */
  error: number | null
  /** An error without a number. */
  unnumbered: boolean
  /** `no-store` of Kaltura's answer, or of the origin's behind it. */
  noStore: boolean
  /** Seconds that Kaltura's answer may be kept; null when it does not say. */
  maxAge: number | null
  /** Set-Cookie, of Kaltura's answer or of the origin's: cookie tokenizers exist. */
  cookie: boolean
  /** Whether `X-Kaltura-ACP` lists a fulfilled rule. */
  ruleTookPart: boolean
  /** Why the Location or the body itself may not be shared: a token in it, mostly. */
  content: string | null
}

/**
 * What in upstream's answer speaks against sharing it (reference access-control.md section 6). `max-age` above 0 is
 * necessary and proves nothing alone.
 */
export function answerObjections(answer: AnswerFacts): Objection[] {
  const objections: Objection[] = []
  const never = (reason: string) => objections.push({ class: 'never', reason })
  if (answer.unnumbered) never('Kaltura refused without a number')
  if (answer.error !== null && !isErrorOfObject(answer.error)) {
    objections.push({ class: 'per-identity', reason: `Kaltura's error ${answer.error} depends on the viewer` })
  }
  const failed = answer.error !== null || answer.unnumbered
  // Kaltura's errors mostly say nothing about caching; its answers always do.
  if (answer.noStore) never(`Kaltura does not let its ${failed ? 'error' : 'answer'} be kept`)
  else if (!failed && (answer.maxAge === null || answer.maxAge <= 0)) never('Kaltura does not let its answer be kept')
  if (answer.cookie) never('upstream sets a cookie')
  if (answer.ruleTookPart) objections.push({ class: 'per-identity', reason: 'an access control rule took part' })
  if (answer.content !== null) never(answer.content)
  return objections
}
