/** What a vector says an answer is; header lines as the application set them. */
export interface ExpectedAnswer {
  status: number
  headers: string[]
  body: string
}

/** Header lines by lower-case name, values trimmed. */
export function headerMap(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    })
  )
}
