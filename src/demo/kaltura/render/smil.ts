import { compose, escapeMarkup, fullUrl, ok, type Renderer, XML_HEADERS } from './rendering.js'

const DOCTYPE = '<!DOCTYPE smil PUBLIC "-//W3C//DTD SMIL 2.0//EN" "http://www.w3.org/2001/SMIL20/SMIL20.dtd">'

/** Scheme with `://`, host without port, and path without query, of URLs such as `mp4:p/101/a.mp4` too. */
function split(url: string): { base: string; path: string } {
  const [, scheme = '', authority = '', path = ''] = /^(?:([a-z0-9]+):)?(?:\/\/([^/?#]*))?([^?#]*)/is.exec(url) ?? []
  return { base: `${scheme}://${authority.replace(/:\d+$/, '')}`, path }
}

/**
 * SMIL 2.0: scheme and host of the last rendition as base, paths only below it (vectors smil-*, recording rf_smil_url).
 * Bitrates are written in bit/s of 1000.
 */
export const renderSmil: Renderer = ({ items }) => {
  const parts = items.map((item) => ({ ...split(fullUrl(item)), bitrate: item.bitrate ?? 0 }))
  const header =
    `<?xml version="1.0"?>\n\t\t\t\t${DOCTYPE}\n` +
    `\t\t\t\t<smil xmlns="http://www.w3.org/2001/SMIL20/Language">\n\t\t\t\t\t<head>\n` +
    `\t\t\t\t\t\t<meta name="title" content="" />\n` +
    `\t\t\t\t\t\t<meta name="httpBase" content="${escapeMarkup(parts.at(-1)?.base ?? '')}" />\n` +
    `\t\t\t\t\t\t<meta name="vod" content="true"/>\n\t\t\t\t\t</head>\n\t\t\t\t\t<body>\n\t\t\t\t\t\t<switch id="video">`
  const video = parts.map(
    ({ path, bitrate }) => `<video src="${escapeMarkup(path)}" system-bitrate="${bitrate * 1000}"/>`
  )
  return ok(XML_HEADERS, compose(header, video, '</switch>\n\t\t\t</body>\n\t\t</smil>'))
}
