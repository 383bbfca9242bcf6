import fc from 'fast-check'
import t from 'tap'
import {
  absolutizePlaylist,
  filterVariants,
  flavorIdOf,
  hasRelativeUris,
  isPlaylist,
  listUris,
  playlistKind
} from '../../../src/manifest/hls/index.js'
import { ManifestError } from '../../../src/manifest/manifest-error.js'

const base = 'https://cdn.example.com/a/b/c.m3u8'

t.test('what a playlist is', async (t) => {
  t.ok(isPlaylist('#EXTM3U') && isPlaylist('\uFEFF#EXTM3U\r\n') && isPlaylist('#EXTM3U x="y"\n'))
  for (const text of ['', '#EXTM3U8', ' #EXTM3U', '\n#EXTM3U', '<html>', '\uFEFF\uFEFF#EXTM3U'])
    t.notOk(isPlaylist(text), text)
  t.equal(playlistKind('#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na'), 'master')
  t.equal(playlistKind('#EXTM3U\r#EXTINF:1,\ra'), 'media')
  t.equal(playlistKind('#EXTM3U\n#EXT-X-TARGETDURATION:4\n'), 'media', 'live, before the first segment')
  t.equal(playlistKind('#EXTM3U\n'), 'invalid', 'nothing to play')
  t.equal(playlistKind('#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na\n#EXTINF:1,\nb'), 'invalid', 'both')
  t.equal(playlistKind('#EXT-X-STREAM-INF:BANDWIDTH=1\na'), 'invalid')
  t.equal(playlistKind('#EXTM3U\n#EXTINF:1,\na', { maxLines: 2 }), 'invalid', 'over a limit')
})

t.test('limits', async (t) => {
  const text = '#EXTM3U\n#EXTINF:1,é\na\n'
  t.equal(absolutizePlaylist(text, base, { maxLines: 3, maxBytes: 23 }).length, text.length + 28)
  t.throws(() => absolutizePlaylist(text, base, { maxLines: 2 }), { name: 'ManifestError', code: 'too-many-lines' })
  t.throws(() => listUris(text, { maxBytes: 22 }), { code: 'too-large' })
  t.throws(() => filterVariants(text, () => true, { maxBytes: 5 }), { code: 'too-large' })
  t.throws(() => filterVariants(text, () => true), { code: 'not-master' })
  t.throws(() => absolutizePlaylist('<html>', base), { code: 'not-playlist' })
  t.throws(() => absolutizePlaylist(text, 'c.m3u8'), { code: 'bad-base' })
})

t.test('variables', async (t) => {
  const playlist = (uri: string) => `#EXTM3U\n#EXTINF:1,\n${uri}\n`
  for (const uri of ['{$base}/a.ts', '{$url}', 'http{$s}://h/a', 'ht{$x}://h']) {
    t.equal(absolutizePlaylist(playlist(uri), base), playlist(uri), uri)
    t.ok(hasRelativeUris(playlist(uri)), 'and says so')
  }
  for (const uri of ['a{$x}.ts', 'a/{$x}', 'a{$x}/b://c']) {
    const output = absolutizePlaylist(playlist(uri), base)
    t.equal(output, playlist(`https://cdn.example.com/a/b/${uri}`))
    t.notOk(hasRelativeUris(output))
  }
  t.ok(hasRelativeUris('#EXTM3U\n#EXT-X-DEFINE:QUERYPARAM="t"\n#EXTINF:1,\nhttps://h/{$t}'))
  t.notOk(hasRelativeUris('#EXTM3U\n#EXT-X-DEFINE:NAME="t",VALUE="x"\n#EXTINF:1,\nhttps://h/{$t}'))
})

