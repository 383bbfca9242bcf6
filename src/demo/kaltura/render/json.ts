import { phpJson } from '../wire.js'
import { compose, fullUrl, type MediaItem, ok, type Renderer, type Rendering } from './rendering.js'

const HEADERS = { 'content-type': 'application/json' }

/** Prefixes become part of the URL; an empty URL prefix stays, as with RTMP (recording rf_json_rtmp). */
function flatten(item: MediaItem): Record<string, unknown> {
  const { url: _url, urlPrefix, domainPrefix: _domainPrefix, ...rest } = item
  return { url: fullUrl(item), ...(urlPrefix === '' ? { urlPrefix } : {}), ...rest }
}

function document({ entryId, duration, baseUrl, items }: Rendering): string {
  return phpJson({ entryId, duration, baseUrl, flavors: items.map(flatten) })
}

/** The delivery as JSON (vectors json-*, recording rf_json_url). */
export const renderJson: Renderer = (rendering) => ok(HEADERS, compose('', [document(rendering)]))

/** The same as a script; the callback may be empty but must not be missing (vectors jsonp-*). */
export const renderJsonp: Renderer = (rendering, { callback }) => {
  if (callback === null || !/^[0-9_a-zA-Z.]*$/.test(callback)) {
    return { ...ok(HEADERS, 'Expecting "callback" parameter for jsonp format'), hasLength: false }
  }
  return ok(HEADERS, compose('', [`${callback}(${document(rendering)})`]))
}
