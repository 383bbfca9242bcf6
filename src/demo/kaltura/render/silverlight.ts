import { compose, escapeMarkup, firstUrl, ok, type Renderer, XML_HEADERS } from './rendering.js'

/** The XML that points a Silverlight player to its Smooth Streaming manifest (vectors sl-*). */
export const renderSilverlight: Renderer = ({ entryId, duration, items, streamType }) => {
  const header =
    `<?xml version="1.0" encoding="UTF-8"?>\n\t\t\t<manifest url="${escapeMarkup(firstUrl(items))}">\n` +
    `\t\t\t\t<id>${entryId}</id>\n\t\t\t\t<streamType>${streamType}</streamType>\n` +
    `\t\t\t\t${duration ? `<duration>${duration}</duration>` : ''}\n\t\t\t</manifest>`
  return ok(XML_HEADERS, compose(header, []))
}
