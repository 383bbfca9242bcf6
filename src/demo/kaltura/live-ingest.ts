import type { CatalogEntry } from './catalog-types.js'

/**
 * Where an encoder sends a live entry's stream: shown to administrators only, empty but for SRT when the stream is
 * entered by hand (recordings baseentry_get_0_live0001 and baseentry_get_0_live0002). The hosts are placeholders.
 */
export function ingestUrls(entry: CatalogEntry, isManual: boolean): Record<string, string> {
  const query = (index: number): string => `p=${entry.partnerId}&e=live_backend_id-${entry.id}&i=${index}`
  const server = (which: string, kind = ''): string => `${which}${kind}_media_server_host`
  const url = (text: string): string => (isManual ? '' : text)
  const rtsp = (which: string, index: number): string =>
    `rtsp://${server(which, '_rtsp')}:${which}_rtsp_media_server_port/kLive/${entry.id}_%i?${query(index)}`
  const streamId = (index: number): string => `#:::e=live_backend_id-${entry.id},st=${index},p=`
  return {
    primaryBroadcastingUrl: url(`rtmp://${server('primary')}:primary_media_server_port/kLive?${query(0)}`),
    secondaryBroadcastingUrl: url(`rtmp://${server('secondary')}:secondary_media_server_port/kLive?${query(1)}`),
    primarySecuredBroadcastingUrl: url(`rtmps://${server('primary')}:443/kLive?${query(0)}`),
    secondarySecuredBroadcastingUrl: url(`rtmps://${server('secondary')}:443/kLive?${query(1)}`),
    primaryRtspBroadcastingUrl: url(rtsp('primary', 0)),
    secondaryRtspBroadcastingUrl: url(rtsp('secondary', 1)),
    primarySrtBroadcastingUrl: `srt://${server('primary_srt')}:7045`,
    primarySrtStreamId: streamId(0),
    secondarySrtBroadcastingUrl: `srt://${server('secondary_srt')}:7045`,
    secondarySrtStreamId: streamId(1)
  }
}
