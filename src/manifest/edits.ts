import { ManifestError } from './manifest-error.js'

/** UTF-16 units of an edited text: thousands of short references before a long base are a bomb. */
const MAX_RESULT = 8 * 1024 * 1024

/** Replaces the UTF-16 units from `start` up to, not including, `end`; an insertion when both are equal. */
export interface Edit {
  start: number
  end: number
  text: string
}

/**
 * Applies edits to a text; every unit outside of them stays. Edits may come in any order, must not overlap, and are offsets in the
 * text as given. Without edits the very string comes back. Throws ManifestError `too-large` for a result over 8 Mi units.
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  if (edits.length === 0) return text
  const added = edits.reduce((sum, edit) => sum + edit.text.length, 0)
  if (text.length + added > MAX_RESULT) throw new ManifestError('too-large', 'the edited manifest would be too large')
  const parts: string[] = []
  let position = 0
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    parts.push(text.slice(position, edit.start), edit.text)
    position = edit.end
  }
  parts.push(text.slice(position))
  return parts.join('')
}

/** The range without white space and control characters at its ends, which is how URL parsers read a reference. */
export function trimRange(text: string, start: number, end: number): { start: number; end: number } {
  let from = start
  let to = end
  while (from < to && text.charCodeAt(from) <= 0x20) from += 1
  while (to > from && text.charCodeAt(to - 1) <= 0x20) to -= 1
  return { start: from, end: to }
}
