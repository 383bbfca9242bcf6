import { createHash, randomInt } from 'node:crypto'

/** Kaltura's own header, by which one of its servers tells another who the viewer is. */
export const REMOTE_ADDR_HEADER = 'x-kaltura-remote-addr'

/**
 * The value of `X-KALTURA-REMOTE-ADDR`: `{ip},{unix time},{unique id},{md5}` (reference access-control.md section 3).
 * Whoever has one can be that address for two minutes, so it goes to Kaltura and nowhere else, logs included.
 *
 * @param ip an address in its plain spelling (`bareAddress`); Kaltura's rules know IPv4 only as IPv4
 * @param now Unix ms; Kaltura allows 120 s between its clock and ours
 * @param uniqueId never used twice
 */
export function signedRemoteAddr(ip: string, now: number, salt: string, uniqueId: string = newId(now)): string {
  const claim = `${ip},${Math.floor(now / 1000)},${uniqueId}`
  return `${claim},${createHash('md5').update(`${claim},${salt}`).digest('hex')}`
}

/** Kaltura's writer takes the time with its fraction; many requests of ours may fall into one moment. */
function newId(now: number): string {
  return `${(now / 1000).toFixed(3)}${String(randomInt(2 ** 47)).padStart(15, '0')}`
}
