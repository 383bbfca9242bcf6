/** Why upstream could not be asked or understood. Never holds a URL or text of upstream's: those may quote a KS. */
export type FailureKind =
  | 'connect'
  | 'timeout'
  | 'host-not-allowed'
  | 'private-address'
  | 'too-many-redirects'
  | 'too-large'
  /** 502, 503 or 504. */
  | 'unavailable'
  | 'status'
  | 'body'
  | 'api'
  | 'breaker-open'
  /** A redirect from https to http: whoever is in between could have made the rest. */
  | 'downgrade'
  /** Not asked: the gateway has too much under way already. Says nothing about upstream. */
  | 'busy'

/** Failures that say something about the upstream as a whole, rather than about one request that a stranger made up. */
export function isOutage(error: unknown): boolean {
  return (
    error instanceof UpstreamFailure &&
    (error.kind === 'connect' || error.kind === 'timeout' || error.kind === 'unavailable')
  )
}

/** Whether upstream was not asked at all because of what the gateway itself has under way. */
export function isBusy(error: unknown): boolean {
  return error instanceof UpstreamFailure && error.kind === 'busy'
}

/** Upstream fails in the sense of rule 6 of the design: a known answer may outlive it. */
export class UpstreamFailure extends Error {
  readonly kind: FailureKind

  constructor(kind: FailureKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UpstreamFailure'
    this.kind = kind
  }
}
