import { isIP } from 'node:net'

/**
 * Whether a `Host` header names this machine itself: `localhost`, 127.0.0.0/8 or ::1, with any port (a tunnel may have
 * another one). Spellings of an address that only some parsers know do not count.
 */
export function isLoopbackHost(host: string | undefined): boolean {
  const [, name] = /^(\[[^\]]*\]|[^:[\]]*)(?::\d{1,5})?$/.exec(host ?? '') ?? []
  if (name === undefined) return false
  if (name.toLowerCase() === 'localhost' || name === '[::1]') return true
  return isIP(name) === 4 && name.startsWith('127.')
}

/** Whether an `Origin` header is the very origin that the `Host` header names. */
export function isOwnOrigin(origin: string, host: string | undefined): boolean {
  const match = /^https?:\/\/([^/?#@]+)$/i.exec(origin)
  return match !== null && host !== undefined && match[1]!.toLowerCase() === host.toLowerCase()
}
