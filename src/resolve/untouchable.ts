import type { PartnerConfig } from '../config/config.js'
import { PARAMETERS, type ParameterName } from '../playmanifest/parameters.js'
import type { PlayManifestRequest } from '../playmanifest/parse.js'
import { AUTO_FORMAT } from '../rules/decide.js'
import type { ViewerKs } from '../viewer/viewer-ks.js'

/**
 * Why a request has to reach Kaltura byte for byte: its URL is signed (`kt`, with or without `expiry`), bound to the KS
 * (`urirestrict`), or holds bytes that are no text.
 */
export function untouchableReason(
  request: PlayManifestRequest,
  partner: Pick<PartnerConfig, 'ksUriRestrict'>,
  ks: ViewerKs
): string | null {
  if (request.effective.kt !== undefined) return 'the URL is signed by Kaltura (kt)'
  if (request.opaque) return 'the URL holds bytes that are no UTF-8'
  if (ks.state !== 'none' && ks.mayBindUri && (ks.state === 'valid' || partner.ksUriRestrict === 'possible')) {
    return 'the KS may be bound to this URL'
  }
  return null
}

/** Whether a request says something that only the gateway understands. */
export function usesOurWords({ effective }: PlayManifestRequest): boolean {
  if (effective.format === AUTO_FORMAT) return true
  return (Object.keys(effective) as ParameterName[]).some((name) => PARAMETERS[name].class === 'gateway')
}
