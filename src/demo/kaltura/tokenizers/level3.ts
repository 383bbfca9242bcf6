import { createHmac } from 'node:crypto'
import { expiryOf, folderOf, type TokenContext, type Tokenizer, textOf, withQuery } from './tokenizer.js'

function sign(context: TokenContext, text: string): string {
  return createHmac('sha1', textOf(context, 'key')).update(text).digest('hex').slice(0, 20)
}

/** `token=nva=..~dirs=..~hash=..` in front of the path; the hash covers the folder (vectors l3-*). */
export const l3: Tokenizer = (url, context) => {
  const folder = folderOf(context.commonStart ?? url)
  if (folder === '') return url
  const depth = folder.split('/').length - 2
  const expiry = expiryOf(context)
  const hash = sign(context, `${folder}?nva=${expiry}&dirs=${depth}`)
  return `${textOf(context, 'paramName')}=nva=${expiry}~dirs=${depth}~hash=${textOf(context, 'gen')}${hash}${url}`
}

/** `20231114222320`, UTC. */
function compactTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\D/g, '').slice(0, 14)
}

/** Path of a stream below its base, with the extension that an RTMP name leaves out if the settings ask for it. */
function streamPath(url: string, context: TokenContext): string {
  const base = context.prefix.replace(/^[a-z]+:\/\/[^/]*/i, '').replace(/\/$/, '')
  const isMp4 = url.startsWith('mp4:')
  const ext = context.settings.includeExtension === true && !isMp4 && context.ext !== '' ? `.${context.ext}` : ''
  return `${base}/${isMp4 ? url.slice('mp4:'.length) : url}${ext}`
}

/** `?h={gen}{hash}`, and an end of life if there is a window (vectors level3-*). */
export const level3: Tokenizer = (given, context) => {
  const url = given.replace(/(?<!:)\/{2,}/g, '/')
  const isStream = !url.startsWith('/')
  const path = isStream ? streamPath(url, context) : url
  const window = Number(context.settings.window ?? 0)
  const expiry = window > 0 ? `${textOf(context, 'expiryName')}=${compactTime(expiryOf(context))}` : ''
  const signed = expiry === '' ? path : withQuery(path, expiry)
  const token = `${textOf(context, 'name')}=${textOf(context, 'gen')}${sign(context, signed)}`
  return withQuery(url, expiry === '' ? token : `${expiry}&${token}`)
}
