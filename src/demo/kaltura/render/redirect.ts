import { compose, firstUrl, type Renderer } from './rendering.js'

/** A redirect to the first item; the body is one line end (vectors redirect-*). */
export const renderRedirect: Renderer = ({ items }) => ({
  status: 302,
  headers: { location: firstUrl(items).replaceAll(' ', '%20') },
  body: compose('', []),
  hasLength: true
})
