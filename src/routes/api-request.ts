import type { FastifyRequest } from 'fastify'
import { targetOf } from '../answer/request-target.js'
import { type ApiCalls, readApiCalls } from '../rules/api-calls.js'
import { readApiParameters, UnclearApiRequest } from '../rules/api-parameters.js'

/** A pass-through request that was understood. */
export interface ApiRequest {
  calls: ApiCalls
  /** Path and query as they came. */
  target: string
  body: { contentType: string; text: string } | null
}

/** The two body types that Kaltura reads, in the spelling in which it does (recording multirequest_resolution_json_charset). */
const BODY_TYPES = { 'application/json': 'json', 'application/x-www-form-urlencoded': 'form' } as const

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads what a request to `/api_v3` asks for.
 * @throws UnclearApiRequest when that cannot be said for sure
 */
export function readApiRequest(request: FastifyRequest): ApiRequest {
  const target = targetOf(request)
  const mark = target.indexOf('?')
  const path = mark === -1 ? target : target.slice(0, mark)
  const query = mark === -1 ? '' : target.slice(mark + 1)
  // What a URL parser would change or cut off on the way is not what was judged.
  if (!/^[!-~]*$/.test(target) || target.includes('#')) {
    throw new UnclearApiRequest('The URL holds characters that have to be encoded.')
  }
  const body = readBody(request)
  const parameters = readApiParameters({
    segments: readSegments(path),
    query,
    body: body === null ? null : { type: BODY_TYPES[body.contentType], text: body.text }
  })
  return { calls: readApiCalls(parameters), target, body }
}

/**
 * What stands behind `/api_v3`: nothing, `index.php`, or pairs that begin with `service`. Other files below that path,
 * and ways to leave it, are none of ours.
 */
function readSegments(path: string): string[] {
  if (!/^\/api_v3(?:\/|$)/.test(path) || /\\|%(?:2f|5c|25|[01][0-9a-f]|7f)/i.test(path)) {
    throw new UnclearApiRequest('The path holds a character that no API path needs.')
  }
  const all = path
    .slice('/api_v3'.length)
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodeSegment)
  const segments = all[0] === 'index.php' ? all.slice(1) : all
  if (segments.length > 0 && segments[0] !== 'service') {
    throw new UnclearApiRequest('The path does not go on with /service/.')
  }
  if (segments.some((segment) => segment === '.' || segment === '..' || segment === 'index.php')) {
    throw new UnclearApiRequest('The path holds a dot segment or index.php in the middle.')
  }
  return segments
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new UnclearApiRequest('The path cannot be decoded.')
  }
}

function readBody(request: FastifyRequest): { contentType: keyof typeof BODY_TYPES; text: string } | null {
  const bytes = request.body
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) return null
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase()
  if (type !== 'application/json' && type !== 'application/x-www-form-urlencoded') {
    throw new UnclearApiRequest('The body is neither application/json nor application/x-www-form-urlencoded.')
  }
  try {
    return { contentType: type, text: utf8.decode(bytes) }
  } catch {
    throw new UnclearApiRequest('The body is no UTF-8.')
  }
}
