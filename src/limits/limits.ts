import type { Fleet } from './fleet.js'
import { Windows } from './windows.js'

/** Budgets of one client that are spent by what he causes, not by asking alone. */
export type DearKind = 'misses' | 'errors' | 'signatures'

/** Requests a minute by kind; 0: no limit. */
export type Budgets = Readonly<Record<'client' | 'partner' | DearKind, number>>

/**
 * All budgets of this process. Every request is counted in memory alone, with nothing to wait for; what is dear is counted
 * together with the fleet where there is one.
 */
export class Limits {
  readonly #client: Windows
  readonly #partner: Windows
  readonly #dear: Readonly<Record<DearKind, Windows>>
  readonly #fleet: Fleet | null

  constructor(budgets: Budgets, fleet: Fleet | null = null, now: () => number = Date.now) {
    const windows = (kind: keyof Budgets) => {
      const made = new Windows({ max: budgets[kind], now })
      if (made.max > 0) fleet?.add(kind, made)
      return made
    }
    this.#client = windows('client')
    this.#partner = windows('partner')
    this.#dear = { misses: windows('misses'), errors: windows('errors'), signatures: windows('signatures') }
    this.#fleet = fleet
  }

  /**
   * Counts a request. The client comes first: one that is over its own budget does not use up its partner's.
   * @param client null: nobody that can be told apart
   * @param partner null: none that is served
   * @returns ms to wait; 0: let through
   */
  takeRequest(client: string | null, partner: number | null): number {
    const wait = client === null ? 0 : this.takeClient(client)
    return wait > 0 ? wait : this.takePartner(partner)
  }

  /** The client's half of it. */
  takeClient(client: string): number {
    return this.#client.take(client)
  }

  /** The partner's half of it. */
  takePartner(partner: number | null): number {
    return partner === null ? 0 : this.#partner.take(String(partner))
  }

  /** Requests a minute of one client; 0: no limit. */
  get perClient(): number {
    return this.#client.max
  }

  /** Counts something dear, and asks the fleet about it. @returns ms to wait; 0: let through. Never rejects. */
  async takeDear(kind: DearKind, client: string | null): Promise<number> {
    const windows = this.#dear[kind]
    if (client === null || windows.max === 0) return 0
    const wait = windows.take(client)
    if (wait > 0 || this.#fleet === null) return wait
    await this.#fleet.ask(kind, client)
    return windows.confirm(client)
  }
}
