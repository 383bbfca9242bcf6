import type { Asked, Reply } from './world.js'

/** Whether a shared cache that obeys `Cache-Control` (RFC 9111) may keep a reply. */
export function mayBeStored({ headers }: Pick<Reply, 'headers'>): boolean {
  const caching = headers['cache-control'] ?? ''
  return !/private|no-store/.test(caching) && /(?:s-maxage|max-age|stale-[a-z-]+)=[1-9]/.test(caching)
}

/**
 * A shared cache with the shipped idea of a key: scheme and URL as they are and what `Vary` names; it keeps what it may
 * and gives it to everybody. A request with a KS passes by: one in the URL is part of the key anyway, one in a header is
 * not. Real ones are in test/deploy; this one is quick enough for the whole matrix. The clock stands still meanwhile.
 */
export class ModelCdn {
  hits = 0
  readonly #keysScheme: boolean
  readonly #kept = new Map<string, { vary: string[]; replies: Map<string, Reply> }>()

  /** `keysScheme`: false for one that leaves the scheme to `Vary`, as it may. */
  constructor({ keysScheme = true } = {}) {
    this.#keysScheme = keysScheme
  }

  async ask(asked: Asked, forward: () => Promise<Reply>): Promise<Reply> {
    if (asked.headers['x-kaltura-ks'] !== undefined) return forward()
    const url = `${this.#keysScheme ? asked.headers['x-forwarded-proto'] : ''} ${asked.path}`
    const known = this.#kept.get(url)
    const hit = known?.replies.get(variant(asked, known.vary))
    if (hit !== undefined) {
      this.hits++
      return hit
    }
    const reply = await forward()
    if (mayBeStored(reply)) {
      const vary = (reply.headers.vary ?? '').toLowerCase().split(/\s*,\s*/)
      const slot = known ?? { vary: [], replies: new Map() }
      const wider = [...new Set([...slot.vary, ...vary])].filter((name) => name !== '').sort()
      // Answers that vary by different headers are not mixed.
      if (wider.length > slot.vary.length) slot.replies.clear()
      slot.vary = wider
      slot.replies.set(variant(asked, wider), reply)
      this.#kept.set(url, slot)
    }
    return reply
  }
}

function variant({ headers }: Asked, names: readonly string[]): string {
  return JSON.stringify(names.map((name) => headers[name] ?? null))
}
