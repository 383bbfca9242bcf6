import { type AudioInfo, audioInfo, languageCode } from '../../../flavors/audio-info.js'
import { type AdaptiveOrderOptions, hasSeveralAudioKinds, sortForAdaptive } from '../../../flavors/order.js'
import { parseNumeric } from '../../../flavors/php-number.js'
import type { EffectiveParameters } from '../../../playmanifest/parameters.js'
import type { CatalogFlavor, DeliveryKind } from '../catalog-types.js'

/** Facts of an audio rendition as answers state them, or null for a flavor without the tag `audio_only`. */
export function describeAudio(
  flavor: CatalogFlavor,
  options: { defaultAudioLang?: string | undefined; threeLetter: boolean }
): AudioInfo | null {
  if (!flavor.tags.includes('audio_only')) return null
  const streams = flavor.mediaInfo?.contentStreams ?? []
  const audio = 'audio' in streams ? (streams.audio as readonly { audioLanguage?: string }[] | undefined) : undefined
  return audioInfo(
    {
      language: flavor.language === '' ? null : flavor.language,
      label: flavor.label,
      isDefault: flavor.isDefault,
      audioCodecId: flavor.mediaInfo?.audioCodecId,
      streamLanguage: audio?.[0]?.audioLanguage
    },
    options
  )
}

/** Flavors in the order of an adaptive answer (reference playmanifest.md section 5.1). */
export function adaptiveOrder(
  kind: DeliveryKind,
  flavors: readonly CatalogFlavor[],
  params: EffectiveParameters,
  threeLetter: boolean
): CatalogFlavor[] {
  const audioCodec = (flavor: Partial<CatalogFlavor>): string => flavor.mediaInfo?.audioCodecId ?? 'und'
  const options: AdaptiveOrderOptions = {
    audioCodec,
    languageCode: ({ language }) => (language === '' ? undefined : languageCode(language, threeLetter)),
    preferredBitrate: parseNumeric(params.preferredBitrate || '') ?? undefined,
    defaultAudioLang: params.defaultAudioLang || undefined,
    audioFirst: kind === 'packager-hls-manifest' && !params.muxedAudioLang && severalAudioKinds(flavors, audioCodec)
  }
  return sortForAdaptive(flavors, options) as CatalogFlavor[]
}

function severalAudioKinds(
  flavors: readonly CatalogFlavor[],
  audioCodec: (flavor: Partial<CatalogFlavor>) => string
): boolean {
  const named = flavors.map((flavor) => {
    const info = describeAudio(flavor, { threeLetter: false })
    return info === null ? flavor : { ...flavor, language: info.audioLanguageName }
  })
  return hasSeveralAudioKinds(named, { audioCodec })
}
