/** What a load gives back: a value and how long it may be used, or an answer that may not be kept at all. */
export interface Loaded<V> {
  value: V
  /** ms; 0 means: an answer for those who asked, which also ends an older value at once. */
  fresh: number
  /** ms past the fresh life in which the value is still given while a new one is fetched. */
  staleWhileRevalidate: number
  /** ms past the fresh life in which the value outlives a failing upstream. */
  staleIfError: number
  /** Bytes, roughly; for the bound on memory. */
  bytes: number
}

/** How an answer came about: metrics, log and explain print this word. */
export type CacheState = 'hit' | 'stale' | 'miss' | 'stale-error'

export type Lookup<V> =
  | { found: true; value: V; state: CacheState /** ms of fresh life left, 0 when stale */; remaining: number }
  | { found: false; reason: 'pending' | 'refused' }
  | { found: false; reason: 'failed'; error: unknown }

/** Takes the tags of what is being loaded: at once those that its key tells, later those that its facts tell. */
export type Tagger = (...tags: string[]) => void

/** Gets a value from upstream. */
export type Load<V> = (tag: Tagger) => Promise<Loaded<V>>

/** Whether the asker may cause a load; asked only when nobody else's is under way. */
export type Admit = () => Promise<boolean>
