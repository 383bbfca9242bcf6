import { type PlayManifestRequest, parsePlayManifestUrl } from '../playmanifest/parse.js'
import { withoutParameters } from '../playmanifest/without.js'
import type { DeviceClass } from '../viewer/device-class.js'
import { readRange } from './address-range.js'
import { grantFault } from './grant.js'
import { type MacKey, macOf, signedText } from './mac.js'
import { PASS_THROUGH, signedParameters } from './signed-parameters.js'
import { isDeviceClass, isPurpose, readToken, type SignatureKind, type SignatureTerms, writeToken } from './token.js'

/** What a link is signed for. */
export interface SignTerms {
  /** Unix s, or a Date; none: the link does not end. Grants need one. */
  expires?: number | Date | undefined
  /** A class such as `ipad`: only such devices may use the link. */
  device?: DeviceClass | string | undefined
  /** An address or a CIDR range: only such clients may use the link. */
  address?: string | undefined
}

/** A link that cannot be signed; the message says why and what would be right. */
export class SignError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'SignError'
  }
}

/** Signs a link. A signature that stands in it already is replaced. */
export function signLink(url: string, key: MacKey, terms: SignTerms = {}): string {
  return sign('link', url, key, terms, null)
}

/** Signs a grant: a link by which the gateway uses its own credential for one flavor of one entry. */
export function signGrant(url: string, key: MacKey, terms: SignTerms & { purpose: string }): string {
  if (!isPurpose(terms.purpose)) {
    throw new SignError('The purpose has to be one word of up to 40 letters, digits, _ and -, such as transcription.')
  }
  if (terms.expires === undefined) throw new SignError('A grant has to expire.')
  return sign('grant', url, key, terms, terms.purpose)
}

const OURS = new Set(['signature', 'grant'])
/** Scheme and host, and a path of a proxy's before playManifest's own. */
const BASE = /^(?:https?:\/\/[^/?#]+)?(?:\/[^?#]*?)?(?=(?:\/s)?\/p\/[-0-9]+(?:\/sp\/[-0-9]+)?\/playManifest(?:[/?]|$))/i

function sign(kind: SignatureKind, url: string, key: MacKey, terms: SignTerms, purpose: string | null): string {
  const { base, request } = readLink(url)
  const carrier = kind === 'grant' ? 'grant' : 'signature'
  const read = signedParameters(request, carrier)
  if (!read.ok) throw new SignError(`The link cannot be signed: ${read.detail}`)
  const refused = kind === 'grant' ? grantFault(read.parameters, request) : null
  if (refused !== null) throw new SignError(`The link cannot be a grant: ${refused}`)
  const signed: SignatureTerms = { keyId: key.id, purpose, ...readTerms(terms) }
  const mac = macOf(signedText(kind, request.partnerId, signed, read.parameters), key.key)
  const token = writeToken({ ...signed, mac })
  if (readToken(token, kind) === null) throw new SignError('The id of the key may hold letters, digits, _ and - only.')
  const { rawPath, rawQuery } = request
  return `${base}${rawPath}?${rawQuery === '' ? '' : `${rawQuery}&`}${carrier}=${token}`
}

/** Names in a link that its signature does not cover. */
export function unsignedNames(url: string): string[] {
  const { effective } = readLink(url).request
  return Object.keys(effective).filter((name) => PASS_THROUGH.has(name))
}

function readLink(url: string): { base: string; request: PlayManifestRequest } {
  if (/[^!-~]/.test(url)) throw new SignError('The link holds characters that a URL has to escape.')
  if (url.includes('#')) throw new SignError('The link has a fragment (#), which no server ever sees.')
  const base = BASE.exec(url)?.[0]
  const parsed = base === undefined ? null : parsePlayManifestUrl(url.slice(base.length))
  if (base === undefined || parsed === null) {
    throw new SignError('This is no playManifest URL; right would be https://host/p/101/sp/10100/playManifest/...')
  }
  if (!parsed.ok) throw new SignError(`The link cannot be signed: ${parsed.detail}`)
  return { base, request: withoutParameters(parsed.request, OURS) }
}

function readTerms({ expires, device, address }: SignTerms): Pick<SignatureTerms, 'expires' | 'device' | 'address'> {
  const end = expires === undefined ? null : Math.floor(expires instanceof Date ? expires.getTime() / 1000 : expires)
  if (end !== null && !(end > 0 && end < 100_000_000_000)) {
    throw new SignError('The expiry has to be a time in Unix seconds, such as 1893456000.')
  }
  if (device !== undefined && !isDeviceClass(device)) {
    throw new SignError(`There is no device class "${device}"; right would be one such as ipad, iphone, android or tv.`)
  }
  const range = address === undefined ? null : readRange(address)
  if (address !== undefined && range === null) {
    throw new SignError(`"${address}" is no address; right would be one such as 203.0.113.0/24 or 2001:db8::/32.`)
  }
  return { expires: end, device: device ?? null, address: range?.text ?? null }
}
