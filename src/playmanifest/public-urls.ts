/** A playManifest URL's path behind a base, slashes as JSON may write them. */
const PLAY_MANIFEST = /^(?:\\?\/s)?\\?\/p\\?\/\d{1,20}(?:\\?\/[^/\\?#"]+){0,4}\\?\/playManifest\\?\//
/** The longest that the pattern above looks at. */
const LOOK = 1024

/**
 * Puts playManifest URLs in JSON text on another base: those that begin with one of `bases` (http or https, the same
 * host, port and path) and are string values. Nothing but the base is replaced; escaped slashes, as Kaltura writes
 * them, stay escaped. Text that is no JSON comes back as it is wherever no such string stands in it.
 *
 * @param bases without a trailing slash
 * @param own the base to write, without a trailing slash
 */
export function ownPlayManifestUrls(json: string, bases: readonly string[], own: string): string {
  // One base may be the beginning of another.
  const longestFirst = bases.toSorted((a, b) => b.length - a.length)
  const found = new RegExp(`^https?:(\\\\?/){2}(?:${longestFirst.map(behindScheme).join('|')})`, 'i')
  let out = ''
  let written = 0
  for (const [start, end] of stringValues(json)) {
    const match = found.exec(json.slice(start, Math.min(end, start + LOOK)))
    if (match === null) continue
    const behind = start + match[0].length
    if (!PLAY_MANIFEST.test(json.slice(behind, Math.min(end, behind + LOOK)))) continue
    out += json.slice(written, start) + (match[1] === '/' ? own : own.replaceAll('/', '\\/'))
    written = behind
  }
  return out + json.slice(written)
}

/** Host, port and path of a base as a pattern. */
function behindScheme(base: string): string {
  return base
    .replace(/^https?:\/\//, '')
    .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    .replaceAll('/', '\\\\?/')
}

/** Where the contents of each string that is no name of a member begin and end. */
function* stringValues(json: string): Generator<[number, number]> {
  let at = json.indexOf('"')
  while (at !== -1) {
    const start = at + 1
    let end = start
    for (; end < json.length && json[end] !== '"'; end++) {
      if (json[end] === '\\') end++
    }
    if (end >= json.length) return
    let next = end + 1
    while (next < json.length && ' \t\r\n'.includes(json[next]!)) next++
    if (json[next] !== ':') yield [start, end]
    at = json.indexOf('"', next)
  }
}
