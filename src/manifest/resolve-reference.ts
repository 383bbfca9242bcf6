import { ManifestError } from './manifest-error.js'

/** A document's URL, cut into what resolution needs. `path` starts with a slash, `query` with `?` or is empty. */
export interface BaseUrl {
  /** With its colon: `https:`. */
  scheme: string
  /** `https://host:port`, without a slash. */
  origin: string
  path: string
  query: string
}

/** Characters; each relative reference of a manifest is put behind it. */
const MAX_BASE = 4096

/**
 * Reads the URL that a manifest was fetched from (the last one after redirects). Throws ManifestError `bad-base` unless it is an
 * absolute http or https URL; one with a user name or password too, as it would be copied into an answer;
 * `too-large` over 4096 characters.
 */
export function parseBaseUrl(baseUrl: string): BaseUrl {
  let url: URL
  try {
    url = new URL(baseUrl)
  } catch {
    throw new ManifestError('bad-base', 'the base URL is not absolute')
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new ManifestError('bad-base', 'the base URL is neither http nor https')
  }
  if (baseUrl.length > MAX_BASE) throw new ManifestError('too-large', 'the base URL is too long')
  if (url.username !== '' || url.password !== '') {
    throw new ManifestError('bad-base', 'the base URL carries credentials')
  }
  return { scheme: url.protocol, origin: url.origin, path: url.pathname, query: url.search }
}

/** The folder of a document, with its slash: `https://host/a/b.mpd?c` gives `https://host/a/`. */
export function folderUrl(base: BaseUrl): string {
  return base.origin + base.path.slice(0, base.path.lastIndexOf('/') + 1)
}

/**
 * Resolves a trimmed reference as a browser does, but keeps its characters: nothing is percent-encoded, because a space or `{$name}`
 * must leave as it came. Null: leave it alone, since it is absolute already (any scheme: https, data, skd, urn) or empty.
 *
 * Not `new URL(ref, base).href`, which rewrites what it touches. What is taken over from the URL standard, because players use
 * it: a backslash counts as a slash, `%2e` as a dot, tabs and line breaks vanish, `https:x` is relative to an https base.
 */
export function resolveReference(reference: string, base: BaseUrl): string | null {
  let ref = reference.replace(/[\t\r\n]/g, '')
  if (ref === '') return null
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(ref)?.[0]
  if (scheme !== undefined) {
    if (scheme.toLowerCase() !== base.scheme || ref.startsWith('//', scheme.length)) return null
    ref = ref.slice(scheme.length)
  }
  const pathEnd = ref.search(/[?#]/)
  const path = (pathEnd < 0 ? ref : ref.slice(0, pathEnd)).replaceAll('\\', '/')
  const tail = pathEnd < 0 ? '' : ref.slice(pathEnd)
  if (path.startsWith('//')) return base.scheme + path + tail
  if (path.startsWith('/')) return base.origin + removeDotSegments(path) + tail
  if (path !== '')
    return base.origin + removeDotSegments(base.path.slice(0, base.path.lastIndexOf('/') + 1) + path) + tail
  return base.origin + base.path + (tail.startsWith('?') ? '' : base.query) + tail
}

const dotSegment = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i
const single = /^(?:\.|%2e)$/i
const double = /^(?:\.|%2e){2}$/i

/** Removes `.` and `..` from an absolute path; up to the first HLS variable only, as its value can hold slashes. */
function removeDotSegments(path: string): string {
  const variable = path.indexOf('{$')
  const fixed = variable < 0 ? path.length : path.lastIndexOf('/', variable) + 1
  const head = path.slice(0, fixed)
  if (!dotSegment.test(head)) return path
  const segments = head.slice(1).split('/')
  const kept: string[] = []
  for (const [index, segment] of segments.entries()) {
    const isDouble = double.test(segment)
    if (isDouble) kept.pop()
    if (!isDouble && !single.test(segment)) kept.push(segment)
    else if (index === segments.length - 1) kept.push('')
  }
  return `/${kept.join('/')}${path.slice(fixed)}`
}
