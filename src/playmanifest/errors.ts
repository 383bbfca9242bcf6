/**
 * Kaltura's external error numbers. Names and texts are protocol facts that clients match on, so they stand here byte
 * for byte. Sources: vector groups `error-codes` and `errors`; reference playmanifest.md section 10.
 */
interface KalturaErrorSpec {
  name: string
  /** Text of the header; null where it is not known here (playManifest never raises those). */
  text: string | null
}

const TABLE: Readonly<Record<number, KalturaErrorSpec>> = {
  1: { name: 'ENTRY_NOT_FOUND', text: 'requested entry not found' },
  2: { name: 'NOT_SCHEDULED_NOW', text: 'entry restricted due to scheduling' },
  3: { name: 'ACCESS_CONTROL_RESTRICTED', text: 'entry restricted due to access-control' },
  4: { name: 'INVALID_KS_SRT', text: 'ks is an invalid string' },
  5: { name: 'FILE_NOT_FOUND', text: 'required file was not found' },
  6: { name: 'FLAVOR_NOT_FOUND', text: 'requested flavor was not found' },
  7: { name: 'INVALID_KS', text: 'ks is not valid' },
  8: { name: 'ENTRY_AND_WIDGET_NOT_FOUND', text: 'no entry and no widget could be loaded' },
  9: { name: 'ENTRY_DELETED_MODERATED', text: 'requested entry is deleted or rejected' },
  10: { name: 'MISSING_THUMBNAIL_FILESYNC', text: 'missing thumbnail fileSync for entry' },
  11: { name: 'PROCESSING_CAPTURE_THUMBNAIL', text: 'processing capture thumbnail' },
  12: { name: 'INVALID_ENTRY_TYPE', text: 'requested entry type is invalid for the requested format' },
  13: { name: 'ENTRY_MODERATION_ERROR', text: 'entry is restricted due to invalid moderation status' },
  14: { name: 'PARTNER_NOT_FOUND', text: 'requested partner not found' },
  15: { name: 'PARTNER_NOT_ACTIVE', text: 'requested partner not active' },
  16: { name: 'IP_COUNTRY_BLOCKED', text: '' },
  17: { name: 'IMAGE_RESIZE_FAILED', text: 'image resize failed' },
  18: { name: 'DELIVERY_METHOD_NOT_ALLOWED', text: 'Delivery method not allowed' },
  19: { name: 'INVALID_MAX_BITRATE', text: 'max bitrate is not valid' },
  20: { name: 'MISSING_PARAMETER', text: 'Request parameter [%s] is missing' },
  21: { name: 'WIDGET_NOT_FOUND', text: 'requested widget not found' },
  22: { name: 'UI_CONF_NOT_FOUND', text: 'requested ui_conf not found' },
  23: { name: 'PROXY_LOOPBACK', text: 'proxied request is being looped back' },
  24: { name: 'MULTIREQUEST_PROXY_FAILED', text: 'tried to dump not the first request' },
  25: { name: 'BAD_QUERY', text: 'wrong query attributes' },
  26: { name: 'INVALID_FLAVOR_ASSET_TYPE', text: null },
  27: { name: 'INVALID_TOKEN', text: 'the supplied token is invalid' },
  28: { name: 'EXPIRED_TOKEN', text: 'the supplied token is expired' },
  29: { name: 'PROCESSING_FEED_REQUEST', text: 'the supplied feed is already being processed' },
  30: { name: 'SERVICE_ACCESS_CONTROL_RESTRICTED', text: 'action restricted due to access-control' },
  31: { name: 'KS_EXPIRED', text: 'The given KS has expired' },
  32: { name: 'INVALID_PARTNER', text: "The given partner isn't vaild for the request" },
  33: { name: 'ILLEGAL_UI_CONF', text: null },
  34: { name: 'EXCEEDED_RESTRICTED_IP', text: 'ip address is out of the restricted ip range' },
  35: { name: 'INVALID_FEED_ID', text: null },
  36: { name: 'ENTRY_NOT_LIVE', text: 'The given entry is not broadcasting' },
  37: { name: 'INVALID_ISM_FILE_TYPE', text: null },
  38: { name: 'NOT_ALLOWED_PARAMETER', text: null },
  39: { name: 'INVALID_SETTING_TYPE', text: 'Invalid setting type' },
  40: { name: 'ACTION_BLOCKED', text: null },
  41: { name: 'INVALID_HASH', text: null },
  42: { name: 'PARENT_ENTRY_ID_NOT_FOUND', text: 'Parent entry id provided not found in system' },
  43: { name: 'USER_NOT_FOUND', text: 'The provided user id was not found' },
  44: { name: 'INTERNAL_SERVER_ERROR', text: 'Internal server error' },
  45: {
    name: 'LIVE_STREAM_CONFIG_NOT_FOUND',
    text: 'Live stream playback config not found for requested live entry'
  },
  46: { name: 'TOO_MANY_PROCESSES', text: null },
  47: { name: 'BUNDLE_CREATION_FAILED', text: 'Failed to build bundle for [%s]' },
  48: { name: 'ENTRY_NOT_SEQUENCE', text: 'One or more of the sequence entry ids given is not a sequence entry' },
  49: { name: 'INVALID_MIN_BITRATE', text: 'min bitrate is not valid' },
  50: { name: 'INVALID_PARAMETER', text: 'Request parameter [%s] is invalid' },
  51: { name: 'PLAYLIST_DURATION_IS_ZERO', text: 'The duration of the playlist is zero' },
  52: { name: 'MISSING_LIVE_CONFIGURATION', text: null },
  53: { name: 'INVALID_AUTH_HEADER', text: 'Invalid auth header' },
  54: { name: 'PREVIEW_PAGE_WAS_DISABLED', text: null },
  55: { name: 'DATABASE_ERROR', text: 'Database error' },
  56: { name: 'MISSING_BUNDLE_CONFIGURATION', text: null },
  57: { name: 'ACTION_RATE_LIMIT', text: 'Access to service was rate limited' },
  58: { name: 'RECYCLED_ENTRY_UNAVAILABLE', text: 'Recycled entry is unavailable' }
}