t.test('odd attribute lists', async (t) => {
  const cases: [string, string][] = [
    ['#EXT-X-MAP:URI=""', '#EXT-X-MAP:URI=""'],
    ['#EXT-X-MAP:URI="open', '#EXT-X-MAP:URI="https://cdn.example.com/a/b/open'],
    ['#EXT-X-MAP:,,X,URI=" a b "junk,Y=1', '#EXT-X-MAP:,,X,URI=" https://cdn.example.com/a/b/a b "junk,Y=1'],
    ['#EXT-X-MAP:URI=a,Y=1', '#EXT-X-MAP:URI=https://cdn.example.com/a/b/a,Y=1'],
    ['#EXT-X-MAP:URI=a b"c,Y=1', '#EXT-X-MAP:URI="https://cdn.example.com/a/b/a b%22c",Y=1'],
    ['#EXT-X-MAP:A="URI=x,URI=y",URI="z"', '#EXT-X-MAP:A="URI=x,URI=y",URI="https://cdn.example.com/a/b/z"'],
    ['#EXT-X-MAP:URI=', '#EXT-X-MAP:URI='],
    ['#EXT-X-MAP:uri="a"', '#EXT-X-MAP:uri="a"'],
    ['# EXT-X-MAP:URI="a"', '# EXT-X-MAP:URI="a"'],
    ['#comment\rhidden.ts', '#comment\rhttps://cdn.example.com/a/b/hidden.ts'],
    ['  \tspaced.ts \t', '  \thttps://cdn.example.com/a/b/spaced.ts \t']
  ]
  for (const [line, expected] of cases) t.equal(absolutizePlaylist(`#EXTM3U\n${line}`, base), `#EXTM3U\n${expected}`)
})

t.test('filter: what keep is told', async (t) => {
  const text = [
    '#EXTM3U',
    '#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID="cc",NAME="a,b"',
    '#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS="x,y",CLOSED-CAPTIONS="cc"',
    '',
    ' v.m3u8 ',
    '#EXT-X-STREAM-INF:BANDWIDTH=2,CLOSED-CAPTIONS=NONE',
    '#EXT-X-IMAGE-STREAM-INF:URI="i"',
    '#EXT-X-I-FRAME-STREAM-INF:URI="f"'
  ].join('\n')
  const told: unknown[] = []
  const output = filterVariants(text, (uri, attributes, kind) => {
    told.push([kind, uri, Object.fromEntries(attributes)])
    return true
  })
  t.equal(output, text)
  t.strictSame(told, [
    ['rendition', '', { TYPE: 'CLOSED-CAPTIONS', 'GROUP-ID': 'cc', NAME: 'a,b' }],
    ['variant', 'v.m3u8', { BANDWIDTH: '1', CODECS: 'x,y', 'CLOSED-CAPTIONS': 'cc' }],
    ['variant', '', { BANDWIDTH: '2', 'CLOSED-CAPTIONS': 'NONE' }],
    ['images', 'i', { URI: 'i' }],
    ['iframes', 'f', { URI: 'f' }]
  ])
  t.equal(
    filterVariants(text, (_uri, _attributes, kind) => kind !== 'variant'),
    null
  )
  t.equal(
    filterVariants(text, (uri, _attributes, kind) => kind === 'variant' && uri !== ''),
    '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS="x,y"\n\n v.m3u8 \n'
  )
})

t.test('filter: CLOSED-CAPTIONS=NONE names no group', async (t) => {
  const group = '#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID="NONE",NAME="x"\n'
  const stream = '#EXT-X-STREAM-INF:BANDWIDTH=1,CLOSED-CAPTIONS=NONE\nv\n'
  const output = filterVariants(`#EXTM3U\n${group}${stream}`, (_uri, _attributes, kind) => kind === 'variant')
  t.equal(output, `#EXTM3U\n${stream}`)
})

