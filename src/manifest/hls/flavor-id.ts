/**
 * The flavor asset that a Kaltura delivery URL plays: the path segment after `flavorId` (reference delivery-urls.md section 1), for
 * example `0_acksfp02`. Null when there is none, or when the URL joins several flavors (commas, section 2 `multi(...)`). The query and
 * the fragment do not count.
 */
export function flavorIdOf(uri: string): string | null {
  const end = uri.search(/[?#]/)
  const segments = (end < 0 ? uri : uri.slice(0, end)).split('/')
  let id: string | null = null
  for (const [index, segment] of segments.entries()) {
    if (segment !== 'flavorId') continue
    const value = segments[index + 1] ?? ''
    // A second one appears when the joined part starts before the id: `/v/,1/flavorId/0_x,2/flavorId/0_y,/`.
    if (id !== null || !/^\w+$/.test(value)) return null
    id = value
  }
  return id
}
