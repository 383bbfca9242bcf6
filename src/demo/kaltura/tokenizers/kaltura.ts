import { createHmac } from 'node:crypto'
import { expiryOf, type Tokenizer, textOf } from './tokenizer.js'

/**
 * Kaltura's own token inside the path, `/exp/{unix}/sig/{sig}/{file}`; the name of a download is not signed and stands
 * behind it (vectors kaltura-*).
 */
export const kaltura: Tokenizer = (url, context) => {
  const [fileName = ''] = /\/fileName\/[^/]*/.exec(url) ?? []
  const path = fileName === '' ? url : url.replace(fileName, () => '')
  const signed = `${path}/exp/${expiryOf(context)}`
  const signature = createHmac('sha256', textOf(context, 'key')).update(signed).digest('base64url')
  return `${signed}/sig/${signature}${fileName}/${path.slice(path.lastIndexOf('/') + 1)}`
}
