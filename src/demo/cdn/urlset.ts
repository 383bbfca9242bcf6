/**
 * Expands the form in which one URL names several flavors: `{prefix},{part1},{part2},...,{suffix}` stands for
 * `{prefix}{part1}{suffix}`, `{prefix}{part2}{suffix}`, ... in that order. A part may be empty. Without commas the path
 * stands for itself. A trailing `.urlset` is taken off; the play server leaves it out.
 *
 * @returns undefined for exactly one comma, which is no such form (reference: delivery-urls.md, section 2, `multi`)
 */
export function expandUrlset(path: string): string[] | undefined {
  const fields = path.replace(/\.urlset$/, '').split(',')
  if (fields.length === 1) return fields
  if (fields.length === 2) return undefined
  const prefix = fields[0]!
  const suffix = fields.at(-1)!
  return fields.slice(1, -1).map((part) => prefix + part + suffix)
}
