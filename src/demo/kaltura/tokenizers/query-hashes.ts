import { createHash, createHmac } from 'node:crypto'
import { expiryOf, folderOf, type TokenContext, type Tokenizer, textOf, withoutQuery, withQuery } from './tokenizer.js'

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}

/** Life of a LimeLight token, s. */
const LIME_LIGHT_WINDOW = 120

/** LimeLight: a seek position stays behind the token and outside it (vectors limeLight-*). */
export const limeLight: Tokenizer = (url, context) => {
  const [, path = url, seek = ''] = /^(.*?)([?&]fs=[^&]*)?$/.exec(url) ?? []
  const signed = withQuery(path, `e=${context.now + LIME_LIGHT_WINDOW}`)
  const hash = md5(`${textOf(context, 'key')}${textOf(context, 'urlPrefix')}${signed}`)
  return `${signed}&h=${hash}${seek.replace('?', '&')}`
}

/** A PHP regular expression such as `#^/a#i`; null when it cannot be read. */
function phpPattern(text: string): RegExp | null {
  const end = text.lastIndexOf(text.charAt(0))
  if (end <= 0) return null
  try {
    return new RegExp(text.slice(1, end), text.slice(end + 1).replace(/[^ims]/g, ''))
  } catch {
    return null
  }
}

/** BitGravity: signs the part of the path that a configured pattern finds, or nothing (vectors bitGravity-*). */
export const bitGravity: Tokenizer = (url, context) => {
  const path = url.startsWith('mp4:') ? `/${url.slice('mp4:'.length)}` : url
  const found = phpPattern(textOf(context, 'hashPatternRegex'))?.exec(path)
  if (found === null || found === undefined) return url
  const expiry = `e=${expiryOf(context)}`
  return withQuery(url, `${expiry}&h=${md5(`${textOf(context, 'key')}${found[1] ?? found[0]}?${expiry}`)}`)
}

const CHINA_CACHE: Readonly<Record<string, string>> = { 1: 'sha1', 2: 'sha256' }

/** ChinaCache: a folder may be played until a time; only two algorithms are known (vectors chinaCache-*). */
export const chinaCache: Tokenizer = (url, context) => {
  const id = textOf(context, 'algorithmId')
  const algorithm = Object.hasOwn(CHINA_CACHE, id) ? CHINA_CACHE[id]! : null
  if (algorithm === null) return null
  const folder = folderOf(withoutQuery(url))
  const expiry = expiryOf(context)
  const hash = createHmac(algorithm, textOf(context, 'key')).update(`${folder}${expiry}`).digest('base64')
  const acl = encodeURIComponent(folder)
  const query = `ACL=${acl}&P1=${expiry}&P2=${textOf(context, 'keyId')}&P3=${id}&P4=${encodeURIComponent(hash)}`
  return withQuery(url, query)
}

/** Chunghwa Telecom: a folder, the key and an end of life (vectors cht-*). */
export const cht: Tokenizer = (url, context) => {
  const expiry = expiryOf(context)
  const folder = folderOf(withoutQuery(url))
  const hash = createHash('md5')
    .update(`${folder}${textOf(context, 'key')}${expiry}`)
    .digest('base64url')
  return withQuery(url, `token=${hash}&expires=${expiry}`)
}

function vnptScope(url: string, format: number): string {
  const path = withoutQuery(url)
  return format === 2 ? path : folderOf(path).replace(/\/$/, '')
}

/** VNPT: hash and end of life in front of the path, with a slash in format 1 (vectors vnpt-*). */
export const vnpt: Tokenizer = (url, context: TokenContext) => {
  const format = Number(context.settings.tokenizationFormat ?? 0)
  const expiry = expiryOf(context)
  const ip = context.settings.shouldIncludeClientIp === true ? context.clientIp : ''
  const hash = md5([ip, textOf(context, 'key'), expiry, vnptScope(url, format)].join(':'))
  return `${format === 1 ? '/' : ''}${hash}${expiry}${url}`
}
