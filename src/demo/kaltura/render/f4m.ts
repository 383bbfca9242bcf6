import { compose, escapeMarkup, fullUrl, type MediaItem, ok, type Renderer, XML_HEADERS } from './rendering.js'

function attributes({ bitrate, width, height }: MediaItem): string {
  return `bitrate="${bitrate ?? 0}" width="${width ?? 0}" height="${height ?? 0}"`
}

function mimeType(items: readonly MediaItem[]): string {
  const allMp3 = items.length > 0 && items.every(({ ext }) => ext?.toLowerCase() === 'mp3')
  return allMp3 ? 'audio/mpeg' : 'video/x-flv'
}

/** F4M 1.0, white space as on the wire (vectors f4m-*, recording fmt_http_http). */
export const renderF4m: Renderer = (rendering, { deliveryCode }) => {
  const { entryId, items, duration, baseUrl, streamType, dvrWindow, mediaUrl } = rendering
  const dvrInfo = dvrWindow > 0 ? `<dvrInfo windowDuration="${dvrWindow}"></dvrInfo>` : ''
  const header =
    `<?xml version="1.0" encoding="UTF-8"?>\n\t<manifest xmlns="http://ns.adobe.com/f4m/1.0">\n` +
    `\t\t<id>${entryId}</id>\n\t\t<mimeType>${mimeType(items)}</mimeType>\n` +
    `\t\t<streamType>${streamType}</streamType>\t\t\n\t\t${dvrInfo}\t\t\t\t\t\n` +
    `\t\t${duration ? `<duration>${duration}</duration>` : ''}\t\t\n` +
    `\t\t${baseUrl === '' ? '' : `<baseURL>${escapeMarkup(baseUrl)}</baseURL>`}`
  const media = items.map((item) => {
    const url = fullUrl(item)
    const code = streamType === 'live' && deliveryCode !== '' ? `${url.includes('?') ? '&' : '?'}deliveryCode=` : ''
    return `<media url="${escapeMarkup(code === '' ? url : `${url}${code}${deliveryCode}`)}" ${attributes(item)} />`
  })
  const own = mediaUrl === null ? '' : `<media url="${escapeMarkup(mediaUrl)}"/>`
  return ok(XML_HEADERS, compose(header, media, `${own}\n\t\t\t</manifest>`))
}

/** F4M 2.0 (vectors f4mv2-*). */
export const renderF4m2: Renderer = ({ entryId, items, duration }) => {
  const header =
    `<?xml version="1.0" encoding="UTF-8"?>\n\t\t<manifest xmlns="http://ns.adobe.com/f4m/2.0">\n` +
    `\t\t\t<id>${entryId}</id>\n\t\t\t${duration ? `<duration>${duration}</duration>` : ''}`
  const media = items.map((item) => `<media href="${escapeMarkup(fullUrl(item))}" ${attributes(item)}/>`)
  return ok(XML_HEADERS, compose(header, media, '</manifest>'))
}
