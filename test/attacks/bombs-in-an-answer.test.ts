/**
 * The attack: an answer that is small on the way and huge once it is unpacked, parsed or edited, or that is nothing of what was
 * asked for. Whoever asks for it must neither stop the gateway nor get it.
 */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { CATALOG, isTemplate, KEEP, PATH, settled, withHostileKaltura } from '../helpers/hostile-kaltura.js'

const HLS = { 'content-type': 'application/x-mpegurl' }
const DASH = { 'content-type': 'application/dash+xml' }
const zeros = Buffer.alloc(100_000_000)
const mpd = (inner: string) => `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">${inner}</MPD>`
const media = (lines: string) => `#EXTM3U\n#EXT-X-TARGETDURATION:1\n${lines}`

const BODIES: [string, Record<string, string>, string | Buffer][] = [
  ['a gzip bomb', { ...HLS, 'content-encoding': 'gzip' }, gzipSync(zeros)],
  ['a brotli bomb', { ...HLS, 'content-encoding': 'br' }, brotliCompressSync(zeros)],
  ['a deflate bomb', { ...DASH, 'content-encoding': 'deflate' }, deflateSync(zeros)],
  ['gzip in gzip', { ...HLS, 'content-encoding': 'gzip, gzip' }, gzipSync(gzipSync(zeros))],
  ['an encoding that nobody knows', { ...HLS, 'content-encoding': 'zstd' }, 'x'],
  ['plain text that says gzip', { ...HLS, 'content-encoding': 'gzip' }, media('#EXTINF:1,\na.ts\n')],
  ['100,000 lines', HLS, media('#EXTINF:1,\na.ts\n'.repeat(49_999))],
  ['100,000 attributes', HLS, media(`#EXT-X-PART:${'A=B,'.repeat(100_000)}\n`)],
  ['a line of 4 MB', HLS, media('a'.repeat(4_000_000))],
  ['a line of 4 MB that is all escapes', HLS, media('%25'.repeat(1_300_000))],
  [
    'a billion laughs',
    DASH,
    `<!DOCTYPE MPD [<!ENTITY a "ha">${Array.from({ length: 20 }, (_, i) => `<!ENTITY a${i} "&a;&a;&a;&a;">`).join('')}]>${mpd('&a19;')}`
  ],
  ['an external entity', DASH, `<!DOCTYPE MPD [<!ENTITY a SYSTEM "file:///etc/passwd">]>${mpd('&a;')}`],
  ['64 levels and one', DASH, mpd('<a>'.repeat(64) + '</a>'.repeat(64))],
  ['a million levels', DASH, '<MPD>'.repeat(400_000)],
  ['80,000 elements', DASH, mpd('<a/>'.repeat(80_000))],
  ['80,000 attributes', DASH, mpd('<a b="" c="" d=""/>'.repeat(20_000))],
  ['1,000 attributes', DASH, mpd(`<a ${Array.from({ length: 1_000 }, (_, i) => `b${i}=""`).join(' ')}/>`)],
  ['10 MB', HLS, Buffer.alloc(10_000_000, '#')],
  ['deep JSON', { 'content-type': 'application/json' }, '['.repeat(5_000_000)],
  ['a page', { 'content-type': 'text/html' }, '<script>alert(1)</script>'],
  ['a page that says it is a playlist', HLS, '<script>alert(1)</script>'],
  ['a playlist that says it is an MPD, empty', DASH, '#EXTM3U\n'],
  ['an image', { 'content-type': 'image/png' }, Buffer.from([0x89, 0x50, 0x4e, 0x47])],
  ['no type, no sense', {}, Buffer.from([0xff, 0xfe, 0, 0])]
]

t.test('a body that is a bomb, or none of what was asked for, sends the viewer to Kaltura', async (t) => {
  for (const delivery of ['mirror', 'proxy']) {
    for (const [name, headers, body] of BODIES) {
      const format = headers['content-type']?.includes('dash') ? 'mpegdash' : 'applehttp'
      const { base, get, app, open } = await withHostileKaltura(
        t,
        (_request, response) => response.writeHead(200, { ...headers, ...KEEP }).end(body),
        // Not about time: a busy machine may take what it needs.
        { env: { UPSTREAM_TIMEOUT_MS: '5000', DELIVERY: delivery } }
      )
      const path = `${PATH}/format/${format}/a.x`
      isTemplate(t, await get(path), base, path, `${delivery}: ${name}`)
      isTemplate(t, await get(path), base, path, `${delivery}: ${name}, again`)
      await app.close()
      t.equal(await settled(open), 0, `${delivery}: ${name}: no socket is left`)
    }
  }
})

