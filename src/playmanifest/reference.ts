import { type ParseResult, type PlayManifestRequest, parsePlayManifestUrl } from './parse.js'
import { redactValue } from './redact.js'
import { withoutParameters } from './without.js'

/** What a reference id is made of, in words. */
export const REFERENCE_ID_RULE = 'letters, digits, blanks inside and _ . : @ + = ~ / -, 256 characters at most'

/**
 * Kaltura takes any text as a reference id. Left out is what means something else on the way: braces (a reference to
 * another call of a multirequest), commas (lists), quotes and wildcards (its search).
 */
const REFERENCE_ID = /^(?! )[\p{L}\p{N}_.:@+=~/ -]{1,256}(?<! )$/u

/** Whether a text can be looked up. What looks like a credential is none: it would become a key and a question. */
export function isReferenceId(text: string): boolean {
  return REFERENCE_ID.test(text) && redactValue(text) === text
}

/** Why a request with a reference id cannot be answered whoever asks; null when it can, or when it has none. */
export function referenceFault({ effective }: PlayManifestRequest): string | null {
  const { referenceId, entryId, kt } = effective
  if (referenceId === undefined) return null
  if (entryId !== undefined) return 'A link names its entry by entryId or by referenceId, not by both.'
  if (referenceId === false || !isReferenceId(referenceId)) return `A referenceId holds ${REFERENCE_ID_RULE}.`
  if (kt !== undefined) return 'kt signs every byte of a link for Kaltura, which knows no referenceId: use entryId.'
  return null
}

const REFERENCE = new Set(['referenceId'])

/**
 * The request as it would have come with the entry's id in place of its reference id: that is cut out where it stands, and
 * `entryId` written as the first pair of the path, where nothing wins over it. No other byte changes.
 *
 * @param entryId an id, already checked: it is written as it is
 */
export function withEntryId(request: PlayManifestRequest, entryId: string): ParseResult {
  const { rawPath, rawQuery, prefix } = withoutParameters(request, REFERENCE)
  const start = `${prefix}/playManifest`
  const path = `${start}/entryId/${entryId}${rawPath.slice(start.length)}`
  return parsePlayManifestUrl(rawQuery === '' ? path : `${path}?${rawQuery}`)
}
