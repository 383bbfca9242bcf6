/** Characters of a manifest that are kept as upstream wrote them; what is longer is seldom read by anybody. */
export const MAX_BEFORE = 64 * 1024

/** Beside what was made of it, and forgotten with it. */
const bodies = new WeakMap<object, string>()

/**
 * Remembers what a manifest was made from, for explain alone.
 *
 * @param made what `readBody` made of it; anything but a manifest is not remembered
 */
export function rememberBefore<T extends { kind: string; body?: string }>(made: T, body: string): T {
  // What needed no edit is itself what upstream wrote: one text for both.
  if (made.kind === 'manifest' && body.length <= MAX_BEFORE) bodies.set(made, made.body === body ? made.body! : body)
  return made
}

/** Characters that are kept beside what was made of them; 0 where nothing was edited. */
export function charactersBefore(made: { kind: string; body?: string }): number {
  const before = bodies.get(made)
  return before === undefined || before === made.body ? 0 : before.length
}

/** As upstream wrote it; null when that was too long, or is not known in this process. */
export function beforeEdit(made: object): string | null {
  return bodies.get(made) ?? null
}