t.test('a day of six-second segments is no bomb', async (t) => {
  const day = media(
    '#EXTINF:6.0,\nhttps://cdn.example.com/hls/p/101/serveFlavor/entryId/0_a/name/a.mp4/seg.ts\n'.repeat(14_400)
  )
  const periods = mpd(`<Period><SegmentTimeline>${'<S t="1" d="2"/>'.repeat(14_400)}</SegmentTimeline></Period>`)
  for (const [format, type, body] of [
    ['applehttp', HLS, day],
    ['mpegdash', DASH, periods]
  ] as const) {
    const { get } = await withHostileKaltura(
      t,
      (_request, response) => response.writeHead(200, { ...type, ...KEEP }).end(body),
      { env: { UPSTREAM_TIMEOUT_MS: '20000' } }
    )
    const path = `${PATH}/format/${format}/a.x`
    // The first may be answered before a busy machine has edited it.
    let answer = await get(path)
    for (let i = 0; i < 50 && answer.statusCode !== 200; i++) answer = await get(path)
    t.equal(answer.statusCode, 200, format)
    t.ok(answer.body.length >= body.length, `${format}: all of it`)
  }
})

t.test('many bombs at once take memory for a few', async (t) => {
  const bomb = gzipSync(zeros)
  const { base, get } = await withHostileKaltura(
    t,
    (_request, response) => response.writeHead(200, { ...HLS, ...KEEP, 'content-encoding': 'gzip' }).end(bomb),
    { env: { UPSTREAM_TIMEOUT_MS: '10000' } }
  )
  const before = process.memoryUsage().arrayBuffers
  let most = 0
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers - before)
  }, 5)
  const paths = Array.from({ length: 40 }, (_, i) => `${PATH}/format/applehttp/clipTo/${i + 1}/a.m3u8`)
  const answers = await Promise.all(paths.map(get))
  clearInterval(timer)
  for (const [i, answer] of answers.entries()) isTemplate(t, answer, base, paths[i]!, paths[i]!)
  // 40 bombs are 4 GB unpacked; the bound on what is read at once is 96 MiB.
  t.ok(most < 300_000_000, `${Math.round(most / 1e6)} MB at most`)
})

t.test('an answer with too many headers', async (t) => {
  for (const [name, headers] of [
    ['one that is long', `X-A: ${'a'.repeat(100_000)}\r\n`],
    ['many', 'X-A: b\r\n'.repeat(20_000)],
    ['a Location that is long', `Location: https://cdn.example.com/${'a'.repeat(20_000)}\r\n`]
  ] as const) {
    const { base, get } = await withHostileKaltura(t, (request) =>
      request.socket.end(`HTTP/1.1 302 Found\r\nCache-Control: max-age=60\r\n${headers}Content-Length: 0\r\n\r\n`)
    )
    const path = `${PATH}/format/url/a.mp4`
    for (let i = 0; i < 8; i++) isTemplate(t, await get(`${path}?clipTo=${i}`), base, `${path}?clipTo=${i}`, name)
  }
})

t.test('an API that answers bombs', async (t) => {
  const flavor = { id: '0_f', flavorParamsId: 1, tags: 'web', status: 2, objectType: 'KalturaFlavorAsset' }
  const many = CATALOG.map((part, i) =>
    i === 2 ? { objects: Array.from({ length: 30_000 }, (_, f) => ({ ...flavor, id: `0_f${f}` })) } : part
  )
  for (const [name, catalog] of [
    ['deep and open', '['.repeat(5_000_000)],
    ['deep and closed', `${'['.repeat(2_000_000)}${']'.repeat(2_000_000)}`],
    [
      'a deep part',
      JSON.stringify(CATALOG).replace('"rules":[]', `"rules":[${'['.repeat(200_000)}${']'.repeat(200_000)}]`)
    ],
    ['6 MB of a text', JSON.stringify('a'.repeat(6_000_000))],
    ['a million parts', `[${'0,'.repeat(1_000_000)}0]`],
    [
      'names of the prototype',
      '[{"__proto__":{"ks":"x"}},{"constructor":1},{"objects":{"length":9}},{"id":{}},{"id":2,"rules":{}}]'
    ],
    ['numbers out of range', JSON.stringify(CATALOG).replaceAll('101', '1e999')]
  ] as const) {
    const { base, get } = await withHostileKaltura(t, () => t.fail(`${name}: playManifest was asked`), {
      catalog,
      env: { UPSTREAM_TIMEOUT_MS: '5000' }
    })
    const path = `${PATH}/format/applehttp/a.m3u8`
    isTemplate(t, await get(path), base, path, name)
  }
  const { get } = await withHostileKaltura(
    t,
    (_request, response) => response.writeHead(302, { location: 'https://cdn.example.com/a.mp4', ...KEEP }).end(),
    { catalog: many, env: { UPSTREAM_TIMEOUT_MS: '5000' } }
  )
  t.match(await get(`${PATH}/format/url/a.mp4`), { statusCode: 302 }, '30,000 flavors')
})