t.test('flavor id', async (t) => {
  const path = '/p/1/sp/100/serveFlavor/entryId/0_a/v/1'
  t.equal(flavorIdOf(`https://h${path}/flavorId/0_acksfp02/name/a.mp4/index.m3u8?x=1`), '0_acksfp02')
  t.equal(flavorIdOf(`${path}/flavorId/0_x`), '0_x')
  for (const uri of [
    `${path}/flavorId/0_,aaaa,bbbb,/name/a.mp4.urlset/master.m3u8`,
    '/p/1/v/,1/flavorId/0_x,2/flavorId/0_y,/name/a.mp4.urlset/manifest.mpd',
    '/v/,1/flavorId/0_x/a,2/flavorId/0_y/a,.urlset/x',
    `${path}/flavorId/0_x%2C0_y/a`,
    `${path}/flavorParamIds/3/a`,
    '/a?u=/flavorId/0_x/',
    '/a#/flavorId/0_x',
    '/flavorId',
    '/flavorId//',
    ''
  ]) {
    t.equal(flavorIdOf(uri), null, uri)
  }
})

/** No dot in front: the URL of Node 20 (ada 2.9) leaves the last dot of `/.a/.`, against its standard. */
const word = fc.stringMatching(/^[a-zA-Z0-9_.%~é -]{1,8}$/).map((text) => text.replace(/^[. ]+/, '').trim() || 'x')
const relative = fc
  .tuple(
    fc.constantFrom('', '/', './', '../', '../../', '//h.example/'),
    fc.array(word, { minLength: 1, maxLength: 3 }),
    fc.constantFrom('', '?a=b,c', '#t')
  )
  .map(([front, parts, tail]) => front + parts.join('/') + tail)
const absolute = relative.map((uri) => `https://o.example/${uri}`)

/** A playlist around some URIs: [text, URIs in order]. */
function playlist(uri: fc.Arbitrary<string>): fc.Arbitrary<[string, string[]]> {
  const line = uri.chain((uri) =>
    fc
      .constantFrom(
        `#EXTINF:2.0,title, "x"\n${uri}`,
        `#EXT-X-STREAM-INF:BANDWIDTH=1\n${uri}`,
        `#EXT-X-MEDIA:TYPE=AUDIO,NAME="a,URI=b",URI="${uri}",X=1`,
        `#EXT-X-NEW-THING:URI="${uri}"`,
        `#EXT-X-CONTENT-STEERING:SERVER-URI="${uri}"`
      )
      .map((text): [string, string[]] => [text, [uri]])
  )
  const noise = fc
    .constantFrom('', '# 🎬 comment', '#EXT-X-VERSION:3', '#EXT-X-DATERANGE:ID="a,b",SCTE35-OUT=0xFC', '#EXT-X-ENDLIST')
    .map((text): [string, string[]] => [text, []])
  return fc
    .tuple(fc.constantFrom('', '\uFEFF'), fc.array(fc.oneof(line, noise)), fc.constantFrom('\n', '\r\n'), fc.boolean())
    .map(([bom, lines, ending, last]) => [
      `${bom}#EXTM3U\n${lines.map(([text]) => text).join('\n')}${last ? '\n' : ''}`.replaceAll('\n', ending),
      lines.flatMap(([, uris]) => uris)
    ])
}

t.test('property: each URI resolved, nothing else touched, once is enough', async () => {
  fc.assert(
    fc.property(playlist(relative), ([text, uris]) => {
      const output = absolutizePlaylist(text, base)
      const listed = listUris(output).map(({ uri }) => uri)
      const same = (a: string[], b: string[]) => JSON.stringify(a) === JSON.stringify(b)
      const href = (uri: string) => new URL(uri, base).href
      const restored = listed.reduce((rest, uri, index) => rest.replace(uri, () => `\0${index}\0`), output)
      const original = uris.reduce((rest, uri, index) => rest.replace(`\0${index}\0`, () => uri), restored)
      return (
        same(
          listUris(text).map(({ uri }) => uri),
          uris
        ) &&
        same(
          listed.map((uri) => new URL(uri).href),
          uris.map(href)
        ) &&
        original === text &&
        absolutizePlaylist(output, 'https://elsewhere.example/') === output
      )
    })
  )
})

t.test('property: absolute URIs come back byte for byte', async () => {
  fc.assert(fc.property(playlist(absolute), ([text]) => absolutizePlaylist(text, base) === text))
})

