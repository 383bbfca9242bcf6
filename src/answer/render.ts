import type { SafeLocation } from '../kaltura/locations.js'
import { retryAfter } from '../playmanifest/errors.js'
import { CONTENT_TYPES, type ManifestKind } from '../playmanifest/formats.js'
import { holdsCredential } from '../playmanifest/redact.js'
import type { Answer, Decision, SharedLife, TemplateLife } from '../resolve/decision.js'
import type { ViewerAnswer } from '../resolve/viewer-answer.js'
import { kalturaHeaders, kalturaProblem, type Problem, problem, problemBody } from './problem.js'

/** A response, ready to be sent. */
export interface Rendered {
  status: number
  headers: Record<string, string>
  body: string
}

export interface RenderOptions {
  /** The request's `If-None-Match`, for 304. */
  ifNoneMatch?: string | undefined
  /** ms by which the gateway itself goes past a fresh life; what it tells a CDN is never more. */
  staleWhileRevalidate?: number
  staleIfError?: number
}

/** Seconds that a CDN may serve an answer while it asks again. */
const STALE_WHILE_REVALIDATE = 30
/** Seconds that a CDN may keep an answer past its life; what a CDN keeps outlives our own bound, so this is short. */
const STALE_IF_ERROR = 600
/**
 * On every body: shown by a browser, its address, which may hold a KS, is nobody's Referer. Never on a redirect, where it
 * would replace the page's own policy on the way to Kaltura, and with it what site rules go by; a redirect's address is
 * no Referer anyway (docs/sharing.md).
 */
const NO_REFERRER = { 'referrer-policy': 'no-referrer' }
/** Upstream's XML is never to become a page of ours. */
const DOCUMENT_HEADERS = {
  ...NO_REFERRER,
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'"
}
const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'

/**
 * Status, headers and body of an answer (table "answers at a glance" of the design).
 *
 */
export function render(
  answer: Answer,
  decision: Pick<Decision, 'vary' | 'format' | 'ks'>,
  { ifNoneMatch, staleWhileRevalidate = 30_000, staleIfError = 600_000 }: RenderOptions = {}
): Rendered {
  const caching = ({ remaining, ends, state }: SharedLife) => {
    const past = state === 'stale-error' ? 0 : Math.max(0, ends - remaining)
    return targetCaching(remaining, Math.min(staleWhileRevalidate, past), Math.min(staleIfError, past))
  }
  const vary: Record<string, string> = decision.vary.length === 0 ? {} : { vary: decision.vary.join(', ') }
  switch (answer.kind) {
    case 'template':
      return redirect(answer.location, { ...vary, 'cache-control': templateCaching(answer.life, answer.location) })
    case 'target':
      return redirect(answer.location, {
        ...vary,
        'cache-control': caching(answer)
      })
    case 'manifest':
    case 'document': {
      const headers = { ...vary, 'cache-control': caching(answer), etag: answer.etag }
      return matches(ifNoneMatch, answer.etag) ? { status: 304, headers, body: '' } : withBody(answer, headers)
    }
    case 'viewer':
      return renderViewer(answer, { ...vary, 'cache-control': 'private, no-store' })
    case 'error': {
      const shared = decision.ks === 'none' && answer.life > 0
      const seconds = Math.floor(answer.life / 1000)
      const retry = retryAfter(answer.code)
      const headers = {
        ...vary,
        ...kalturaHeaders(answer.code, answer.detail, answer.app),
        ...(retry === null ? {} : { 'retry-after': String(retry) }),
        'cache-control': shared ? `public, max-age=${seconds}, s-maxage=${seconds}` : 'no-store'
      }
      const rendered = renderProblem(kalturaProblem(answer.code), headers)
      return decision.format === 'applehttp_to_mc' ? { ...rendered, status: 200 } : rendered
    }
  }
}

/** What is for one viewer: without an ETag, since nobody is to keep it. */
function renderViewer(answer: ViewerAnswer, headers: Record<string, string>): Rendered {
  return answer.content === 'redirect' ? redirect(answer.location, headers) : withBody(answer, headers)
}

type Content = { body: string } & ({ manifest: ManifestKind } | { contentType: string; disposition: string | null })

/** A manifest, or another document of Kaltura's, with what keeps browsers from taking it for a page of ours. */
function withBody(content: Content, headers: Record<string, string>): Rendered {
  if ('manifest' in content) {
    const type = { 'content-type': CONTENT_TYPES[content.manifest] }
    return { status: 200, headers: { ...headers, ...NO_REFERRER, ...type }, body: content.body }
  }
  const { contentType, disposition, body } = content
  const about = { 'content-type': contentType, ...(disposition === null ? {} : { 'content-disposition': disposition }) }
  return { status: 200, headers: { ...headers, ...DOCUMENT_HEADERS, ...about }, body }
}

/** A problem as a response; not to be kept unless the headers say otherwise. */
export function renderProblem(problem: Problem, headers: Record<string, string> = {}): Rendered {
  return {
    status: problem.status,
    headers: { 'cache-control': 'no-store', ...headers, ...NO_REFERRER, 'content-type': PROBLEM_TYPE },
    body: problemBody(problem)
  }
}

/** For methods that playManifest does not take here; Kaltura answers them all alike. */
export function methodNotAllowed(): Rendered {
  return renderProblem(problem('METHOD_NOT_ALLOWED', 'playManifest takes GET, HEAD, POST and OPTIONS.'), {
    allow: 'GET, HEAD, POST, OPTIONS'
  })
}

/** A redirect; the type of the Location says that its host is one of ours to name. */
export function redirect(location: SafeLocation, headers: Record<string, string>, status: 302 | 307 = 302): Rendered {
  return { status, headers: { location, ...headers }, body: '' }
}

/** A session in the wrong place is a session all the same: a CDN whose key leaves that place out would hand it on. */
function templateCaching(life: TemplateLife, location: string): string {
  if (life === 'private' || (life !== 'failed' && holdsCredential(location))) return 'private, no-store'
  if (life === 'failed') return 'no-store'
  const seconds = Math.floor(life / 1000)
  return `public, max-age=${seconds}, s-maxage=${seconds}`
}

function targetCaching(remaining: number, staleWhileRevalidate: number, staleIfError: number): string {
  const seconds = Math.floor(remaining / 1000)
  const revalidate = Math.min(STALE_WHILE_REVALIDATE, Math.floor(staleWhileRevalidate / 1000))
  const ifError = Math.min(STALE_IF_ERROR, Math.floor(staleIfError / 1000))
  return `public, max-age=${seconds}, s-maxage=${seconds}${
    revalidate > 0 ? `, stale-while-revalidate=${revalidate}` : ''
  }${ifError > 0 ? `, stale-if-error=${ifError}` : ''}`
}

/** Weak comparison, as a conditional GET wants it. */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  if (header.trim() === '*') return true
  return header.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === etag)
}
