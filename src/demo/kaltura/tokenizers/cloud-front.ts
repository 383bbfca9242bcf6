import { createSign } from 'node:crypto'
import { expiryOf, folderOf, type Tokenizer, textOf, withQuery } from './tokenizer.js'

/** CloudFront's spelling of base64. */
function encode(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('=', '_').replaceAll('/', '~')
}

/** A path pattern that covers all flavors of the entry: cut before the flavor ids, else the whole folder. */
function pattern(path: string): string {
  const [beforeList = ''] = path.split(',', 1)
  const flavors = beforeList.indexOf('/flavorId/')
  if (flavors >= 0) return `${beforeList.slice(0, flavors)}*`
  return beforeList === path ? `${folderOf(path)}*` : `${beforeList}*`
}

/** CloudFront's signed URL with a policy of its own, RSA-SHA1 (vectors cloudFront-*). */
export const cloudFront: Tokenizer = (url, context) => {
  const ip = context.settings.limitIpAddress === true ? context.clientIp : ''
  const Resource = `${context.prefix.replace(/:\d+$/, '')}${pattern(context.commonStart ?? url)}`
  const Condition = {
    DateLessThan: { 'AWS:EpochTime': expiryOf(context) },
    ...(ip === '' ? {} : { IpAddress: { 'AWS:SourceIp': `${ip}/32` } })
  }
  const policy = JSON.stringify({ Statement: [{ Resource, Condition }] })
  const signature = createSign('RSA-SHA1').update(policy).sign(textOf(context, 'key'))
  const query = [
    ...(ip === '' ? [] : [`ip=${ip}`]),
    `Policy=${encode(Buffer.from(policy))}`,
    `Signature=${encode(signature)}`,
    `Key-Pair-Id=${textOf(context, 'keyPairId')}`
  ]
  return withQuery(url, query.join('&'))
}
