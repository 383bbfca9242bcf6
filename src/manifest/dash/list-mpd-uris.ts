import { attributeOf, elementText, xlinkNamespace } from './edit-text.js'
import { type MpdElement, type MpdLimits, scanMpd } from './scan-mpd.js'

/** DASH elements whose text is a URL. */
const urlElements = new Set(['BaseURL', 'Location', 'PatchLocation', 'ContentSteering', 'ImportedMPD'])

/** Elements of protection systems whose text is a URL, in any namespace and spelling: dashif:Laurl, dashif:laurl, ms:laurl ... */
const protectionElements = /^(?:laurl|la_url|authzurl|certurl|certificateurl|licenseurl)$/i

/** Attributes that hold a URL, by DASH element; `*` for all. queryString becomes part of segment URLs (annex I), tokens and all. */
const urlAttributes = new Map([
  ['SegmentTemplate', ['media', 'initialization', 'index', 'bitstreamSwitching']],
  ['SegmentURL', ['media', 'index']],
  ['ContentSteering', ['proxyServerURL']],
  ['*', ['sourceURL', 'moreInformationURL']]
])
const queryAttributes = new Set(['queryString', 'queryTemplate'])

/** Attributes that look like URLs and are names: nobody fetches them. */
const identifiers = new Set([
  'schemeIdUri',
  'schemaLocation',
  'noNamespaceSchemaLocation',
  'profiles',
  'extDashProfiles'
])
const xmlnsNamespace = 'http://www.w3.org/2000/xmlns/'

/**
 * All URLs of an MPD, relative or not, entities replaced, to look for tokens, KS and hosts: element by element, in the order in which
 * the elements end. Known places (BaseURL, Location, segment templates and lists, initialization, licence URLs, xlink:href, query
 * strings) and, whatever the place, any text or attribute that is an absolute `scheme://` URL. Not looked into: base64 (PSSH
 * boxes, PlayReady objects). Throws ManifestError `doctype`, `not-mpd`, `malformed`, `too-deep`, `too-large`.
 */
export function listMpdUris(text: string, limits: MpdLimits = {}): string[] {
  const uris: string[] = []
  scanMpd(text, limits, (element) => {
    for (const uri of mpdUrisOf(element)) uris.push(uri)
  })
  return uris
}

/** The URLs of one element: its attributes in order, then its text. */
export function mpdUrisOf(element: MpdElement): string[] {
  const uris: string[] = []
  for (const { local, namespace, value } of element.attributes) {
    if (namespace === xmlnsNamespace || identifiers.has(local)) continue
    const known =
      (namespace === xlinkNamespace && local === 'href') || (namespace === '' && isUrlAttribute(element, local))
    if (known && value.trim() !== '') uris.push(value.trim())
    else for (const part of value.split(/\s+/)) if (isAbsolute(part)) uris.push(part)
  }
  if (element.dash && element.local === 'UTCTiming') for (const uri of relativeTimings(element)) uris.push(uri)
  if (element.pieces.length > 0) {
    const text = elementText(element)
    const known = (element.dash && urlElements.has(element.local)) || protectionElements.test(element.local)
    if (text !== '' && (known || isAbsolute(text))) uris.push(text)
  }
  return uris
}

function isUrlAttribute(element: MpdElement, local: string): boolean {
  if (queryAttributes.has(local)) return true
  if (!element.dash) return false
  return [urlAttributes.get(element.local), urlAttributes.get('*')].some((names) => names?.includes(local))
}

/** What the rule for absolute URLs does not find in an http timing source. */
function relativeTimings(element: MpdElement): string[] {
  if (!/:utc:http-/i.test(attributeOf(element, 'schemeIdUri') ?? '')) return []
  return (attributeOf(element, 'value') ?? '').split(/\s+/).filter((part) => part !== '' && !isAbsolute(part))
}

function isAbsolute(value: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(value)
}
