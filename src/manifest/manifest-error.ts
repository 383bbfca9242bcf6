/**
 * Why a manifest cannot be edited:
 * `not-playlist` no `#EXTM3U` first; `not-master` no master playlist; `not-mpd` another root element; `doctype` it carries a DOCTYPE
 * (entity bombs); `malformed` not well-formed XML; `too-deep`, `too-large`, `too-many-lines`, `too-many-parts` (elements,
 * attributes) over a limit; `bad-base` the base URL that was handed in is unusable (a fault of the caller or of a redirect, not of
 * the manifest).
 */
export type ManifestErrorCode =
  | 'not-playlist'
  | 'not-master'
  | 'not-mpd'
  | 'doctype'
  | 'malformed'
  | 'too-deep'
  | 'too-large'
  | 'too-many-lines'
  | 'too-many-parts'
  | 'bad-base'

/** The only error that the functions of this folder throw. The message holds no URL of the manifest: those can carry a KS. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError'
  readonly code: ManifestErrorCode

  constructor(code: ManifestErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** Refuses a text over `maxBytes` bytes of UTF-8 with `too-large`. */
export function checkSize(text: string, maxBytes: number): void {
  // A UTF-16 unit is at least one byte: the first comparison spares the count for what is far too large.
  if (text.length > maxBytes || Buffer.byteLength(text) > maxBytes) {
    throw new ManifestError('too-large', `the manifest is larger than ${maxBytes} bytes`)
  }
}
