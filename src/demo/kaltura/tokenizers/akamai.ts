import { createHash, createHmac } from 'node:crypto'
import { expiryOf, type TokenContext, type Tokenizer, textOf, withQuery } from './tokenizer.js'

function underRoot(url: string, context: TokenContext): string {
  const root = textOf(context, 'rootDir').replace(/\/+$/, '')
  return `${root}${url.startsWith('/') ? '' : '/'}${url}`
}

/**
 * Akamai's token in the form `st=..~exp=..~acl=..~hmac=..`, HMAC-SHA256 with the key's bytes (vectors akamaiSecureHd-*).
 * The list of allowed paths is the URL, or what all URLs start with, less a known file name, and a postfix.
 */
export const akamaiSecureHd: Tokenizer = (url, context) => {
  const path = underRoot(url, context)
  const scope = context.commonStart === null ? path : underRoot(context.commonStart, context)
  const ending = textOf(context, 'customPostfixes')
    .split(',')
    .find((postfix) => postfix !== '' && scope.endsWith(postfix))
  const acl = `${ending === undefined ? scope : scope.slice(0, -ending.length)}${textOf(context, 'aclPostfix')}`
  const ip = context.settings.limitIpAddress === true ? `ip=${context.clientIp}~` : ''
  const fields = `${ip}st=${context.now}~exp=${expiryOf(context)}~acl=${acl}`
  const hmac = createHmac('sha256', Buffer.from(textOf(context, 'key'), 'hex'))
    .update(fields)
    .digest('hex')
  return withQuery(path, `${textOf(context, 'paramName')}=${fields}~hmac=${hmac}`)
}

/**
 * Akamai's older token, `{expiry}_{md5}` under a parameter whose name must have 5 to 12 characters (vectors akamaiHttp-*).
 */
export const akamaiHttp: Tokenizer = (url, context) => {
  const name = textOf(context, 'paramName')
  if (name.length < 5 || name.length > 12) return null
  const path = underRoot(url, context)
  const expiry = expiryOf(context)
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(expiry % 2 ** 32)
  const salt = textOf(context, 'key')
  const inner = createHash('md5').update(bytes).update(path).update(salt).digest()
  return withQuery(path, `${name}=${expiry}_${createHash('md5').update(salt).update(inner).digest('hex')}`)
}
