import t from 'tap'
import { type RendererName, renderAnswer } from '../../../../src/demo/kaltura/render/answer.js'
import type { MediaItem, Rendering } from '../../../../src/demo/kaltura/render/rendering.js'
import { vectors } from '../../../helpers/vectors.js'
import { type ExpectedAnswer, headerMap } from '../expected-answer.js'

interface Input {
  renderer: RendererName
  flavors: MediaItem[]
  duration?: number
  query?: { callback?: string }
  restrictOrigin?: boolean
  origin?: string
  deliveryCode?: string
  playbackContext?: string
  cachingHeadersAge?: number
  lastModified?: number
  streamType?: Rendering['streamType']
  dvrWindow?: number
  mediaUrl?: string
  baseUrl?: string
}

for (const { name, input, expected } of vectors<Input, ExpectedAnswer>('renderers')) {
  t.test(name, async (t) => {
    const answer = renderAnswer(
      input.renderer,
      {
        entryId: '0_entry',
        duration: input.duration ?? null,
        items: input.flavors,
        baseUrl: input.baseUrl ?? '',
        streamType: input.streamType ?? 'recorded',
        dvrWindow: input.dvrWindow ?? 0,
        mediaUrl: input.mediaUrl ?? null,
        closedCaptions: [],
        subtitles: []
      },
      {
        deliveryCode: input.deliveryCode ?? '',
        playbackContext: input.playbackContext ?? '',
        sessionId: '',
        callback: input.query?.callback ?? null
      },
      {
        maxAge: input.cachingHeadersAge ?? 0,
        lastModified: input.lastModified ?? null,
        now: 1700000000,
        restrictsOrigin: input.restrictOrigin ?? false,
        origin: input.origin ?? ''
      }
    )
    t.equal(answer.status, expected.status)
    t.strictSame(answer.headers, headerMap(expected.headers))
    t.equal(answer.body, expected.body)
  })
}
