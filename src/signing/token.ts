import { DEVICE_CLASSES, type DeviceClass } from '../viewer/device-class.js'
import { readRange } from './address-range.js'

/** What a signature is for. The two never pass for one another: the kind is part of what is signed. */
export type SignatureKind = 'link' | 'grant'

/** What a signature says besides the URL that it stands in. */
export interface SignatureTerms {
  /** Id of the key that signed. */
  keyId: string
  /** Unix s from which on it is not valid; null: no end. */
  expires: number | null
  /** The only class of device that may use it. */
  device: DeviceClass | null
  /** The only addresses that may use it, as `address/bits`. */
  address: string | null
  /** Grants only: what the link is for, a short word that stands in the log. */
  purpose: string | null
}

export interface SignatureToken extends SignatureTerms {
  /** HMAC-SHA256 in base64url. */
  mac: string
}

const VERSION = 'v1'
/** Stands in no field, and is left alone by everything that encodes URLs. */
const SEPARATOR = '~'
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/
const EXPIRES = /^[1-9]\d{0,10}$/
const MAC = /^[A-Za-z0-9_-]{43}$/
/** A short word such as `transcription`. */
const PURPOSE = /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/

/** Whether a text can be a grant's purpose. */
export function isPurpose(text: string): boolean {
  return PURPOSE.test(text)
}

/**
 * The value of `signature`: `v1~{key id}~{expiry}~{device}~{address}~{mac}`, empty where there is none; that of `grant`
 * has the purpose before the mac. A slash cannot stand in a path segment, so an address range has `_` in its place.
 */
export function writeToken({ keyId, expires, device, address, purpose, mac }: SignatureToken): string {
  const range = address?.replace('/', '_') ?? ''
  return [VERSION, keyId, expires ?? '', device ?? '', range, ...(purpose === null ? [] : [purpose]), mac].join(
    SEPARATOR
  )
}

/** Reads what `writeToken` writes, and no other spelling of it; null for anything else. */
export function readToken(text: string, kind: SignatureKind): SignatureToken | null {
  if (text.length > 255) return null
  const fields = text.split(SEPARATOR)
  const [version, keyId = '', expires = '', device = '', range = '', ...rest] = fields
  const mac = rest.at(-1) ?? ''
  const purpose = kind === 'grant' ? (rest[0] ?? '') : null
  if (version !== VERSION || rest.length !== (kind === 'grant' ? 2 : 1)) return null
  if (!KEY_ID.test(keyId) || !MAC.test(mac)) return null
  if (expires !== '' && !EXPIRES.test(expires)) return null
  if (device !== '' && !isDeviceClass(device)) return null
  if (purpose !== null && (expires === '' || !isPurpose(purpose))) return null
  const address = range === '' ? null : range.replace('_', '/')
  if (address !== null && readRange(address)?.text !== address) return null
  return {
    keyId,
    expires: expires === '' ? null : Number(expires),
    device: device === '' ? null : (device as DeviceClass),
    address,
    purpose,
    mac
  }
}

export function isDeviceClass(text: string): text is DeviceClass {
  return (DEVICE_CLASSES as readonly string[]).includes(text)
}
