import { Circle, type CircleOptions } from './circle.js'
import type { Fetcher } from './fetcher.js'

export interface CirclesOptions extends Omit<CircleOptions, 'cdnUrl' | 'name'> {
  /** Every base that viewers may be sent to, with its name in the configuration. */
  bases: readonly { name: string; url: string }[]
}

/**
 * The circles of all bases. Each base is suspected, probed and proven for itself, and a proof concerns the redirects to it
 * alone: of several CDNs one may have its origin moved here while the others lead to Kaltura.
 */
export class Circles {
  readonly #circles: ReadonlyMap<string, Circle>

  constructor(fetcher: Pick<Fetcher, 'fetch'>, { bases, ...options }: CirclesOptions) {
    const circles = new Map<string, Circle>()
    for (const { name, url } of bases) {
      // A base may have several names.
      if (!circles.has(url)) circles.set(url, new Circle(fetcher, { ...options, cdnUrl: url, name }))
    }
    this.#circles = circles
  }

  /** The circle of a base. @throws RangeError for what is none: nothing may be sent there */
  of(base: string): Circle {
    const circle = this.#circles.get(base)
    if (circle === undefined) throw new RangeError('a redirect to Kaltura is at a configured base')
    return circle
  }

  /** A request came in: who was sent to this URL, at whatever base, raises a suspicion. @param url path and query, as sent */
  arrived(client: string, url: string): void {
    for (const circle of this.#circles.values()) circle.arrived(client, url)
  }

  /** What to answer to a probe of a gateway that redirects to one of the bases; null for any other request. */
  answerProbe(url: string): string | null {
    for (const circle of this.#circles.values()) {
      const proof = circle.answerProbe(url)
      if (proof !== null) return proof
    }
    return null
  }

  close(): void {
    for (const circle of this.#circles.values()) circle.close()
  }
}
