import { errorHeaders, isCacheableAtKaltura } from '../../../playmanifest/errors.js'
import type { Answer } from '../render/answer.js'
import { cachingHeaders } from './caching-headers.js'

/** An error as it is raised. */
export interface RaisedError {
  code: number
  /** Behind the text of the error; absent when there is nothing to add. */
  detail?: string | undefined
  method: string
  /** Whether the status line says 404; the endpoint asks for it, except for one format. */
  notFoundStatus: boolean
  /** Unix seconds. */
  now: number
}

/** Seconds that clients may keep an error. */
const MAX_AGE = 60

/**
 * Kaltura's answer to an error: empty, with its number and text in two headers; errors about the viewer, and those of
 * HEAD and POST, say nothing of caching (reference playmanifest.md section 10, vectors die-*).
 */
export function errorAnswer({ code, detail, method, notFoundStatus, now }: RaisedError): Answer {
  const isCacheable = method === 'GET' && isCacheableAtKaltura(code)
  const caching = isCacheable ? cachingHeaders({ maxAge: MAX_AGE, isPrivate: true, lastModified: now, now }) : {}
  return { status: notFoundStatus ? 404 : 200, headers: { ...errorHeaders(code, detail), ...caching }, body: '' }
}
