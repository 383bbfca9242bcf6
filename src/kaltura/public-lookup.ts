import { type LookupAddress, type LookupAllOptions, lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { UpstreamFailure } from './errors.js'
import { isPrivateAddress } from './private-address.js'

/** Every address of a name. */
export type Lookup = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void
) => void

/**
 * A lookup for connecting that gives public addresses only. It is asked once for each connection, and what it gives is what is
 * dialled: between the check and the call no name is resolved again, so a name that changes its mind gains nothing.
 */
export function publicLookup(lookup: Lookup = systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, '', 0)
        return
      }
      const list = addresses.filter(({ address }) => !isPrivateAddress(address))
      const first = list[0]
      if (first === undefined) {
        callback(new UpstreamFailure('private-address', `${hostname} has no public address.`), '', 0)
      } else if (options.all) callback(null, list)
      else callback(null, first.address, first.family)
    })
  }
}
