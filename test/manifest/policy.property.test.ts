/** Odd manifests, as packagers and people write them: a policy takes whole offers away or moves them, and not a byte else. */
import fc from 'fast-check'
import t from 'tap'
import { listMpdUris } from '../../src/manifest/dash/index.js'
import { isPlaylist, playlistKind } from '../../src/manifest/hls/index.js'
import { applyToMpd, applyToPlaylist, type ManifestPolicy } from '../../src/manifest/policy.js'

const policies: fc.Arbitrary<ManifestPolicy> = fc.record({
  maxHeight: fc.option(fc.constantFrom(100, 360, 720)),
  maxBitrate: fc.option(fc.constantFrom(50, 500, 1000)),
  cutAudioOnly: fc.boolean(),
  order: fc.option(fc.constantFrom('ascending' as const, 'descending' as const))
})

const attribute = fc.constantFrom(
  ...[
    'BANDWIDTH=900000',
    'BANDWIDTH=100000',
    'BANDWIDTH=x',
    ' bandwidth=5',
    'RESOLUTION=640x360',
    'RESOLUTION=1920x1080'
  ],
  ...[
    'RESOLUTION="1x720"',
    'CODECS="avc1.4d,mp4a.40.2"',
    'CODECS="mp4a.40.2"',
    'CODECS="mp4a.40.2,wvtt"',
    'AUDIO="a,b"'
  ],
  ...['CLOSED-CAPTIONS=NONE', 'NAME="x=y,\\"', 'X', 'VIDEO="none', 'AUDIO="gone"', '']
)
const tag = fc
  .tuple(
    fc.constantFrom(
      '#EXT-X-STREAM-INF',
      '#EXT-X-STREAM-INF',
      '#EXT-X-STREAM-INF',
      '#EXT-X-I-FRAME-STREAM-INF',
      '#EXT-X-IMAGE-STREAM-INF'
    ),
    fc.array(attribute, { maxLength: 4 }),
    fc.constantFrom('', ',URI="i.m3u8"')
  )
  .map(([name, attributes, uri]) => `${name}:${attributes.join(',')}${name === '#EXT-X-STREAM-INF' ? '' : uri}`)
const line = fc.oneof(
  { weight: 5, arbitrary: tag.map((text) => (text.startsWith('#EXT-X-STREAM-INF') ? `${text}\nv.m3u8` : text)) },
  { weight: 1, arbitrary: tag },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...[
        '',
        '# comment',
        '  v2.m3u8?a=,b  ',
        '\tv3.m3u8',
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a,b",NAME="x",URI="a.m3u8"'
      ],
      ...[
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="gone",NAME="x"',
        '#EXT-X-INDEPENDENT-SEGMENTS',
        '#EXT-X-DEFINE:NAME="h",VALUE="x"'
      ]
    )
  }
)
const playlists = fc
  .tuple(
    fc.constantFrom('', '\uFEFF'),
    fc.array(line, { maxLength: 12 }),
    fc.constantFrom('\n', '\r\n', '\r'),
    fc.boolean()
  )
  .map(
    ([mark, lines, ending, last]) =>
      `${mark}${['#EXTM3U', ...lines].join('\n').replaceAll('\n', ending)}${last ? ending : ''}`
  )

const pieces = (text: string) =>
  text
    .split(/\r\n|\r|\n/)
    .map((one) => one.trim())
    .filter((one) => one !== '')

t.test('HLS', async (t) => {
  fc.assert(
    fc.property(playlists, policies, (text, policy) => {
      const result = applyToPlaylist(text, policy)
      t.ok(isPlaylist(result))
      t.equal(playlistKind(result), playlistKind(text))
      t.equal(result.startsWith('\uFEFF'), text.startsWith('\uFEFF'))
      // No line that was not there, none more often.
      const before = pieces(text)
      for (const piece of pieces(result)) {
        const at = before.indexOf(piece)
        if (at < 0) t.fail(`made up: ${JSON.stringify(piece)}`, { text, result, policy })
        else before.splice(at, 1)
      }
      const gone = before
      const mayGo = /^#EXT-X-(?:STREAM|I-FRAME-STREAM|IMAGE-STREAM)-INF|\.m3u8/
      for (const piece of gone)
        if (!mayGo.test(piece)) t.fail(`lost: ${JSON.stringify(piece)}`, { text, result, policy })
      if (policy.order === null && gone.length === 0) t.equal(result, text)
      return t.passing()
    }),
    { numRuns: 2000 }
  )
})