/** Details that Kaltura adds by itself (reference playmanifest.md section 10). */
const DETAILS: Readonly<Record<number, string>> = {
  25: 'This format is unsupported',
  31: 'This URL is expired'
}

/** Decisions about the viewer or the moment: never kept by Kaltura, nor by us (vector group `errors`). */
const PER_VIEWER: ReadonlySet<number> = new Set([3, 16, 53])

/** Errors that say something about the entry, its partner or the URL alone: the same for everybody without a session. */
const OF_OBJECT: ReadonlySet<number> = new Set([1, 2, 6, 9, 12, 13, 14, 15, 19, 25, 36, 42, 49, 58])

/** Errors by which Kaltura says that it is in trouble itself. */
const TROUBLE: ReadonlySet<number> = new Set([44, 46, 55, 57])

/** Constant name of an error number, or null when Kaltura has none. */
export function errorName(code: number): string | null {
  return TABLE[code]?.name ?? null
}

/** Kaltura's text of an error number, or null. */
export function errorText(code: number): string | null {
  return TABLE[code]?.text ?? null
}

/** Detail that Kaltura gives with an error raised by playManifest, if any. */
export function errorDetail(code: number): string | undefined {
  return DETAILS[code]
}

/**
 * The two headers of a Kaltura error, byte for byte (vector group `errors`). A detail fills the text's `%s`, and is
 * appended after a comma as well, as Kaltura does.
 */
export function errorHeaders(code: number, detail?: string): { 'x-kaltura-app': string; 'x-kaltura': string } {
  let text = errorText(code) ?? ''
  if (detail !== undefined) text = `${text.replace('%s', () => detail)}, ${detail}`
  return { 'x-kaltura-app': `exiting on error ${code} - ${text}`.trimEnd(), 'x-kaltura': `error-${code}` }
}

/** Whether Kaltura lets clients keep this error for 60 s. */
export function isCacheableAtKaltura(code: number): boolean {
  return !PER_VIEWER.has(code)
}

/** Whether an error says something about the object alone, so that it may be shared between viewers (60 s). */
export function isErrorOfObject(code: number): boolean {
  return OF_OBJECT.has(code)
}

/** Whether an error is no answer about the entry but a failing Kaltura (rule 6 of the design). */
export function isTrouble(code: number): boolean {
  return TROUBLE.has(code)
}

/** Seconds after which a client may try again, for errors that pass by themselves: a live stream goes on air any moment. */
export function retryAfter(code: number): number | null {
  return code === 36 ? 5 : null
}

/** Reads the number out of Kaltura's `X-Kaltura: error-N` or `cached-error-N`; null when it is something else. */
export function parseErrorHeader(value: string | null | undefined): number | null {
  const match = value === undefined || value === null ? null : /^(?:cached-)?error-(\d{1,4})$/.exec(value.trim())
  return match === null ? null : Number(match[1])
}
