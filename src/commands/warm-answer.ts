import { errorName, parseErrorHeader } from '../playmanifest/errors.js'

/** What became of a request, as far as its answer shows. */
export interface Outcome {
  /** `manifest`, `document`, `target`, `template`; or what is wrong. */
  kind: string
  failed: boolean
  /** Whether it may be better a moment later; seconds to wait, or null: a moment. */
  again: { seconds: number | null } | null
}

/** Headers by lower-case names. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>

const MANIFEST = /mpegurl|dash\+xml/i
/** s that are waited for one answer at most, whatever the gateway says. */
const LONGEST_PAUSE = 60

/**
 * Tells answers apart (docs/sharing.md): a redirect to Kaltura's own playManifest is a template, and one that may not be
 * stored at all was made because Kaltura was too slow for it, or not to be asked.
 *
 * @param body of an answer that is no redirect; its beginning is enough
 */
export function readOutcome(status: number, headers: AnswerHeaders, body: string): Outcome {
  const text = (name: string) => String(headers[name] ?? '')
  const good = (kind: string): Outcome => ({ kind, failed: false, again: null })
  if (status === 200) return good(MANIFEST.test(text('content-type')) ? 'manifest' : 'document')
  if (status === 302) {
    if (!/^[^?]*\/playManifest(?:\/|$|\?)/.test(text('location'))) return good('target')
    if (text('cache-control') !== 'no-store') return good('template')
    return { kind: 'template, not in time', failed: true, again: { seconds: null } }
  }
  const error = parseErrorHeader(headers['x-kaltura'] === undefined ? undefined : text('x-kaltura'))
  if (error !== null) return { kind: `error ${error} ${errorName(error) ?? ''}`.trim(), failed: true, again: null }
  const kind = problemCode(body) ?? `status ${status}`
  if (status !== 429 && status !== 503) return { kind, failed: true, again: null }
  const seconds = /^\d{1,6}$/.test(text('retry-after')) ? Number(text('retry-after')) : 1
  return { kind, failed: true, again: { seconds: Math.min(LONGEST_PAUSE, seconds) } }
}

function problemCode(body: string): string | null {
  try {
    const { code } = JSON.parse(body) as { code?: unknown }
    return typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code) ? code : null
  } catch {
    return null
  }
}
