/** Length of what all texts start with. */
function commonStart(texts: readonly string[]): number {
  const [first = ''] = texts
  let length = first.length
  while (!texts.every((text) => text.startsWith(first.slice(0, length)))) length--
  return length
}

/** Length of what all texts end with. */
function commonEnd(texts: readonly string[]): number {
  const [first = ''] = texts
  let length = Math.min(...texts.map((text) => text.length))
  while (!texts.every((text) => text.endsWith(first.slice(first.length - length)))) length--
  return length
}

/**
 * Several flavors in one URL: longest common prefix, the parts between commas, longest common suffix and `ending`; a
 * lone URL stays as it is (reference delivery-urls.md section 2, multi).
 */
export function joinUrls(urls: readonly string[], ending = '.urlset'): string {
  const distinct = [...new Set(urls)]
  const [first = ''] = distinct
  if (distinct.length < 2) return first
  const start = commonStart(distinct)
  const rests = distinct.map((url) => url.slice(start))
  const end = commonEnd(rests)
  const parts = rests.map((rest) => rest.slice(0, rest.length - end))
  return `${first.slice(0, start)},${parts.join(',')},${first.slice(first.length - end)}${ending}`
}

/** Flavors of a stitched sequence in one URL: their params ids between commas, and no ending. */
export function joinSequenceUrls(urls: readonly string[]): string {
  const [first = ''] = urls
  const ids = urls.map((url) => /\/flavorParamIds\/([^/]*)/.exec(url)?.[1] ?? '')
  return first.replace(/(\/flavorParamIds\/)[^/]*/, (_whole, name: string) => `${name}${[...new Set(ids)].join(',')}`)
}
