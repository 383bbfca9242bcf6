/** How a promise stood after a while. */
export type Settled<T> = { kind: 'value'; loaded: T } | { kind: 'failed'; error: unknown } | { kind: 'pending' }

/** @param patience ms */
export function settleWithin<T>(promise: Promise<T>, patience: number): Promise<Settled<T>> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve({ kind: 'pending' }), patience)
    promise.then(
      (loaded) => {
        clearTimeout(timer)
        resolve({ kind: 'value', loaded })
      },
      (error: unknown) => {
        clearTimeout(timer)
        resolve({ kind: 'failed', error })
      }
    )
  })
}
