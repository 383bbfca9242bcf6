import t from 'tap'
import { renderMaster } from '../../../../src/demo/kaltura/render/m3u8.js'
import { fillPlaceholders, type MediaItem } from '../../../../src/demo/kaltura/render/rendering.js'
import { vectors } from '../../../helpers/vectors.js'

interface Input {
  flavors: MediaItem[]
  entry?: { streams?: { type: string; id: string; label: string; language?: string }[] }
  deliveryCode?: string
  defaultDeliveryCode?: string
  playbackContext?: string
}

for (const { name, input, expected } of vectors<Input, string>('m3u8-master')) {
  t.test(name, async (t) => {
    const captions = (input.entry?.streams ?? []).filter((stream) => stream.type === 'closedCaptions')
    const text = fillPlaceholders(renderMaster(input.flavors, captions), {
      deliveryCode: input.deliveryCode ?? input.defaultDeliveryCode ?? '',
      playbackContext: input.playbackContext ?? '',
      sessionId: ''
    })
    t.equal(text, expected)
  })
}

t.test('subtitles stand first, in every entry and in place of closed captions', async (t) => {
  const master = renderMaster(
    [
      { url: 'http://cdn.example.com/v', bitrate: 500 },
      { url: 'http://cdn.example.com/a', bitrate: 64, audioLanguage: 'en', audioLanguageName: 'English' }
    ],
    [{ id: 'CC1', label: 'English' }],
    [
      { url: 'http://api.example.com/1', label: 'English', language: 'en', isDefault: true },
      { url: 'http://api.example.com/2', label: 'Other', language: '', isDefault: false }
    ]
  )
  t.equal(
    master,
    `#EXTM3U
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="English",DEFAULT=YES,AUTOSELECT=YES,FORCED=NO,LANGUAGE="en",URI="http://api.example.com/1"
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="Other",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI="http://api.example.com/2"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",LANGUAGE="en",NAME="English",AUTOSELECT=YES,DEFAULT=YES,URI="http://cdn.example.com/a",SUBTITLES="subs"

#EXT-X-STREAM-INF:PROGRAM-ID=1,BANDWIDTH=523130,AUDIO="audio",SUBTITLES="subs"
http://cdn.example.com/v
`
  )
})
