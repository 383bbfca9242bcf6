import { errorDetail, errorHeaders, errorName } from '../playmanifest/errors.js'
import type { BadUrlCode } from '../playmanifest/parse.js'

/** An RFC 9457 problem: what went wrong, for a person and for a program. */
export interface Problem {
  status: number
  /** Stable name, upper snake case; docs/errors.md says cause and remedy of each. */
  code: string
  title: string
  detail: string
  /** Kaltura's error number, where it has one. */
  kaltura?: number
}

/** Status and title. */
type Row = readonly [number, string]

/** What can be wrong with a request or with us, apart from Kaltura's numbers. */
export const PROBLEMS = {
  NOT_FOUND: [404, 'There is nothing at this address'],
  NOT_PLAYMANIFEST: [404, 'This is no playManifest URL'],
  METHOD_NOT_ALLOWED: [405, 'This method is not allowed here'],
  URL_TOO_LONG: [414, 'The URL is too long'],
  TOO_MANY_PARAMETERS: [400, 'The URL has too many parameters'],
  BAD_ESCAPE: [400, 'The URL is not well encoded'],
  ENCODED_SLASH: [400, 'The path holds an encoded slash'],
  DOT_SEGMENT: [400, 'The path holds a dot segment'],
  CONTROL_CHARACTER: [400, 'The URL holds a control character'],
  BACKSLASH: [400, 'The path holds a backslash'],
  NESTED_PARAMETER: [400, 'A parameter was given as a list'],
  BAD_PROTOCOL: [400, 'The protocol is not known'],
  BAD_CALLBACK: [400, 'The callback is not a plain name'],
  BAD_ID: [400, 'An id holds characters that no id has'],
  BAD_DEVICE: [400, 'The device is not known'],
  BAD_PRESET: [400, 'The preset is not known'],
  PRESETS_ONLY: [403, 'Only presets are served here'],
  BAD_REFERENCE: [400, 'The reference id cannot be used like this'],
  TOO_MANY_REQUESTS: [429, 'Too many requests'],
  BAD_REQUEST: [400, 'The request could not be understood'],
  REQUEST_TIMEOUT: [408, 'The request did not come in time'],
  HEADERS_TOO_LARGE: [431, 'The request headers are too large'],
  API_UNCLEAR: [400, 'The API request cannot be judged'],
  API_ACTION_REFUSED: [403, 'This API action is not passed through'],
  API_NOT_SERVED: [404, 'API calls of this partner are not passed through'],
  API_FAILED: [502, 'Kaltura could not be asked'],
  API_TIMEOUT: [504, 'Kaltura did not answer in time'],
  OVERLOADED: [503, 'Too many requests at once'],
  SIGNATURE_MISSING: [403, 'This link has to be signed'],
  SIGNATURE_WRONG: [403, 'The signature does not hold'],
  SIGNATURE_UNCLEAR: [403, 'A signed link can be read in one way only'],
  SIGNATURE_EXPIRED: [403, 'The link has expired'],
  SIGNATURE_BOUND: [403, 'The link is for somebody else'],
  GRANT_REFUSED: [403, 'This cannot be granted'],
  GRANT_UNSAFE: [502, 'Kaltura gave an address that must not be handed out'],
  ADMIN_TOKEN_NEEDED: [401, 'The admin side needs its token'],
  ADMIN_HOST_REFUSED: [403, 'The admin side does not answer to this name'],
  ADMIN_ORIGIN_REFUSED: [403, 'The admin side does not answer pages of another origin'],
  LOOP: [508, 'The redirect leads back here'],
  INTERNAL: [500, 'Something went wrong here']
} as const satisfies Record<string, Row> & Record<BadUrlCode, Row>

export type ProblemCode = keyof typeof PROBLEMS

/** A problem by its code. */
export function problem(code: ProblemCode, detail: string): Problem {
  const [status, title] = PROBLEMS[code]
  return { status, code, title, detail }
}

/** What a person can do about the numbers that playManifest has; docs/errors.md says more of each. */
const REMEDIES: Readonly<Record<number, string>> = {
  1: 'No such entry, or it was deleted. Check the entry id, and that it belongs to the partner in the path.',
  2: 'The entry is outside its schedule: it has not started or has ended.',
  3: "A rule of the entry's access control profile refuses this viewer: site, country, address, session or User-Agent.",
  4: 'The Kaltura session (ks) cannot be read. Send it whole, without blanks or line ends.',
  6: 'The entry has no rendition that is ready and fits the request. It may still be converting; try without tags and ids.',
  7: 'The Kaltura session (ks) is not valid: signed by another secret, or made for another URL.',
  9: 'The entry was deleted or rejected.',
  12: 'This kind of entry cannot be played in this format.',
  13: 'The entry is waiting for moderation or was rejected.',
  14: 'This gateway does not serve the partner in the path. Check the partner id.',
  15: 'The account is blocked at Kaltura.',
  16: 'The account delivers to other countries only.',
  19: 'maxBitrate has to be a number of kbps above 0.',
  20: 'The delivery of this entry needs something of the viewer, which the X-Kaltura-App header names.',
  25: 'This entry is not delivered in this format. Try another format.',
  27: "Kaltura's signature (kt) does not fit the URL. Ask for a new one, and change nothing in it.",
  28: 'The signed URL has expired. Ask for a new one.',
  30: 'The account has access control on the API itself, which refuses this.',
  31: 'The Kaltura session (ks) has expired. Ask for a new one.',
  32: "The Kaltura session (ks) is another partner's, and the entry has rules.",
  34: 'The Kaltura session (ks) was made for another address.',
  36: 'The live stream is not on air right now. Try again later.',
  42: "The entry's parent is gone.",
  49: 'minBitrate has to be a number of kbps above 0.',
  58: 'The entry is in the recycle bin.'
}

/** One of Kaltura's errors as a problem: always status 404, as Kaltura answers (reference playmanifest.md section 10). */
export function kalturaProblem(code: number): Problem {
  const name = errorName(code) ?? 'KALTURA_ERROR'
  return {
    status: 404,
    code: name,
    title: `Kaltura error ${code}: ${name}`,
    detail: REMEDIES[code] ?? 'Kaltura refuses this request; the error number says why.',
    kaltura: code
  }
}

/** The anchor of a code in docs/errors.md; the end of its type. */
export function problemAnchor(code: string): string {
  return code.toLowerCase().replaceAll('_', '-')
}

/**
 * The problem as JSON. The type is a name and no address, since this service has no public site: docs/errors.md, which comes
 * with the package, has an anchor of the same name for each.
 */
export function problemBody({ status, code, title, detail, kaltura }: Problem): string {
  const body = {
    type: `urn:playmanifest-gateway:problem:${problemAnchor(code)}`,
    title,
    status,
    detail,
    code,
    ...(kaltura === undefined ? {} : { kalturaError: kaltura })
  }
  return `${JSON.stringify(body)}\n`
}

/** Kaltura's headers for an error, with the detail that playManifest gives; `app` is upstream's own text if it spoke. */
export function kalturaHeaders(code: number, detail?: string, app?: string): Record<string, string> {
  const headers = errorHeaders(code, detail ?? errorDetail(code))
  return app === undefined ? headers : { ...headers, 'x-kaltura-app': app }
}
