import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { type KsFields, numberOf, partnerIdOf, textOf } from './ks-fields.js'
import { privilegeValues } from './ks-privileges.js'
import type { NewKs } from './ks-v1.js'

const BLOCK = 16
const HASH = 20
const RANDOM = 16
const BAR = 0x7c
// The format has no room for one; the random prefix inside the encryption takes its place.
const NO_IV = Buffer.alloc(BLOCK)

/** A decoded version 2 session, still encrypted. */
export interface KsV2 {
  partnerId: number | null
  encrypted: Buffer
}

/** An opened session: the hash that proves the secret, and the form-encoded fields. */
export interface OpenKsV2 {
  hash: Buffer
  form: Buffer
}

/** Whether decoded bytes begin as version 2; everything else is version 1 (reference ks.md section 1). */
export function isKsV2(bytes: Buffer): boolean {
  return bytes.subarray(0, 3).equals(Buffer.from('v2|'))
}

/** Splits `v2|partner|encrypted` at the first two bars only: the third part is binary. */
export function readKsV2(bytes: Buffer): KsV2 | null {
  const bar = bytes.indexOf(BAR, 3)
  if (bar < 0) return null
  const encrypted = bytes.subarray(bar + 1)
  if (encrypted.length === 0 || encrypted.length % BLOCK !== 0) return null
  return { partnerId: partnerIdOf(bytes.toString('latin1', 3, bar)), encrypted }
}

/** Opens a session with one secret; null when that secret did not make it (reference ks.md section 3). */
export function openKsV2(ks: KsV2, secret: string): OpenKsV2 | null {
  const decipher = createDecipheriv('aes-128-cbc', keyOf(secret), NO_IV).setAutoPadding(false)
  const padded = Buffer.concat([decipher.update(ks.encrypted), decipher.final()])
  let end = padded.length
  while (end > 0 && padded[end - 1] === 0) end--
  if (end < HASH) return null
  const hash = padded.subarray(0, HASH)
  const signed = padded.subarray(HASH, end)
  if (!timingSafeEqual(hash, sha1(signed))) return null
  return { hash, form: signed.subarray(RANDOM) }
}

/** The fields of an opened session, or null for a form that Kaltura itself could not read. */
export function fieldsOfKsV2(
  partnerId: number | null,
  form: Buffer
): { fields: KsFields; expiryText: string | null } | null {
  const values = readForm(form)
  if (values === null) return null
  const own = (name: string): string | null => values.get(name) ?? null
  const parsedPrivileges = new Map<string, readonly string[]>()
  const list: string[] = []
  for (const [name, value] of values) {
    if (OWN_FIELDS.has(name)) continue
    list.push(value === '' ? name : `${name}:${value}`)
    parsedPrivileges.set(name, privilegeValues(value))
  }
  const privileges = list.join(',')
  const fields: KsFields = {
    partnerId,
    expiry: numberOf(own('_e')),
    type: numberOf(own('_t')),
    userId: own('_u'),
    privileges: privileges === 'all:*' ? '*' : privileges,
    parsedPrivileges,
    masterPartnerId: own('_m'),
    additionalData: own('_d')
  }
  return { fields, expiryText: own('_e') }
}

/**
 * Makes a version 2 session: URL-safe but for the `=` at its end. `random` (16 bytes) is for check values only; a
 * RangeError for another length. A repeated privilege name cannot be written, the last one wins.
 */
export function makeKsV2(ks: NewKs & { random?: Buffer }): string {
  const random = ks.random ?? randomBytes(RANDOM)
  if (random.length !== RANDOM) throw new RangeError(`the random prefix of a session is ${RANDOM} bytes long`)
  const form = new Map<string, string>()
  for (const item of (ks.privileges ?? '').split(',')) {
    const privilege = item.trim()
    // "0" counts as nothing where Kaltura reads this list, so it could not come back either.
    if (privilege === '' || privilege === '0') continue
    const [name, value] = splitOnce(privilege === '*' ? 'all:*' : privilege)
    form.set(name, value)
  }
  form
    .set('_e', String(ks.expiry))
    .set('_t', String(ks.type ?? 0))
    .set('_u', ks.userId ?? '')
  for (const [name, value] of [
    ['_m', ks.masterPartnerId],
    ['_d', ks.additionalData]
  ] as const) {
    if (value === undefined) form.delete(name)
    else form.set(name, value)
  }
  // URLSearchParams leaves one character alone that the form style of the server encodes.
  const text = new URLSearchParams([...form]).toString().replaceAll('*', '%2A')
  const signed = Buffer.concat([random, Buffer.from(text)])
  const plain = Buffer.concat([sha1(signed), signed])
  const padding = Buffer.alloc((BLOCK - (plain.length % BLOCK)) % BLOCK)
  const cipher = createCipheriv('aes-128-cbc', keyOf(ks.secret), NO_IV).setAutoPadding(false)
  const encrypted = Buffer.concat([cipher.update(plain), cipher.update(padding), cipher.final()])
  const bytes = Buffer.concat([Buffer.from(`v2|${ks.partnerId}|`), encrypted])
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}

const OWN_FIELDS: ReadonlySet<string> = new Set(['_e', '_t', '_u', '_m', '_d'])

/**
 * Form text -> values by name. A repeated name keeps its first place and its last value; `.` and blank in a name
 * become `_`, as the server's language does. Null for array notation or bytes that are not UTF-8.
 */
function readForm(form: Buffer): Map<string, string> | null {
  const values = new Map<string, string>()
  for (const pair of form.toString('latin1').split('&')) {
    const equals = pair.indexOf('=')
    const rawName = unescapeForm(equals < 0 ? pair : pair.slice(0, equals))
    const value = unescapeForm(equals < 0 ? '' : pair.slice(equals + 1))
    if (rawName === null || value === null || rawName.includes('[')) return null
    const name = (rawName.split('\0', 1)[0] ?? '').replace(/^ +/, '').replace(/[ .]/g, '_')
    if (name !== '') values.set(name, value)
  }
  return values
}

function unescapeForm(latin1: string): string | null {
  const bytes = latin1
    .replaceAll('+', ' ')
    .replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return textOf(Buffer.from(bytes, 'latin1'))
}

function splitOnce(privilege: string): [name: string, value: string] {
  const colon = privilege.indexOf(':')
  return colon < 0 ? [privilege, ''] : [privilege.slice(0, colon), privilege.slice(colon + 1)]
}

function sha1(bytes: Buffer): Buffer {
  return createHash('sha1').update(bytes).digest()
}

function keyOf(secret: string): Buffer {
  return createHash('sha1').update(secret).digest().subarray(0, BLOCK)
}
