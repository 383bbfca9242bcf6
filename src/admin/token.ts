import { createHash, timingSafeEqual } from 'node:crypto'
import ipaddr from 'ipaddr.js'
import { LRUCache } from 'lru-cache'

/** Wrong tokens that one client may try in a minute; more look like a search. */
const TRIES = 10
const MINUTE = 60_000
/** Clients that are remembered. */
const CLIENTS = 10_000

/** `retryAfter`: s until this client's tokens are looked at again. */
export type TokenVerdict = 'right' | 'wrong' | 'missing' | { retryAfter: number }

/** Checks bearer tokens: in constant time, and for each client (IPv6 by /64) only so many wrong ones a minute. */
export class TokenCheck {
  readonly #digest: Buffer
  readonly #now: () => number
  readonly #wrong = new LRUCache<string, { count: number; until: number }>({ max: CLIENTS })

  /** @param now Unix ms */
  constructor(token: string, now: () => number = Date.now) {
    this.#digest = digest(token)
    this.#now = now
  }

  /**
   * After too many wrong ones not even the right one is looked at for the rest of the minute: else trying would go on
   * all the same.
   *
   * @param header `Authorization`
   * @param client the peer's address
   */
  check(header: string | undefined, client: string): TokenVerdict {
    const [, token] = /^Bearer +([^ ].*)$/i.exec(header ?? '') ?? []
    if (token === undefined) return 'missing'
    const now = this.#now()
    const name = networkOf(client)
    let tries = this.#wrong.get(name)
    if (tries !== undefined && tries.until <= now) tries = undefined
    if (tries !== undefined && tries.count >= TRIES) return { retryAfter: Math.ceil((tries.until - now) / 1000) }
    if (timingSafeEqual(digest(token.trim()), this.#digest)) return 'right'
    this.#wrong.set(name, { count: (tries?.count ?? 0) + 1, until: tries?.until ?? now + MINUTE })
    return 'wrong'
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** One customer of an IPv6 provider has a /64 at least, so its addresses are one client. */
function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(':') : parsed.toString()
}
