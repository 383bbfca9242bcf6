import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { isReferenceId, REFERENCE_ID_RULE } from '../playmanifest/reference.js'

/** Readers of single values. Each throws an Error that says what would be right; the caller names the variable. */

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const UNITS_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  kB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3
}

/** A whole number within bounds. */
export function readInteger(text: string, min: number, max: number): number {
  const value = /^-?\d{1,15}$/.test(text.trim()) ? Number(text) : Number.NaN
  if (!(value >= min && value <= max)) throw new Error(`a whole number from ${min} to ${max}`)
  return value
}

/** Seconds, fractions allowed, as ms. */
export function readSeconds(text: string): number {
  const value = /^\d{1,9}(?:\.\d{1,6})?$/.test(text.trim()) ? Number(text) : Number.NaN
  if (!(value >= 0 && value <= 86_400)) throw new Error('seconds from 0 to 86400, fractions allowed')
  return Math.round(value * 1000)
}

/** A duration such as `60s`, `250ms`, `1h`, `1d`; a bare number is seconds. Returns ms. */
export function readDuration(value: string | number): number {
  const match = /^(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h|d)?$/.exec(String(value).trim())
  if (match === null) throw new Error('a duration such as 250ms, 60s, 5m, 1h or 1d')
  return Math.round(Number(match[1]) * UNITS_MS[match[2] ?? 's']!)
}

/** A size such as `256MiB`; a bare number is bytes. */
export function readBytes(value: string | number): number {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)(B|KiB|MiB|GiB|kB|MB|GB)?$/.exec(String(value).trim())
  if (match === null) throw new Error('a size such as 256MiB')
  return Math.floor(Number(match[1]) * UNITS_BYTES[match[2] ?? 'B']!)
}

/** A name that a link may hold in place of an entry id. */
export function readReferenceId(text: string): string {
  if (!isReferenceId(text)) throw new Error(`a name of ${REFERENCE_ID_RULE}`)
  return text
}

export function readEntryId(text: string): string {
  if (!/^[0-9A-Za-z_]{1,64}$/.test(text)) throw new Error('an entry id such as 0_abcd1234')
  return text
}

export function readBoolean(text: string): boolean {
  if (['true', '1', 'yes', 'on'].includes(text.toLowerCase())) return true
  if (['false', '0', 'no', 'off'].includes(text.toLowerCase())) return false
  throw new Error('true or false')
}

export function readOneOf<T extends string>(text: string, values: readonly T[]): T {
  if (!(values as readonly string[]).includes(text)) throw new Error(`one of ${values.join(', ')}`)
  return text as T
}

/** An http(s) base URL without credentials, query or fragment; a path is kept, trailing slashes are not. */
export function readBaseUrl(text: string): string {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw new Error('a URL such as https://www.kaltura.com')
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Error('a URL that begins with http:// or https://')
  if (url.username !== '' || url.password !== '') throw new Error('a URL without user name and password')
  if (url.search !== '' || url.hash !== '') throw new Error('a URL without query and fragment')
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

/** Comma list; empty elements do not count. */
export function readList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

/** A port, or `off`. */
export function readPortOrOff(text: string): number | 'off' {
  if (text === 'off') return 'off'
  try {
    return readInteger(text, 0, 65_535)
  } catch (error) {
    throw new Error(`${(error as Error).message}, or off`)
  }
}

/** Shorter keys than this can be guessed. Bytes. */
const MIN_KEY = 16

/** Keys as `id:base64key`, comma list; the first one signs. */
export function readKeys(text: string): { id: string; key: Buffer }[] {
  const right = `id:base64key, comma list, each id once and each key of ${MIN_KEY} bytes or more`
  const keys = readList(text).map((item) => {
    const match = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/_-]+={0,2})$/.exec(item)
    if (match === null) throw new Error(right)
    return { id: match[1]!, key: Buffer.from(match[2]!, 'base64') }
  })
  if (keys.length === 0 || keys.some(({ key }) => key.length < MIN_KEY)) throw new Error(right)
  if (new Set(keys.map(({ id }) => id)).size !== keys.length) throw new Error(right)
  return keys
}

/** One address of a Valkey or Redis, or a list of nodes of a cluster. */
export function readRedisUrls(text: string): string[] {
  const urls = readList(text)
  if (!urls.every(isRedis)) throw new Error('URLs such as redis://cache:6379, or rediss:// for TLS')
  return urls
}

/** Name and password have to be encoded as the client decodes them: a bare percent sign in a password would end the start. */
function isRedis(url: string): boolean {
  try {
    const { protocol, username, password } = new URL(url)
    return /^rediss?:$/.test(protocol) && decodeURIComponent(username + password) !== null
  } catch {
    return false
  }
}

const RANGE_NAMES = ['loopback', 'linklocal', 'uniquelocal']

/** Address, CIDR range or one of the range names that proxies are usually given by. */
export function readProxy(text: string): string {
  if (RANGE_NAMES.includes(text) || isIP(text) !== 0) return text
  if (/^[0-9a-fA-F:.]+\/\d{1,3}$/.test(text)) {
    try {
      ipaddr.parseCIDR(text)
      return text
    } catch {
      // Falls through to the message below, which says what a range looks like.
    }
  }
  throw new Error(`addresses or ranges such as 10.0.0.0/8, or ${RANGE_NAMES.join(', ')}`)
}
