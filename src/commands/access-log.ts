/** One line of a log in combined format, as far as it says what was asked. */
export interface LoggedRequest {
  method: string
  /** As it stood in the request line, without scheme and host. */
  target: string
  userAgent: string
  /** Unix ms; null when the line does not say. */
  time: number | null
}

/** Longer lines are skipped: no request line of ours is as long. Characters. */
export const MAX_LINE = 65_536

const QUOTED = '"((?:[^"\\\\]|\\\\.)*)"'
const LINE = new RegExp(`^[^"[]*\\[([^\\]]{0,64})\\] ${QUOTED} \\d{3} \\S+ ${QUOTED} ${QUOTED}`)
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Reads a line of Apache's or nginx's combined format; null for any other line. What stands behind it is not looked at. */
export function readLogLine(line: string): LoggedRequest | null {
  const found = LINE.exec(line)
  if (found === null) return null
  const [, time = '', request = '', , userAgent = ''] = found
  const asked = /^([A-Z]{1,16}) (\S+)(?: HTTP\/[\d.]{1,4})?$/.exec(unescaped(request))
  if (asked === null) return null
  const agent = unescaped(userAgent)
  return {
    method: asked[1]!,
    target: asked[2]!.replace(/^https?:\/\/[^/?#]+(?=\/)/i, ''),
    userAgent: agent === '-' ? '' : agent,
    time: readTime(time)
  }
}

/** nginx writes `\x22`, Apache `\"`. */
function unescaped(text: string): string {
  return text.replace(/\\(?:x([0-9A-Fa-f]{2})|(.))/g, (_, hex: string | undefined, char: string | undefined) =>
    hex === undefined ? char! : String.fromCharCode(Number.parseInt(hex, 16))
  )
}

/** `22/Nov/2026:07:07:32 +0000` as Unix ms. */
function readTime(text: string): number | null {
  const found = /^(\d{2})\/(\w{3})\/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{2})(\d{2})$/.exec(text)
  if (found === null) return null
  const month = MONTHS.indexOf(found[2]!) + 1
  const time = Date.parse(
    `${found[3]}-${String(month).padStart(2, '0')}-${found[1]}T${found[4]}${found[5]}:${found[6]}`
  )
  return Number.isNaN(time) ? null : time
}

/** The lines of a stream of text, without keeping more than one; null stands for a line that is too long. */
export async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string | null> {
  let rest = ''
  let skipping = false
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    for (const line of lines) {
      yield skipping || line.length > MAX_LINE ? null : line.replace(/\r$/, '')
      skipping = false
    }
    if (rest.length > MAX_LINE) {
      skipping = true
      rest = ''
    }
  }
  if (skipping) yield null
  else if (rest !== '') yield rest
}
