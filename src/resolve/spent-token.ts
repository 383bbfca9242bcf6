/** Ends of tokens as delivery URLs write them, unix seconds: in a parameter, a path part or inside a token. */
const END = /(?:[?&;~/*]|%7e|=)(?:exp|expires|expiry|e|se)(?:=|%3d|\/)(\d{9,11})(?!\d)/gi

/**
 * Whether a URL carries a token whose end has passed: it plays nothing any more, and the viewer is better sent to Kaltura
 * for a new one.
 *
 * @param now Unix ms
 */
export function isSpent(url: string, now: number): boolean {
  return [...url.matchAll(END)].some((match) => Number(match[1]) * 1000 <= now)
}
