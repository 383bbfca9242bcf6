/** What Kaltura calls a session by; a name with a bracket behind it is the same to PHP. */
const NAME = /(?:^|[/?&;=:,])(?:ks|kalturasession|widgetks)(?:[/=[]|$)/i
/** A session of version 2 as text, and decoded. */
const VERSION_2 = /djJ8|v2\|/
/** Both alphabets of base64; a slash is a character of one of them. */
const BASE64 = /[A-Za-z0-9+/_-]{56,}/g
/** How often a URL may be wrapped in escapes. */
const DEPTH = 4

/**
 * Whether a URL holds a Kaltura session anywhere: by name, by the looks of version 2, or as text that decodes to how version
 * 1 begins, wherever that stands (reference ks.md sections 1 and 2). Errs on the side of finding one.
 */
export function holdsKs(url: string): boolean {
  let text = url
  for (let depth = 0; depth < DEPTH; depth++) {
    if (NAME.test(text) || VERSION_2.test(text) || hasVersion1(text)) return true
    const decoded = decodeOnce(text)
    if (decoded === text) return false
    text = decoded
  }
  // Nobody wraps an address this often for a good reason.
  return true
}

/** Bytes of the beginning of version 1: a hash of 40 digits and a bar. */
const HASH_AND_BAR = /^[0-9a-f]{40}\|/

function hasVersion1(text: string): boolean {
  for (const [run] of text.matchAll(BASE64)) {
    for (let at = 0; at + 55 <= run.length; at++) {
      // Buffer reads both alphabets.
      if (HASH_AND_BAR.test(Buffer.from(run.slice(at, at + 56), 'base64').toString('latin1'))) return true
    }
  }
  return false
}

function decodeOnce(text: string): string {
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (escapes) => {
    try {
      return decodeURIComponent(escapes)
    } catch {
      return escapes
    }
  })
}
