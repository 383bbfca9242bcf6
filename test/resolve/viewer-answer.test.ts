import fc from 'fast-check'
import t from 'tap'
import { UpstreamFailure } from '../../src/kaltura/errors.js'
import { listUris } from '../../src/manifest/hls/index.js'
import { viewerBody } from '../../src/resolve/viewer-answer.js'

const BASE = 'https://cdnapi.example.com/p/101/a.m3u8'
const NOW = 1_700_000_000_000

const read = (body: string, type = 'application/x-mpegurl') =>
  viewerBody({ status: 200, headers: { 'content-type': type }, body, url: 'http://inside.example/a' }, BASE, NOW)

t.test('a manifest with absolute URIs, a document as it is', async (t) => {
  t.same(read('#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8\n'), {
    kind: 'viewer',
    content: 'manifest',
    manifest: 'hls',
    body: '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttps://cdnapi.example.com/p/101/low.m3u8\n',
    origins: ['https://cdnapi.example.com']
  })
  const xml = '<manifest><media url="a.mp4?ks=1"/></manifest>'
  t.match(read(xml, 'text/xml; charset=UTF-8'), { content: 'document', body: xml, contentType: /^text\/xml/ })
  t.throws(
    () => read('<manifest><media url="https://a.example/a.mp4?x=1&amp;Expires=1600000000"/></manifest>', 'text/xml'),
    UpstreamFailure
  )
  t.throws(() => read('<html></html>', 'text/html'), UpstreamFailure)
})

t.test('any body is an answer with absolute URIs, or a failure of upstream', async () => {
  const line = fc.oneof(
    fc.constantFrom(
      '#EXT-X-STREAM-INF:BANDWIDTH=1',
      '#EXTINF:1,',
      '#EXT-X-KEY:METHOD=AES-128,URI="k"',
      '../a.m3u8',
      '//h/x'
    ),
    fc.constantFrom(
      '{$v}/a.m3u8',
      '#EXT-X-DEFINE:NAME="v",VALUE="x"',
      'https://a.example/?exp=1600000000',
      '<MPD>',
      ''
    ),
    fc.string()
  )
  const head = fc.constantFrom('#EXTM3U\n', '<MPD>', '<?xml version="1.0"?>', '')
  const text = fc.tuple(head, fc.array(line)).map(([first, lines]) => first + lines.join('\n'))
  const type = fc.constantFrom('application/x-mpegurl', 'application/dash+xml', 'text/xml', 'text/html', '')
  fc.assert(
    fc.property(text, type, (body, contentType) => {
      try {
        const answer = read(body, contentType)
        if (answer.content !== 'manifest' || answer.manifest !== 'hls') return answer.content !== 'redirect'
        return listUris(answer.body).every(
          ({ uri, kind }) => kind === 'EXT-X-DEFINE' || (/^[a-z][a-z0-9+.-]*:/i.test(uri) && !uri.includes('exp=16'))
        )
      } catch (error) {
        return error instanceof UpstreamFailure
      }
    }),
    { numRuns: 1_000 }
  )
})
