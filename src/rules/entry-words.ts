/**
 * How Kaltura's editors have filed an entry, as anybody may see it: rules go by this and by nothing that only the
 * gateway's own credential sees, since what a rule decides shows in the answer.
 */
export interface EntryWords {
  tags: readonly string[]
  /** Full names, such as `News>Sport`. */
  categories: readonly string[]
  categoryIds: readonly number[]
}

/** Whether one of a rule's categories is the entry's: by id, or by a full name, which stands for those below it too. */
export function isInCategory({ categories, categoryIds }: EntryWords, wanted: readonly (string | number)[]): boolean {
  return wanted.some((category) =>
    typeof category === 'number'
      ? categoryIds.includes(category)
      : categories.some((name) => name === category || name.startsWith(`${category}>`))
  )
}