t.test('variables that are defined among the variants keep them in their places', async (t) => {
  const variant = (bandwidth: number, uri: string) =>
    `#EXT-X-STREAM-INF:BANDWIDTH=${bandwidth},RESOLUTION=2x2\n${uri}\n`
  const define = '#EXT-X-DEFINE:NAME="h",VALUE="x"\n'
  const policy = { maxHeight: null, maxBitrate: null, cutAudioOnly: false, order: 'descending' as const }
  const among = `#EXTM3U\n${variant(1, 'a')}${define}${variant(2, '{$h}/b')}`
  t.equal(applyToPlaylist(among, policy), among)
  const ahead = `#EXTM3U\n${define}${variant(1, 'a')}${variant(2, '{$h}/b')}`
  t.equal(applyToPlaylist(ahead, policy), `#EXTM3U\n${define}${variant(2, '{$h}/b')}${variant(1, 'a')}`)
})

const TRICK = '<EssentialProperty schemeIdUri="http://dashif.org/guidelines/trickmode" value="1"/>'
const representation = fc
  .tuple(
    fc.constantFrom('', ' height="180"', ' height="360"', ' height="1080"', " height='x'"),
    fc.constantFrom('', ' bandwidth="400000"', ' bandwidth="4000000"', ' bandwidth="&#52;00000"'),
    fc.constantFrom('', ' mimeType="audio/mp4"', ' mimeType="video/mp4"', ' x:mimeType="text/vtt"'),
    fc.constantFrom(
      '/>',
      '><BaseURL>a&amp;b.mp4</BaseURL></Representation>',
      '><!-- <Representation/> --></Representation>'
    )
  )
  .map(([height, bandwidth, type, end]) => `<Representation${height}${bandwidth}${type}${end}`)
const set = fc
  .tuple(
    fc.constantFrom(
      '',
      ' mimeType="video/mp4"',
      ' contentType="video"',
      ' mimeType="audio/mp4"',
      ' contentType="image"'
    ),
    fc.array(
      fc.oneof(
        { weight: 5, arbitrary: representation },
        { weight: 1, arbitrary: fc.constantFrom(TRICK, '<!-- a -->', '<x:y/>') }
      ),
      { maxLength: 4 }
    )
  )
  .map(
    ([attributes, items]) =>
      `\n  <AdaptationSet${attributes}>${items.map((item) => `\n    ${item}`).join('')}\n  </AdaptationSet>`
  )
const mpds = fc
  .array(fc.array(set, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 2 })
  .map(
    (periods) =>
      `<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" xmlns:x="urn:x">${periods
        .map((sets) => `\n <Period><![CDATA[<Period>]]>${sets.join('')}\n </Period>`)
        .join('')}\n</MPD>\n`
  )

t.test('DASH', async (t) => {
  let cuts = 0
  fc.assert(
    fc.property(mpds, policies, (text, policy) => {
      const result = applyToMpd(text, policy)
      listMpdUris(result)
      const before = text.split('\n')
      let at = 0
      // Whole lines, in their order: here each element has lines of its own.
      for (const one of result.split('\n')) {
        while (at < before.length && before[at] !== one) at++
        if (at++ === before.length) t.fail(`made up: ${one}`, { text, result, policy })
      }
      const count = (given: string, pattern: RegExp) => given.match(pattern)?.length ?? 0
      t.equal(count(result, /<Period>\s*<!|<Period><!/g), count(text, /<Period>\s*<!|<Period><!/g))
      const audio = /<Representation[^>]* mimeType="audio\/mp4"/g
      t.equal(count(result, audio), count(text, audio), 'audio stays')
      t.equal(applyToMpd(result, policy), result, 'twice is once')
      if (result !== text) cuts++
      return t.passing()
    }),
    { numRuns: 2000 }
  )
  t.ok(cuts > 100)
})

t.test('pictures for seeking are no video that a Period could be left with', async (t) => {
  const mpd = (trick: string) =>
    `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><AdaptationSet mimeType="video/mp4"><Representation id="main" height="1080"/>` +
    `</AdaptationSet><AdaptationSet mimeType="video/mp4"><Representation id="trick" height="180"/>${trick}</AdaptationSet></Period></MPD>`
  const policy = { maxHeight: 720, maxBitrate: null, cutAudioOnly: false, order: null }
  t.equal(applyToMpd(mpd(TRICK), policy), mpd(TRICK))
  t.notMatch(applyToMpd(mpd(''), policy), /id="main"/)
})
