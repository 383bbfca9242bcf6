import { Parser } from 'm3u8-parser'
import t from 'tap'
import {
  absolutizePlaylist,
  filterVariants,
  flavorIdOf,
  listUris,
  type PlaylistUri,
  playlistKind
} from '../../../src/manifest/hls/index.js'
import { type GoldenCase, goldenCases } from '../golden.js'

const cases = goldenCases('hls', 'm3u8')

function run(golden: GoldenCase, text: string): string | null {
  if (golden.operation === 'absolutize') return absolutizePlaylist(text, golden.baseUrl)
  const { keepFlavorIds, dropUris } = golden
  return filterVariants(text, (uri) =>
    keepFlavorIds ? keepFlavorIds.includes(flavorIdOf(uri) ?? '') : !dropUris?.includes(uri)
  )
}

for (const golden of cases) {
  t.test(golden.name, async (t) => {
    const output = run(golden, golden.input)
    t.equal(output, golden.expected)
    t.equal(output === null, golden.nothingLeft ?? false)
    if (output === null) return
    t.equal(run(golden, output), output, 'a second time changes nothing')
    t.equal(playlistKind(output), playlistKind(golden.input))
    t.strictSame(urisOf(output), expectedUris(golden), 'what m3u8-parser reads')
  })
}

t.test('there are cases', async (t) => t.ok(cases.length >= 9))

/** All URIs that m3u8-parser reads in a playlist, as a browser writes them, sorted. */
function urisOf(text: string): string[] {
  const parser = new Parser()
  parser.push(text.replace(/^\uFEFF/, ''))
  parser.end()
  const { playlists = [], mediaGroups = {}, segments, iFramePlaylists = [] } = parser.manifest
  const renditions = Object.values(mediaGroups).flatMap((groups) => Object.values(groups).flatMap(Object.values))
  const inSegments = segments.flatMap(({ uri, map, key }) => [uri, map?.uri, key?.uri])
  const all = [...playlists, ...iFramePlaylists, ...renditions].map(({ uri }) => uri).concat(inSegments)
  return [...new Set(all.filter((uri) => uri !== undefined).map(normal))].sort()
}

function expectedUris(golden: GoldenCase): string[] {
  if (golden.operation === 'filter') return urisOf(golden.expected ?? '')
  const resolved = urisOf(golden.input).map((uri) => (uri.startsWith('{$') ? uri : new URL(uri, golden.baseUrl).href))
  return [...new Set(resolved)].sort()
}

function normal(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).href : uri
}

t.test('lists all URIs with line and kind', async (t) => {
  const input = (name: string) => cases.find((golden) => golden.name === name)!.input
  const show = ({ line, kind, uri }: PlaylistUri) => `${line} ${kind} ${uri}`
  t.matchOnlyStrict(listUris(input('low-latency')).map(show), [
    '7 EXT-X-MAP init.mp4',
    '8 EXT-X-KEY skd://entry-0_abcd1234',
    '9 EXT-X-KEY data:text/plain;base64,AAAASnBzc2gAAAAA7e+LqXnWSs6jyCfc1R0h7Q==',
    '12 EXT-X-DATERANGE ../ads/list.json?id=1,2',
    '15 segment fileSequence266.mp4',
    '18 segment //edge.example.net/live/fileSequence267.mp4',
    '19 EXT-X-PART filePart268.0.mp4',
    '20 EXT-X-PART filePart268.1.mp4',
    '21 EXT-X-PRELOAD-HINT filePart268.2.mp4',
    '22 EXT-X-RENDITION-REPORT ../1M/waitForMSN.php',
    '23 EXT-X-RENDITION-REPORT /4M/waitForMSN.php',
    '24 EXT-X-VENDOR-THING thing.bin'
  ])
  t.matchOnlyStrict(listUris(input('steering-variables')).map(show), [
    '5 EXT-X-DEFINE https://a.example.org',
    '6 EXT-X-DEFINE large',
    '8 EXT-X-CONTENT-STEERING /steering?video=00012',
    '9 EXT-X-SESSION-DATA lyrics.json',
    '11 EXT-X-SESSION-KEY keys/../key.bin',
    '12 EXT-X-MEDIA {$host}/audio.m3u8?t={$token}',
    '16 variant video/{$size}/../v 1.m3u8',
    '18 variant https://B.example.com:443/already/../absolute/é x.m3u8',
    '20 variant ?only=query',
    '21 EXT-X-I-FRAME-STREAM-INF iframe/你好.m3u8',
    '22 EXT-X-IMAGE-STREAM-INF thumbs/{$size}.m3u8'
  ])
})
