import { hkdfSync } from 'node:crypto'

/** The secrets of a configuration, of which every gateway of a fleet has the same. */
export interface FleetSecrets {
  signingKeys: readonly { key: Buffer }[]
  grantKeys: readonly { key: Buffer }[]
  partners: ReadonlyMap<number, { adminSecrets: readonly string[]; appToken: { token: string } | null }>
}

/**
 * The key under which clients are named in Redis, derived from the first secret that there is: who reads Redis cannot find
 * an address by hashing all of them. Null without any secret: then he could.
 */
export function fleetKey({ signingKeys, grantKeys, partners }: FleetSecrets): Buffer | null {
  const secrets: (Buffer | string | undefined)[] = [
    signingKeys[0]?.key,
    grantKeys[0]?.key,
    ...[...partners.values()].map(({ adminSecrets, appToken }) => adminSecrets[0] ?? appToken?.token)
  ]
  const secret = secrets.find((given) => given !== undefined)
  if (secret === undefined) return null
  return Buffer.from(hkdfSync('sha256', secret, '', 'playmanifest-gateway: names of clients in the shared tier', 32))
}
