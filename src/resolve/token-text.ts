/** How often an address may be percent-encoded and still be read; one that is encoded more often counts as a token. */
const MAX_DECODINGS = 3

/** One `name=value` of an address, wherever it stands. The name is in lower case, without brackets. */
export interface Pair {
  name: string
  value: string
}

/**
 * An address as each reader on the way may see it: as it stands, decoded once, twice ... Never throws: an escape that is
 * none stays. `open`: it could be decoded still further.
 */
export function readings(address: string): { layers: string[]; open: boolean } {
  // URL parsers drop these and take a backslash for a slash.
  let layer = /[\t\r\n\\]/.test(address) ? address.replace(/[\t\r\n]/g, '').replaceAll('\\', '/') : address
  const layers = [layer]
  while (layer.includes('%')) {
    const next = layer.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    if (next === layer) break
    if (layers.length > MAX_DECODINGS) return { layers, open: true }
    layer = next.replaceAll('\\', '/')
    layers.push(layer)
  }
  return { layers, open: false }
}

/**
 * Every `name=value` of one reading: in the query, in the path (`/hdnts=exp=1~hmac=ab/`, `;jsessionid=x`), in the fragment,
 * and inside of values (`hdnea=st=1~exp=2`), where `st` and `exp` are names of their own. A bare name counts in the query.
 */
export function pairsOf(layer: string): Pair[] {
  const pairs: Pair[] = []
  const mark = layer.indexOf('?')
  let offset = 0
  for (const piece of layer.split(/[/?&;#~,|\s]/)) {
    const inQuery = mark !== -1 && offset > mark
    offset += piece.length + 1
    if (piece === '' || (!inQuery && !piece.includes('='))) continue
    const parts = piece.split('=')
    const last = Math.max(1, parts.length - 1)
    for (let at = 0; at < last; at++) {
      const name = nameOf(parts[at]!)
      if (name !== '') pairs.push({ name, value: parts[at + 1] ?? '' })
    }
  }
  return pairs
}

/** A name as lenient readers know it: `hdnea[0]`, ` hdnea`, `{$hdnea}` are `hdnea`. */
function nameOf(text: string): string {
  if (/^\w[\w.-]*$/.test(text)) return text.toLowerCase()
  return text
    .replace(/\[.*$/, '')
    .replace(/^[^\w]+|[^\w]+$/g, '')
    .toLowerCase()
}

/** The values of a query, whole, and of parameters that stand in the path (`;v=1`). */
export function queryValues(layer: string): string[] {
  const [path = ''] = layer.split(/[?#]/, 1)
  const inPath = Array.from(path.matchAll(/;[^=;/]+=([^;/]*)/g), ([, value]) => value!)
  const mark = layer.indexOf('?')
  if (mark === -1) return inPath
  const inQuery = layer.slice(mark + 1).split(/[&;#?]/)
  return [...inPath, ...inQuery.map((pair) => pair.slice(pair.indexOf('=') + 1))]
}

/** A path's segments in lower case next to what follows them, up to the query. */
export function pathPairs(layer: string): Pair[] {
  const path = layer.split(/[?#]/, 1)[0]!
  const segments = path.split('/').filter((segment) => segment !== '')
  return segments.slice(0, -1).map((segment, at) => ({ name: segment.toLowerCase(), value: segments[at + 1]! }))
}

/** A document's text without JSON's and XML's ways of writing a character, so that an address in it can be read. */
export function unescaped(text: string): string {
  if (!/[\\&]/.test(text)) return text
  return text
    .replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll('\\/', '/')
    .replace(/&#(?:x([0-9a-f]{1,6})|(\d{1,7}));/gi, (_, hex?: string, decimal?: string) =>
      String.fromCharCode(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16))
    )
    .replace(/&(amp|quot|apos|lt|gt);/g, (_, name: string) => XML[name]!)
}

const XML: Readonly<Record<string, string>> = { amp: '&', quot: '"', apos: "'", lt: '<', gt: '>' }
