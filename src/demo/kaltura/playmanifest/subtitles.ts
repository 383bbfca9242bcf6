import { languageCode } from '../../../flavors/audio-info.js'
import { isTruthy } from '../../../flavors/php-number.js'
import type { EffectiveParameters } from '../../../playmanifest/parameters.js'
import type { KalturaOptions } from '../options.js'
import type { Subtitles } from '../render/rendering.js'
import { issueKs } from '../session.js'
import type { Admitted } from './checks.js'
import type { Delivery } from './deliver.js'

/** Life of the session inside a caption's URL, s. */
const KS_LIFE = 86400

/**
 * Captions that an HLS master names (reference playmanifest.md section 7.1): only for the format `applehttp` and
 * without `disableCaptions`. For an entry with access rules each URL holds a session made for it.
 */
export function subtitlesOf(
  options: KalturaOptions,
  delivery: Delivery,
  admitted: Admitted,
  { params, apiBase }: { params: EffectiveParameters; apiBase: string }
): Subtitles[] {
  const { catalog } = options
  const { entry } = admitted
  if (delivery.format !== 'applehttp' || isTruthy(params.disableCaptions)) return []
  const partner = catalog.partners.get(entry.partnerId)
  const hasRules = (catalog.profileOf(entry)?.rules.length ?? 0) > 0
  const expiry = Math.floor((options.now ?? Date.now)() / 1000) + KS_LIFE
  const privileges = `sview:${entry.id}`
  const ks = hasRules && partner ? `/ks/${issueKs(partner, { type: 0, userId: '', expiry, privileges })}` : ''
  return catalog.captionsOf(entry.id).map(({ id, label, language, isDefault, version }) => ({
    url:
      `${apiBase}/api_v3/index.php/service/caption_captionasset/action/serveWebVTT/captionAssetId/${id}${ks}` +
      `${version > 0 ? `/version/${version}` : ''}/a.m3u8`,
    label,
    language: language === '' ? '' : languageCode(language),
    isDefault
  }))
}
