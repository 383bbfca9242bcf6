/** Characters of a secret in a row that count as a leak; fewer may stand anywhere by chance. */
const WINDOW = 16
/** Alignments of three bytes in base64. */
const ALIGNMENTS = [0, 1, 2]

/**
 * Finds secrets in text: any 16 characters in a row of one (a shorter one whole), as they are, percent-encoded up to
 * three times, with JSON's escapes, or inside base64 at any alignment.
 */
export class LeakFinder {
  readonly #windows = new Map<string, string>()
  readonly #short = new Map<string, string>()

  /** @param name what to call it where it is found */
  add(name: string, secret: string): void {
    this.#addText(name, secret)
    for (const shift of ALIGNMENTS) {
      const bytes = Buffer.from('x'.repeat(shift) + secret)
      for (const encoding of ['base64', 'base64url'] as const) {
        // Characters at both ends depend on what stands beside the secret.
        this.#addText(`${name} in base64`, bytes.toString(encoding).slice(4, -4))
      }
    }
  }

  #addText(name: string, text: string): void {
    if (text.length < WINDOW) {
      if (text.length >= 8) this.#short.set(text, name)
      return
    }
    for (let at = 0; at + WINDOW <= text.length; at++) this.#windows.set(text.slice(at, at + WINDOW), name)
  }

  /** Names of the secrets in a text, each with what stands around it. */
  find(text: string): string[] {
    const found = new Map<string, string>()
    let form = text.replaceAll('\\/', '/')
    for (let depth = 0; depth <= 3; depth++) {
      for (let at = 0; at + WINDOW <= form.length; at++) {
        const name = this.#windows.get(form.slice(at, at + WINDOW))
        if (name !== undefined && !found.has(name)) found.set(name, around(form, at))
      }
      for (const [short, name] of this.#short) {
        const at = form.indexOf(short)
        if (at !== -1 && !found.has(name)) found.set(name, around(form, at))
      }
      const next = form.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
      if (next === form) break
      form = next
    }
    return [...found].map(([name, context]) => `${name}: ${context}`)
  }
}

function around(text: string, at: number): string {
  return text.slice(Math.max(0, at - 120), at + 60)
}
