import { compose, firstUrl, ok, type Renderer } from './rendering.js'

const ROOT = `<?xml version="1.0" encoding="UTF-8"?>
<MPD xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
     xmlns="urn:mpeg:dash:schema:mpd:2011"
     xmlns:xlink="http://www.w3.org/1999/xlink"
     xsi:schemaLocation="urn:mpeg:DASH:schema:MPD:2011 http://standards.iso.org/ittf/PubliclyAvailableStandards/MPEG-DASH_schema_files/DASH-MPD.xsd"
     minimumUpdatePeriod="PT0S">`

/**
 * An MPD that only says where the real one is. No delivery profile or response format of today's Kaltura asks for it
 * (vectors mpd-*; reference playmanifest.md section 7.2). The URL is not escaped, as there.
 */
export const renderMpd: Renderer = ({ items }) => {
  const location = `<Location>${firstUrl(items).replaceAll(' ', '%20')}</Location>`
  return ok({ 'content-type': 'application/dash+xml' }, compose(ROOT, [location], '</MPD>'))
}
