import { createHash } from 'node:crypto'
import { expiryOf, type Tokenizer, textOf, withQuery } from './tokenizer.js'

/** Wowza's SecureToken: a hash of the stream's path and all parameters in order of their names (vectors wowza-*). */
export const wowza: Tokenizer = (url, context) => {
  const prefix = textOf(context, 'paramPrefix')
  const times = [`${prefix}starttime=${context.now}`, `${prefix}endtime=${expiryOf(context)}`]
  const ip = context.settings.limitIpAddress === true ? [context.clientIp] : []
  const stream = url
    .replace(/^[a-z]+:\/\/[^/]*/i, '')
    .replace(/^\/+/, '')
    .replace(/\/[^/]*$/, '')
  const signed = `${stream}?${[textOf(context, 'key'), ...ip, ...times].sort().join('&')}`
  const digest = createHash(textOf(context, 'hashAlgorithm')).update(signed).digest('base64')
  const hash = encodeURIComponent(digest.replaceAll('+', '-').replaceAll('/', '_'))
  return withQuery(url, `${times.join('&')}&${prefix}hash=${hash}`)
}
