import { readFileSync, unwatchFile, watchFile } from 'node:fs'

/** ms between two looks at a file. */
const INTERVAL = 1000
/** ms for which its text has to stay as it is: who writes in place is not read half-way. */
const SETTLED = 200

/**
 * Says when a file has another text than before. It is looked at by name from time to time rather than watched: so nothing is
 * missed when an editor puts another file in its place, Kubernetes moves a link, or it lies on a mount that tells nothing.
 *
 * @returns ends it
 */
export function watchFileText(
  path: string,
  changed: () => void,
  { interval = INTERVAL, settled = SETTLED }: { interval?: number; settled?: number } = {}
): () => void {
  let known = textOf(path)
  let timer: NodeJS.Timeout | undefined
  const settle = (before: string | null): void => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      const text = textOf(path)
      if (text !== before) return settle(text)
      if (text === known) return
      known = text
      changed()
    }, settled)
    timer.unref()
  }
  const look = () => settle(textOf(path))
  watchFile(path, { interval, persistent: false }, look)
  // Its first look is not at once: what changed before that was never another file to it.
  timer = setTimeout(look, interval).unref()
  return () => {
    clearTimeout(timer)
    unwatchFile(path, look)
  }
}

/** Null: it cannot be read, as in the moment between two files of that name. */
function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
