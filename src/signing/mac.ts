import { createHmac, timingSafeEqual } from 'node:crypto'
import type { SignedParameters } from './signed-parameters.js'
import type { SignatureKind, SignatureTerms } from './token.js'

/** A key with the id that stands in what it signed. */
export interface MacKey {
  id: string
  key: Uint8Array
}

/**
 * The text that is signed, JSON without blanks: kind and version, partner, method class (GET and HEAD are one), the terms
 * and every parameter. A structure, so that no two different links have one text.
 */
export function signedText(
  kind: SignatureKind,
  partnerId: number,
  { keyId, expires, device, address, purpose }: SignatureTerms,
  parameters: SignedParameters
): string {
  return JSON.stringify([
    `playmanifest-gateway ${kind} v1`,
    partnerId,
    'GET',
    keyId,
    expires,
    device,
    address,
    purpose,
    parameters
  ])
}

/** HMAC-SHA256 of a text, base64url without padding. */
export function macOf(text: string, key: Uint8Array): string {
  return createHmac('sha256', key).update(text, 'utf8').digest('base64url')
}

/** Compares two macs in a time that does not tell where they differ. The text is compared: it has one spelling. */
export function sameMac(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8')]
  return left.length === right.length && timingSafeEqual(left, right)
}
