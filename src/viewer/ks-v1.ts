import { createHash, timingSafeEqual } from 'node:crypto'
import { type KsFields, numberOf, partnerIdOf, textOf } from './ks-fields.js'
import { parsePrivileges } from './ks-privileges.js'

/** The two halves of a decoded version 1 session. `signature` is whatever stood there, `info` the signed bytes. */
export interface KsV1 {
  signature: Buffer
  info: Buffer
  fields: KsFields
  expiryText: string
}

/** Plain values of a session to be made. `expiry` is an absolute time, Unix seconds. */
export interface NewKs {
  partnerId: number
  /** One of the partner's admin secrets: Kaltura signs user sessions with it too. */
  secret: string
  userId?: string
  /** 0 user (default), 2 admin. */
  type?: number
  expiry: number
  /** Comma list, default none. */
  privileges?: string
  masterPartnerId?: string
  additionalData?: string
}

/** Reads `signature|partner;partner;expiry;type;rand;user;privileges;master;data` (reference ks.md section 2). */
export function readKsV1(bytes: Buffer): KsV1 | null {
  const bar = bytes.indexOf('|')
  if (bar < 0) return null
  const info = bytes.subarray(bar + 1)
  const text = textOf(info)
  if (text === null) return null
  const parts = text.split(';')
  if (parts.length < 3) return null
  const part = (index: number): string | null => parts[index] ?? null
  return {
    signature: bytes.subarray(0, bar),
    info,
    expiryText: parts[2] ?? '',
    fields: {
      partnerId: partnerIdOf(parts[0] ?? ''),
      expiry: numberOf(part(2)),
      type: numberOf(part(3)),
      userId: part(5),
      privileges: part(6),
      parsedPrivileges: parsePrivileges(part(6)),
      masterPartnerId: part(7),
      additionalData: part(8)
    }
  }
}

/** Whether `secret` signed this session. */
export function signedV1(ks: KsV1, secret: string): boolean {
  const expected = Buffer.from(sign(secret, ks.info), 'latin1')
  return expected.length === ks.signature.length && timingSafeEqual(expected, ks.signature)
}

/**
 * Makes a version 1 session, in the standard base64 alphabet (it may contain `/`). `rand` is any text that makes two
 * sessions differ. Throws a RangeError for a field with `;`: the format cannot escape it, and what follows would
 * become the next field, for example the privileges.
 */
export function makeKsV1(ks: NewKs & { rand?: string }): string {
  const fields = [
    String(ks.partnerId),
    String(ks.partnerId),
    String(ks.expiry),
    String(ks.type ?? 0),
    ks.rand ?? (Date.now() / 1000).toFixed(4),
    ks.userId ?? '',
    ks.privileges ?? '',
    ks.masterPartnerId ?? '',
    ks.additionalData ?? ''
  ]
  if (fields.some((field) => field.includes(';'))) throw new RangeError('a session field cannot contain a semicolon')
  const info = Buffer.from(fields.join(';'))
  return Buffer.concat([Buffer.from(`${sign(ks.secret, info)}|`), info]).toString('base64')
}

function sign(secret: string, info: Buffer): string {
  return createHash('sha1').update(secret).update(info).digest('hex')
}
