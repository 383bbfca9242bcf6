/**
 * Whom an answer may be given to, as a type: what is kept for everybody is `Public`, and only a verdict of `classify`
 * makes something that (rule 2 of the design).
 */

/**
 * - `public`: proven to be the same for everybody;
 * - `per-identity`: depends on who asks, or may, as far as is known;
 * - `never`: a token or something made for one moment, which not even the same viewer may be given again.
 */
export type SharingClass = 'public' | 'per-identity' | 'never'

/** One thing that speaks against sharing, in words that log and explain print. */
export interface Objection {
  class: Exclude<SharingClass, 'public'>
  reason: string
}

declare const proof: unique symbol

export interface PublicVerdict {
  readonly class: 'public'
  readonly [proof]: true
}

export interface PrivateVerdict {
  readonly class: Exclude<SharingClass, 'public'>
  readonly reasons: readonly string[]
}

export type Verdict = PublicVerdict | PrivateVerdict

/** A value that everybody may be given. */
export interface Public<T> {
  readonly kind: 'public'
  readonly value: T
  readonly [proof]: true
}

/** What is remembered of a value that may not be kept: why, and nothing of the value. */
export interface Withheld extends PrivateVerdict {
  readonly kind: 'withheld'
}

/** What fits into a cache that viewers share. */
export type Shareable<T> = Public<T> | Withheld

/** The verdict on objections: the strictest of them decides, and none at all is the proof. */
export function verdictOf(objections: readonly Objection[]): Verdict {
  if (objections.length === 0) return { class: 'public' } as PublicVerdict
  return {
    class: objections.some((objection) => objection.class === 'never') ? 'never' : 'per-identity',
    reasons: objections.map(({ reason }) => reason)
  }
}

/** The value, as one that may be shared. */
export function proven<T>(value: T, _verdict: PublicVerdict): Public<T> {
  return { kind: 'public', value } as Public<T>
}

/** What to remember instead of the value. */
export function withheld({ class: kind, reasons }: PrivateVerdict): Withheld {
  return { kind: 'withheld', class: kind, reasons }
}
