/** Percent-decoding that keeps apart what is text, what is only bytes, and what is broken. */

export type Decoded = { ok: true; text: string; utf8: boolean } | { ok: false }

const ESCAPE = /%(?![0-9A-Fa-f]{2})/

/**
 * Decodes one raw piece of a URL. Bytes that are no UTF-8 are read one by one (`utf8: false`), so that two different
 * raw pieces never become the same text silently: a caller that needs a key must not use such a value.
 */
export function percentDecode(raw: string): Decoded {
  if (!raw.includes('%')) return { ok: true, text: raw, utf8: true }
  if (ESCAPE.test(raw)) return { ok: false }
  try {
    return { ok: true, text: decodeURIComponent(raw), utf8: true }
  } catch {
    const bytes = raw.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    return { ok: true, text: bytes, utf8: false }
  }
}

/** A value as one path segment of an upstream URL: what `encodeURIComponent` leaves alone, plus comma and colon. */
export function encodeSegment(value: string): string {
  return encodeURIComponent(value).replaceAll('%2C', ',').replaceAll('%3A', ':')
}
