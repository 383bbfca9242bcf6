import { validateHeaderName, validateHeaderValue } from 'node:http'
import { CommandError } from './command.js'

/**
 * Headers as they are given on the command line, `name: value`; a later one of the same name wins.
 * @throws CommandError that does not repeat the value: it may be a session
 */
export function readHeaders(given: readonly string[]): Record<string, string> {
  // A name may be one that every object has.
  const headers: Record<string, string> = Object.create(null)
  for (const text of given) {
    const colon = text.indexOf(':')
    const name = text.slice(0, Math.max(0, colon)).trim()
    const value = text.slice(colon + 1).trim()
    try {
      validateHeaderName(name)
      validateHeaderValue(name, value)
    } catch {
      throw new CommandError(
        "--header cannot be read; right would be 'name: value', such as 'x-forwarded-proto: https'."
      )
    }
    headers[name.toLowerCase()] = value
  }
  return headers
}

/** @throws CommandError naming the option */
export function readNumber(name: string, text: string, min: number, max: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (!(number >= min && number <= max)) {
    throw new CommandError(`${name} is "${text}"; right would be a number from ${min} to ${max}.`)
  }
  return number
}
