import { createHash } from 'node:crypto'
import { isIP } from 'node:net'
import type { FastifyReply } from 'fastify'
import { inRange } from './ip-range.js'
import { headerOf, type KalturaOptions, type RequestFacts } from './options.js'

/** The request dies with this text (reference access-control.md section 3, 2). */
export class BadRemoteAddress extends Error {}

/** Seconds by which a signed address may differ from the server's clock. */
const TIMEOUT = 120

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '127.0.0.0/8', '169.254.0.0/16']

/**
 * The address that rules are judged by: the signed header's where there is one, else what the options or the socket say.
 * Without a salt the header is believed as it is, as Kaltura does: whoever lets a viewer's through loses.
 *
 * @throws BadRemoteAddress for a wrong time or signature
 */
export function remoteAddressOf(options: KalturaOptions, request: RequestFacts): string {
  const claim = headerOf(request, 'x-kaltura-remote-addr')
  if (claim !== '') return claimed(claim, options)
  return options.remoteAddress?.(request) ?? request.ip
}

function claimed(claim: string, { remoteAddrSalt, now = Date.now }: KalturaOptions): string {
  const [ip = '', time = '', uniqueId = '', hash = ''] = claim.split(',')
  if (remoteAddrSalt === undefined) return ip
  if (!(Math.abs(Math.floor(now() / 1000) - Number(time)) <= TIMEOUT)) {
    throw new BadRemoteAddress('REMOTE_ADDR header invalid time')
  }
  const expected = createHash('md5').update(`${ip},${time},${uniqueId},${remoteAddrSalt}`).digest('hex')
  if (hash !== expected) throw new BadRemoteAddress('REMOTE_ADDR header invalid signature')
  return ip
}

/**
 * The address that tokens of delivery URLs are bound to: they know nothing of the signed header, only the first public
 * address of `X-Forwarded-For`, whoever wrote it, or the socket (reference access-control.md section 3).
 */
export function tokenAddressOf(request: RequestFacts): string {
  const forwarded = headerOf(request, 'x-forwarded-for').split(',')
  const first = forwarded
    .map((address) => address.trim())
    .find((address) => isIP(address) !== 0 && !PRIVATE.some((range) => inRange(address, range)))
  return first ?? request.ip
}

/** How such a request dies: with the text alone, status 200. */
export function die(reply: FastifyReply, { message }: BadRemoteAddress): void {
  reply.code(200).header('content-type', 'text/html; charset=UTF-8').send(message)
}
