/**
 * What other programs import as `playmanifest-gateway/sign`: makes links that the gateway verifies (docs/signed-links.md).
 * Nothing is asked and nothing is read: a key and a URL go in, a URL comes out.
 */
import type { MacKey } from './signing/mac.js'
import { SignError, type SignTerms, signGrant, signLink } from './signing/sign.js'

export type { SignTerms } from './signing/sign.js'
export { SignError } from './signing/sign.js'

/** The key that signs, as SIGNING_KEYS or GRANT_KEYS has it. */
export interface SignKey {
  /** What stands before the colon. */
  keyId: string
  /** What stands behind it, base64; or the bytes themselves. At least 16 bytes. */
  key: string | Uint8Array
}

export type SignUrlOptions = SignKey & SignTerms
export type GrantUrlOptions = SignKey &
  SignTerms & {
    /** What the link is for: one word that the gateway's log shows. */
    purpose: string
    /** Unix s, or a Date. */
    expires: number | Date
  }

/**
 * Signs a playManifest URL: whole, or a path that begins with a slash. Everything that it says is signed, except for host,
 * sub-partner, file name and what players add by themselves (docs/signed-links.md lists it).
 *
 * @throws SignError when the URL, the key or the terms are not usable
 */
export function signUrl(url: string, { keyId, key, ...terms }: SignUrlOptions): string {
  return signLink(url, readKey(keyId, key), terms)
}

/**
 * Signs a grant: `entryId` and `flavorId` in the URL name what the gateway looks up with its own credential.
 *
 * @throws SignError when the URL, the key or the terms are not usable
 */
export function grantUrl(url: string, { keyId, key, ...terms }: GrantUrlOptions): string {
  return signGrant(url, readKey(keyId, key), terms)
}

function readKey(id: string, key: string | Uint8Array): MacKey {
  const bytes = typeof key === 'string' ? Buffer.from(key, 'base64') : key
  if (bytes.length < 16) throw new SignError('The key has to have 16 bytes or more, as base64 or as bytes.')
  return { id, key: bytes }
}
