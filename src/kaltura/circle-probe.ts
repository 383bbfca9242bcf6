import { createHash } from 'node:crypto'

/** A name that Kaltura ignores, as it does every name that it does not know. */
const NAME = 'gatewayProbe'
const PROBE = new RegExp(`/${NAME}/([0-9a-f]{32})-([0-9a-f]{32})(?:[/?]|$)`)

/** The header by which a gateway says that a probe reached it. */
export const PROBE_HEADER = 'x-playmanifest-gateway'

/**
 * The URL that asks "who answers where we redirect to?": playManifest of an entry that does not exist.
 * @param nonce 32 hex digits, never used before, so that no cache knows the URL
 */
export function writeProbe(cdnUrl: string, partnerId: number, nonce: string): string {
  return `${cdnUrl}/p/${partnerId}/sp/${partnerId}00/playManifest/entryId/0_00000000/${NAME}/${nonce}-${tag('question', cdnUrl, nonce)}`
}

/** Whether a URL looks like a probe, of whatever gateway. */
export function isProbe(url: string): boolean {
  return url.includes(`/${NAME}/`) && PROBE.test(url)
}

/**
 * The nonce of a probe made by a gateway that redirects to the same place; null for every other URL. A gateway that
 * redirects elsewhere is a station on the way, not the end of a circle: there a probe is an URL like any other.
 */
export function readProbe(url: string, cdnUrl: string): string | null {
  if (!url.includes(`/${NAME}/`)) return null
  const [, nonce = '', given] = PROBE.exec(url) ?? []
  return given === tag('question', cdnUrl, nonce) ? nonce : null
}

/** What the header holds: made from the nonce, so that nothing that only repeats what it was sent can say it. */
export function probeAnswer(cdnUrl: string, nonce: string): string {
  return tag('answer', cdnUrl, nonce)
}

function tag(kind: 'question' | 'answer', cdnUrl: string, nonce: string): string {
  return createHash('sha256').update(`${kind}\n${cdnUrl}\n${nonce}`).digest('hex').slice(0, 32)
}
