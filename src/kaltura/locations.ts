import type { AllowedHosts } from './hosts.js'

declare const checked: unique symbol

/** Text that may stand in a Location: it names a configured or an allow-listed host. Only `Locations` makes one. */
export type SafeLocation = string & { readonly [checked]: true }

/**
 * The one builder of every Location (rule 3 of the design): a URL or a header of a request never chooses a host. What it
 * did not make does not fit into an answer.
 */
export class Locations {
  readonly #cdnUrl: string
  readonly #hosts: AllowedHosts
  readonly #cdnUrls: ReadonlyMap<string, string>

  /**
   * @param cdnUrl base of Kaltura's playManifest as viewers reach it, without a trailing slash
   * @param cdnUrls more of them, by name
   */
  constructor(cdnUrl: string, hosts: AllowedHosts, cdnUrls: ReadonlyMap<string, string> = new Map()) {
    this.#cdnUrl = cdnUrl
    this.#hosts = hosts
    this.#cdnUrls = cdnUrls
  }

  /** The configured base of a name; the default one for null, and for a name that this process does not know. */
  base(name: string | null): string {
    return (name === null ? undefined : this.#cdnUrls.get(name)) ?? this.#cdnUrl
  }

  /**
   * A path and query at a configured base.
   * @param name of the base; null: the default one
   * @throws RangeError for text that does not begin with a slash: behind a base without a path it would go on as a host
   */
  atKaltura(path: string, name: string | null = null): SafeLocation {
    if (!path.startsWith('/')) throw new RangeError('a path at Kaltura begins with a slash')
    return ascii(this.base(name) + path)
  }

  /** A URL of upstream's, as the URL standard writes it; null when its host, port or scheme is not allowed. */
  delivery(url: string): SafeLocation | null {
    if (!URL.canParse(url)) return null
    const parsed = new URL(url)
    return this.#hosts.match(parsed) === null ? null : ascii(parsed.href)
  }
}

/** A header takes ASCII only, and a space or line end in one is an attack or a slip: escaped either way. */
function ascii(location: string): SafeLocation {
  const text = /^[!-~]*$/.test(location)
    ? location
    : // Half a character has no encoding; it becomes the replacement character, as everywhere else.
      location.replace(/[^!-~]/gu, (char) => encodeURIComponent(Buffer.from(char).toString()))
  return text as SafeLocation
}