t.test('property: any text is edited or refused with ManifestError', async () => {
  const token = fc.constantFrom(
    ...[
      '#EXTM3U\n',
      '#EXT-X-STREAM-INF:',
      '#EXT-X-MEDIA:',
      'URI=',
      '"',
      ',',
      '\n',
      '\r',
      '=',
      '#',
      ' ',
      '{$',
      'x',
      '//',
      'AUDIO="a"',
      'GROUP-ID="a"',
      'TYPE=AUDIO'
    ]
  )
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(token, { maxLength: 60 }).map((tokens) => `#EXTM3U\n${tokens.join('')}`)
  )
  const attempt = (run: () => unknown) => {
    try {
      run()
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error
    }
  }
  fc.assert(
    fc.property(text, fc.func(fc.boolean()), (text, keep) => {
      playlistKind(text)
      flavorIdOf(text)
      attempt(() => listUris(text))
      attempt(() => absolutizePlaylist(text, base))
      attempt(() => hasRelativeUris(text))
      attempt(() => filterVariants(text, keep))
      attempt(() => absolutizePlaylist(`#EXTM3U\n${text}`, text))
    }),
    { numRuns: 500 }
  )
})

t.test('a playlist that is too much to edit is refused at once', async (t) => {
  for (const [name, body, code] of [
    ['attributes of one tag', `#EXT-X-STREAM-INF:${'AUDIO="a",'.repeat(201)}\nv\n`, 'too-many-parts'],
    ['attributes altogether', '#EXT-X-MAP:A=1,B=2,C=3\n'.repeat(33_334), 'too-many-parts'],
    ['lines', 'a\n'.repeat(100_000), 'too-many-lines'],
    ['bytes', 'a'.repeat(5 * 1024 * 1024), 'too-large'],
    // Each short reference takes the whole folder of the base.
    ['bytes, once it is edited', 'a\n'.repeat(99_000), 'too-large']
  ] as const) {
    const long = name.includes('edited') ? `https://cdn.example.com/${'b'.repeat(200)}/a.m3u8` : base
    t.throws(() => absolutizePlaylist(`#EXTM3U\n${body}`, long), { name: 'ManifestError', code } as never, name)
  }
  const longer = `https://cdn.example.com/${'b'.repeat(5_000)}/a.m3u8`
  t.throws(() => absolutizePlaylist('#EXTM3U\na\n', longer), { code: 'too-large' } as never, 'a long base')
})

t.test('hostile input takes linear time', async (t) => {
  const many = 50_000
  const inputs = {
    segments: '#EXTINF:1,\nseg.ts\n'.repeat(many / 2),
    openQuotes: '#EXT-X-MAP:URI="a\n'.repeat(many),
    noCommas: '#EXT-X-MAP:URI=a\n'.repeat(many),
    carriageReturns: '\r'.repeat(many),
    manyAttributes: `#EXT-X-STREAM-INF:${'AUDIO="a",'.repeat(200)}\nv\n`.repeat(400),
    equals: `#EXT-X-MAP:${'='.repeat(1_000_000)}`,
    commas: `#EXT-X-MAP:${','.repeat(1_000_000)}=`,
    spaces: `#EXT-X-MAP:URI="${' '.repeat(1_000_000)}x`,
    variables: `#EXT-X-MAP:URI="x${'{$'.repeat(500_000)}`,
    dots: `${'../'.repeat(500_000)}x`
  }
  for (const [name, body] of Object.entries(inputs)) {
    const start = performance.now()
    const output = absolutizePlaylist(`#EXTM3U\n${body}`, base)
    hasRelativeUris(output, { maxBytes: 50_000_000 })
    const master = `#EXTM3U\n#EXT-X-STREAM-INF:AUDIO="a"\nv\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a"\n${body}`
    try {
      filterVariants(master, (_uri, _attributes, kind) => kind === 'variant')
    } catch (error) {
      t.ok(error instanceof ManifestError)
    }
    const took = performance.now() - start
    // Quadratic work on these sizes takes minutes; the bound is wide for a busy machine.
    t.ok(took < 5000, `${name}: ${Math.round(took)} ms`)
  }
})
