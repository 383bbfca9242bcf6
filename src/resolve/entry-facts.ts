import type { Lookup } from '../cache/stale-cache.js'
import type { Catalog } from '../kaltura/catalog-client.js'
import type { EntryWords } from '../rules/entry-words.js'
import type { Answer } from './decision.js'

/** What rules may know of an entry; null: it is hidden, gone, or was not there in time. */
export function wordsOf(found: Lookup<Catalog>): EntryWords | null {
  return found.found ? found.value.visibleEntry : null
}

/**
 * An answer that was decided by the facts about an entry is made anew when they are read anew: its fresh life ends with
 * theirs. Past it they bound nothing: a rule is no lock, and a known answer is to outlive a failing Kaltura.
 */
export function endingWith(answer: Answer, found: Lookup<Catalog>): Answer {
  if (!found.found) return answer
  if (answer.kind === 'template') {
    if (typeof answer.life !== 'number') return answer
    return { ...answer, life: found.state === 'stale-error' ? 'failed' : Math.min(answer.life, found.remaining) }
  }
  if (answer.kind === 'viewer') return answer
  // For an entry filed otherwise other flavors may be asked for, and be there.
  if (answer.kind === 'error') return { ...answer, life: Math.min(answer.life, found.remaining) }
  return { ...answer, remaining: Math.min(answer.remaining, found.remaining) }
}
