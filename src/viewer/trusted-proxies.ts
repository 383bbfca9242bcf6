import { BlockList, isIP } from 'node:net'
import { bareAddress } from './bare-address.js'

/** Ranges that proxies are usually named by. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']
}

/** Which peers are proxies whose forwarding and device headers count. */
export class TrustedProxies {
  readonly #list = new BlockList()
  readonly empty: boolean

  /** @param entries addresses, CIDR ranges or range names, already checked */
  constructor(entries: readonly string[]) {
    this.empty = entries.length === 0
    for (const entry of entries.flatMap((name) => NAMED[name] ?? [name])) {
      const [address = '', bits] = entry.split('/')
      const type = isIP(address) === 6 ? 'ipv6' : 'ipv4'
      if (bits === undefined) this.#list.addAddress(address, type)
      else this.#list.addSubnet(address, Number(bits), type)
    }
  }

  /** @param given an address, also with a port or in brackets, as proxies name each other */
  has(given: string | undefined): boolean {
    if (this.empty || given === undefined) return false
    const address = bareAddress(given)
    return address !== null && this.#list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  }
}
