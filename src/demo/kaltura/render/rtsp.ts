import { compose, escapeMarkup, firstUrl, ok, type Renderer } from './rendering.js'

/** An HTML page that leads to the stream (vectors rtsp-*, recording fmt_rtsp_http). */
export const renderRtsp: Renderer = ({ items }) => {
  const url = escapeMarkup(firstUrl(items))
  const page = `<html><head><meta http-equiv="refresh" content="0;url=${url}"></head></html>`
  return ok({ 'content-type': 'text/html; charset=UTF-8' }, compose(page, []))
}
