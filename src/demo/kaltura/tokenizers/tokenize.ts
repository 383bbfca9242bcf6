import type { MediaItem } from '../render/rendering.js'
import { akamaiHttp, akamaiSecureHd } from './akamai.js'
import { cloudFront } from './cloud-front.js'
import { kaltura } from './kaltura.js'
import { l3, level3 } from './level3.js'
import { bitGravity, chinaCache, cht, limeLight, vnpt } from './query-hashes.js'
import type { TokenContext, Tokenizer, TokenizerConfig } from './tokenizer.js'
import { wowza } from './wowza.js'

const TOKENIZERS: Readonly<Record<string, Tokenizer>> = {
  akamaiHttp,
  akamaiSecureHd,
  bitGravity,
  chinaCache,
  cht,
  cloudFront,
  kaltura,
  l3,
  level3,
  limeLight,
  vnpt,
  wowza
}

/** Who asks, and when (Unix seconds). */
export interface TokenRequest {
  now: number
  clientIp: string
}

function commonStart(urls: readonly string[]): string {
  const [first = ''] = urls
  let length = first.length
  while (!urls.every((url) => url.startsWith(first.slice(0, length)))) length--
  return first.slice(0, length)
}

/**
 * Signs one URL below a prefix (vector group url-tokenizers, mode single). Null when the settings allow no token.
 * Throws Error for a type that is not known: a profile must not go unsigned by mistake.
 */
export function tokenizeUrl(
  settings: TokenizerConfig,
  request: TokenRequest,
  url: string,
  over: Partial<Pick<TokenContext, 'prefix' | 'commonStart' | 'ext'>> = {}
): string | null {
  const tokenizer = Object.hasOwn(TOKENIZERS, settings.type) ? TOKENIZERS[settings.type] : undefined
  if (tokenizer === undefined) throw new Error(`no URL tokenizer is called ${settings.type}`)
  return tokenizer(url, { settings, ...request, prefix: '', commonStart: null, ext: '', ...over })
}

/** Signs all URLs of an answer below one base (mode multi); a lone item is signed for itself. */
export function tokenizeItems(
  settings: TokenizerConfig,
  request: TokenRequest,
  items: readonly MediaItem[],
  baseUrl: string
): MediaItem[] {
  const shared = items.length > 1 ? commonStart(items.map(({ url }) => url)) : null
  return items.map((item) => {
    const prefix = item.urlPrefix || baseUrl
    const url = tokenizeUrl(settings, request, item.url, { prefix, commonStart: shared, ext: item.ext ?? '' })
    return { ...item, url: url ?? '' }
  })
}
