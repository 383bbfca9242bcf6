/**
 * A page with the part of that name made anew; what stands around it is written by hand.
 * @throws Error when the page has no such part
 */
export function replaceMade(page: string, name: string, text: string): string {
  const begin = `<!-- Made by \`npm run docs\`: ${name}. Change the code, not this part. -->`
  const end = `<!-- End of ${name}. -->`
  const from = page.indexOf(begin)
  const to = page.indexOf(end)
  if (from < 0 || to < from) throw new Error(`the page lacks "${begin}" or, behind it, "${end}"`)
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`
}
