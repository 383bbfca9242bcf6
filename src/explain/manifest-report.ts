import { redactUrl } from '../playmanifest/redact.js'
import { MAX_BEFORE } from '../resolve/before-edit.js'
import type { ManifestEdit } from '../resolve/recorder.js'
import { tokenInText } from '../resolve/tokens.js'
import { MASK } from './mask.js'

/**
 * A manifest before and after it was edited here, for one that was proven public only. It was: nothing that opens anything
 * is in what is answered. What was cut from it was not looked at, so every line is masked all the same.
 */
export function manifestReport(manifest: ManifestEdit | null) {
  if (manifest === null) return null
  const { kind, before, after } = manifest
  const isShown = after.length <= MAX_BEFORE
  return {
    kind,
    edited: before === null ? null : before !== after,
    before: before === null || !isShown ? null : maskedManifest(before),
    after: isShown ? maskedManifest(after) : null,
    note:
      isShown && before !== null
        ? null
        : isShown
          ? 'what upstream wrote was not kept: it is too long, or another gateway loaded it'
          : 'it is too long to be shown'
  }
}

/** A manifest line by line; of a line in which a token may stand its tag alone is left. */
export function maskedManifest(text: string): string {
  return text.replace(/[^\r\n]+/g, (line) => {
    const [tag = ''] = /^[ \t]*#(?:EXT[\w-]*:?)?/.exec(line) ?? []
    return tokenInText(line.slice(tag.length)) === null ? line.replace(URL_IN_TEXT, redactUrl) : `${tag}${MASK}`
  })
}

const URL_IN_TEXT = /https?:\/\/[^\s"'<>]+/g
