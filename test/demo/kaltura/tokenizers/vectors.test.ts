import t from 'tap'
import type { MediaItem } from '../../../../src/demo/kaltura/render/rendering.js'
import { tokenizeItems, tokenizeUrl } from '../../../../src/demo/kaltura/tokenizers/tokenize.js'
import type { TokenizerConfig } from '../../../../src/demo/kaltura/tokenizers/tokenizer.js'
import { vectors } from '../../../helpers/vectors.js'

interface Input {
  type: string
  config: Omit<TokenizerConfig, 'type'>
  now: number
  mode: 'single' | 'multi'
  clientIp?: string
  url?: string
  urlPrefix?: string
  flavors?: MediaItem[]
  baseUrl?: string
}

interface Expected {
  url?: string | null
  urls?: string[]
  baseUrl?: string
}

for (const { name, input, expected } of vectors<Input, Expected>('url-tokenizers')) {
  t.test(name, async (t) => {
    const { type, config, now, mode, clientIp = '', url = '', urlPrefix = '', flavors = [], baseUrl = '' } = input
    const settings: TokenizerConfig = { ...config, type }
    if (mode === 'single') {
      t.equal(tokenizeUrl(settings, { now, clientIp }, url, { prefix: urlPrefix }), expected.url)
      return
    }
    const items = tokenizeItems(settings, { now, clientIp }, flavors, baseUrl)
    t.strictSame({ baseUrl, urls: items.map((item) => item.url) }, expected)
  })
}

t.test('a type that nobody knows is no reason to go unsigned', async (t) => {
  for (const type of ['nothing', 'constructor']) t.throws(() => tokenizeUrl({ type }, { now: 0, clientIp: '' }, '/a'))
})
