/** Request headers as Node gives them: lower-case names. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * One header's value, trimmed; undefined when it is absent or empty. The name is added to `read` even then: an answer
 * that depends on the absence of a header varies by it as well.
 */
export function readHeader(headers: RequestHeaders, name: string, read?: Set<string>): string | undefined {
  read?.add(name)
  const value = headers[name]
  const text = (typeof value === 'string' ? value : value?.[0])?.trim()
  return text === '' ? undefined : text
}
