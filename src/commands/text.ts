/** Text for terminals: tables, colours, and nothing that a terminal would obey. */

const CODES = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 } as const

export type Paint = (colour: keyof typeof CODES, text: string) => string

/** Colours text, or leaves it as it is where colours are not wanted. */
export function painter(colours: boolean): Paint {
  return (colour, text) => (colours ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text)
}

/**
 * Text of somebody else's, such as a log's or Kaltura's, as it may be shown: control characters, which a terminal would
 * obey, and marks that turn the direction of writing are shown as `\u{...}`.
 */
export function printable(text: string): string {
  return text.replace(OBEYED, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`)
}

const OBEYED = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g
/** The same without line feeds, by which JSON is laid out; in its texts they are escaped already. */
const OBEYED_IN_JSON = new RegExp(`(?!\\n)${OBEYED.source}`, 'g')

/** At most so many characters, the cut shown. */
export function clipped(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}

/** Columns padded to their widest cell; `numeric` columns stand to the right. Ends with a line feed. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], numeric: readonly string[] = []) {
  const all = [head, ...rows.map((row) => row.map(printable))]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        numeric.includes(head[column]!) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)
      )
      .join('  ')
      .trimEnd()
  return `${all.map(line).join('\n')}\n`
}

/** `1 rule`, `2 rules`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`
}

/** JSON for a program to read, of one object: the same value, with what a terminal would obey escaped, since people look at it too. */
export function json(value: unknown): string {
  const text = JSON.stringify(value, null, 2).replace(
    OBEYED_IN_JSON,
    (char) => `\\u${char.codePointAt(0)!.toString(16).padStart(4, '0')}`
  )
  return `${text}\n`
}
