/** Settings of a URL tokenizer: `type`, `key` (its secret), `window` (life of a token, s) and what its type needs. */
export type TokenizerConfig = Readonly<Record<string, string | number | boolean | null | undefined>> & {
  readonly type: string
}

/** What a token may depend on besides its URL. */
export interface TokenContext {
  settings: TokenizerConfig
  /** Unix seconds. */
  now: number
  /** The viewer's address, for tokenizers that bind to it. */
  clientIp: string
  /** Scheme and host in front of the URL, or the base of RTMP streams; may be empty. */
  prefix: string
  /** What all URLs of one answer start with; null when there is but one. */
  commonStart: string | null
  /** File extension of the flavor, where known. */
  ext: string
}

/** Signs one URL, usually a path. Null: nothing can be delivered with these settings. */
export type Tokenizer = (url: string, context: TokenContext) => string | null

/** A setting as text; empty when it is not there. */
export function textOf({ settings }: TokenContext, name: string): string {
  const value = settings[name]
  return value === null || value === undefined || value === false ? '' : String(value)
}

/** When the token ends, Unix seconds. */
export function expiryOf(context: TokenContext): number {
  return context.now + Number(context.settings.window ?? 0)
}

/** Puts a query behind a URL that may have one. */
export function withQuery(url: string, query: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}${query}`
}

/** The folder of a path, with a slash at its end. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1)
}

/** The URL without a query. */
export function withoutQuery(url: string): string {
  return url.split('?', 1)[0]!
}
