import fc from 'fast-check'
import t from 'tap'
import {
  absolutizeMpd,
  filterRepresentations,
  isLocationOnly,
  listMpdUris,
  mpdLocations
} from '../../../src/manifest/dash/index.js'
import { ManifestError } from '../../../src/manifest/manifest-error.js'

const base = 'https://cdn.example.com/a/b/manifest.mpd?x=1'
const folder = 'https://cdn.example.com/a/b/'
const mpd = (content: string) => `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">${content}</MPD>`
const inserted = `<BaseURL>${folder}</BaseURL>`

t.test('refuses what is no MPD, or a trap', async (t) => {
  const bomb = `<?xml version="1.0"?><!DOCTYPE MPD [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>${mpd('&b;')}`
  const cases: [string, string][] = [
    [bomb, 'doctype'],
    [`<!DOCTYPE MPD SYSTEM "file:///etc/passwd">${mpd('')}`, 'doctype'],
    ['<html/>', 'not-mpd'],
    ['<MPD xmlns="urn:x"/>', 'not-mpd'],
    ['<mpd xmlns="urn:mpeg:dash:schema:mpd:2011"/>', 'not-mpd'],
    ['', 'malformed'],
    ['#EXTM3U', 'malformed'],
    ['{"objectType":"KalturaAPIException"}', 'malformed'],
    [mpd('<Period>'), 'malformed'],
    [mpd('&undefined;'), 'malformed'],
    [mpd('&constructor;'), 'malformed'],
    [mpd('<x:y/>'), 'malformed'],
    [mpd('<a b="1" b="2"/>'), 'malformed'],
    [mpd('\uD83D'), 'malformed'],
    [mpd('') + mpd(''), 'malformed'],
    [mpd('<a>'.repeat(64) + '</a>'.repeat(64)), 'too-deep'],
    [mpd('<a/>'.repeat(400_000)), 'too-many-parts'],
    [mpd(`<a ${Array.from({ length: 201 }, (_, index) => `a${index}=""`).join(' ')}/>`), 'too-many-parts'],
    [mpd(' '.repeat(5 * 1024 * 1024)), 'too-large']
  ]
  for (const [text, code] of cases) {
    for (const run of [absolutizeMpd, mpdLocations, isLocationOnly, listMpdUris]) {
      t.throws(() => run(text, base as never), { name: 'ManifestError', code }, `${code} ${text.slice(0, 60)}`)
    }
    t.throws(() => filterRepresentations(text, () => true), { code })
  }
  t.equal(absolutizeMpd(mpd('<a>'.repeat(63) + '</a>'.repeat(63)), base).length > 400, true)
  t.throws(() => absolutizeMpd(mpd('<a/>'), base, { maxDepth: 1 }), { code: 'too-deep' })
  t.throws(() => mpdLocations(mpd('é'), { maxBytes: mpd('é').length }), { code: 'too-large' })
  t.throws(() => absolutizeMpd(mpd(''), 'manifest.mpd'), { code: 'bad-base' })
})

t.test('old and missing namespaces', async (t) => {
  for (const start of [
    '<MPD',
    '<MPD xmlns="urn:mpeg:DASH:schema:MPD:2011"',
    '<MPD xmlns="urn:mpeg:dash:schema:mpd:2009"'
  ]) {
    t.equal(absolutizeMpd(`${start}><Period/></MPD>`, base), `${start}>${inserted}<Period/></MPD>`)
  }
})

t.test('where a BaseURL is inserted', async (t) => {
  const info = '<ProgramInformation><Title>x</Title></ProgramInformation>'
  for (const [input, output] of [
    ['', inserted],
    ['\n', `\n${inserted}\n`],
    ['\n\n\t<Period/>\n', `\n\t${inserted}\n\n\t<Period/>\n`],
    ['\r\n  <Period/>', `\r\n  ${inserted}\r\n  <Period/>`],
    ['<!-- a --><Period/>', `${inserted}<!-- a --><Period/>`],
    [`${info}<Location>https://h/</Location>`, `${info}${inserted}<Location>https://h/</Location>`],
    [`\n ${info}\n ${info}\n <!-- b -->\n <Period/>`, `\n ${info}\n ${info}\n ${inserted}\n <!-- b -->\n <Period/>`],
    [`<Period/>${info}`, `${inserted}<Period/>${info}`],
    ['<Period><BaseURL>x/</BaseURL></Period>', `${inserted}<Period><BaseURL>x/</BaseURL></Period>`],
    ['<x:BaseURL xmlns:x="urn:x">y</x:BaseURL>', `${inserted}<x:BaseURL xmlns:x="urn:x">y</x:BaseURL>`]
  ] as const) {
    t.equal(absolutizeMpd(mpd(input), base), mpd(output), JSON.stringify(input))
  }
  t.equal(absolutizeMpd('<MPD />', base), '<MPD />', 'nothing in it to resolve')
})

t.test('how the text of a BaseURL is edited', async (t) => {
  for (const [input, output] of [
    ['x/', `${folder}x/`],
    ['\n x&amp;y&#x2F;\n', `\n ${folder}x&amp;y&#x2F;\n`],
    ['<![CDATA[ x&y/ ]]>', `<![CDATA[ ${folder}x&y/ ]]>`],
    ['x<![CDATA[&]]>y/', `${folder}x<![CDATA[&]]>y/`],
    ['<!-- x -->x<?y z?>y/', `<!-- x -->${folder}x<?y z?>y/`],
    ['&#32;x/', `${folder}x/`],
    ['../<![CDATA[x]]>/', 'https://cdn.example.com/a/x/<![CDATA[]]>'],
    ['<![CDATA[../x?]]]]><![CDATA[>]]>', '<![CDATA[https://cdn.example.com/a/x?]]]]><![CDATA[>]]><![CDATA[]]>'],
    ['🎬/<!--🎬-->x', `${folder}🎬/<!--🎬-->x`],
    ['//h/', 'https://h/'],
    ['', folder],
    [' <!-- nothing --> ', `${folder} <!-- nothing --> `]
  ] as const) {
    const wrap = (text: string) => mpd(`<!-- 🎬🎬 --><BaseURL a=">">${text}</BaseURL><Period/>`)
    t.equal(absolutizeMpd(wrap(input), base), wrap(output), JSON.stringify(input))
  }
  t.equal(absolutizeMpd(mpd('<BaseURL\r\n/>'), base), mpd(`<BaseURL\r\n>${folder}</BaseURL>`))
})

t.test('escapes what it adds, but not inside CDATA', async (t) => {
  const document = "https://h/a&b'c/manifest.mpd"
  const content = (inText: string, inCdata: string, inAttribute: string) =>
    mpd(
      `<BaseURL>${inText}x</BaseURL><BaseURL><![CDATA[${inCdata}x]]></BaseURL>` +
        `<Period xmlns:l="http://www.w3.org/1999/xlink" l:href='${inAttribute}x'/>`
    )
  const escaped = 'https://h/a&amp;b&apos;c/'
  t.equal(absolutizeMpd(content('', '', ''), document), content(escaped, "https://h/a&b'c/", escaped))
})

t.test('attributes that are not resolved by a BaseURL', async (t) => {
  const http = 'schemeIdUri="urn:mpeg:dash:utc:http-iso:2014"'
  for (const [input, output] of [
    [
      `<UTCTiming ${http} value=" t&#x26;u\n../v https://h/&#38; "/>`,
      `<UTCTiming ${http} value=" ${folder}t&#x26;u\nhttps://cdn.example.com/a/v https://h/&#38; "/>`
    ],
    [
      '<UTCTiming schemeIdUri="urn:mpeg:dash:utc:ntp:2014" value="time.nist.gov"/>',
      '<UTCTiming schemeIdUri="urn:mpeg:dash:utc:ntp:2014" value="time.nist.gov"/>'
    ],
    [`<UTCTiming ${http}/>`, `<UTCTiming ${http}/>`],
    ["<Period l:href='x&apos;y'/>", `<Period l:href='${folder}x&apos;y'/>`],
    ['<Period l:href="../x&quot;y"/>', '<Period l:href="https://cdn.example.com/a/x&quot;y"/>'],
    ['<Period l:href=""/>', '<Period l:href=""/>'],
    ['<Period href="x"/>', '<Period href="x"/>'],
    ['<Location> </Location>', '<Location> </Location>']
  ] as const) {
    const wrap = (text: string) =>
      mpd(`<BaseURL>https://h/</BaseURL><a xmlns:l="http://www.w3.org/1999/xlink">${text}</a>`)
    t.equal(absolutizeMpd(wrap(input), base), wrap(output), input)
  }
})

t.test('lists URLs wherever they are', async (t) => {
  const text = `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" xmlns:up="urn:mpeg:dash:schema:urlparam:2014" xmlns:ms="urn:microsoft"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:mpeg:dash:schema:mpd:2011 http://x/DASH-MPD.xsd">
    <Location/><Location> a&amp;b </Location>
    <Period><AdaptationSet bitstreamSwitching="true">
      <ContentProtection schemeIdUri="http://dashif.org/x"><ms:laurl licenseUrl="https://drm/1"/><Laurl>/license</Laurl></ContentProtection>
      <EssentialProperty schemeIdUri="urn:x"><up:UrlQueryInfo queryTemplate="$querypart$" queryString="token=1"/></EssentialProperty>
      <Vendor x="see https://a/1  http://b/2">https://c/3</Vendor>
      <SegmentTemplate media="m$Number$" index="i" initialization="n" bitstreamSwitching="s"/>
      <SegmentBase><RepresentationIndex sourceURL="r"/><BitstreamSwitching sourceURL="w"/></SegmentBase>
    </AdaptationSet></Period></MPD>`
  t.strictSame(listMpdUris(text), [
    ...['a&b', 'https://drm/1', '/license', '$querypart$', 'token=1', 'https://a/1', 'http://b/2', 'https://c/3'],
    ...['m$Number$', 'i', 'n', 's', 'r', 'w']
  ])
  t.strictSame(mpdLocations(text), ['a&b'])
  t.notOk(isLocationOnly(text))
  t.notOk(isLocationOnly(mpd('<Location/>')), 'an empty Location leads nowhere')
  t.notOk(isLocationOnly(mpd('<x><Location>a</Location></x>')), 'only those of the root count')
})

t.test('filter: what keep is told', async (t) => {
  const text = mpd(
    '<Period><AdaptationSet id="s" lang="de"><Representation id="r" bandwidth="5" width="2"/><Representation bandwidth="x"/></AdaptationSet></Period>'
  )
  const told: unknown[] = []
  const output = filterRepresentations(text, ({ id, bandwidth, attributes, adaptationSet }) => {
    told.push([id, bandwidth, attributes.get('width'), adaptationSet.get('id'), adaptationSet.get('lang')])
    return true
  })
  t.equal(output, text)
  t.strictSame(told, [
    ['r', 5, '2', 's', 'de'],
    ['', 0, undefined, 's', 'de']
  ])
  t.equal(
    filterRepresentations(mpd('<Period/>'), () => false),
    mpd('<Period/>'),
    'nothing to drop'
  )
})

t.test('property: any text is edited or refused with ManifestError', async () => {
  const token = fc.constantFrom(
    ...[
      '<MPD>',
      '</MPD>',
      '<BaseURL>',
      '</BaseURL>',
      '<Period ',
      'xlink:href="',
      '"',
      '>',
      '/>',
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
      '<?x ',
      '?>'
    ],
    ...[
      '&amp;',
      '&#',
      ';',
      '&#xD800;',
      '../',
      'x',
      '\r\n',
      '\u0000',
      '\uFEFF',
      '🎬',
      '\uD83D',
      '<!DOCTYPE ',
      '[',
      ']',
      '<?xml version="1.1"?>',
      '<',
      '='
    ]
  )
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(token, { maxLength: 40 }).map((tokens) => tokens.join('')),
    fc.array(token, { maxLength: 20 }).map((tokens) => mpd(tokens.join('')))
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
      attempt(() => absolutizeMpd(text, base))
      attempt(() => listMpdUris(text))
      attempt(() => isLocationOnly(text))
      attempt(() => filterRepresentations(text, keep))
    }),
    { numRuns: 1000 }
  )
})

t.test('hostile input takes linear time', async (t) => {
  const inputs = {
    timeline: mpd('<S t="0" d="180000" r="4"/>\n'.repeat(50_000)),
    attributes: mpd(`<a ${Array.from({ length: 40_000 }, (_, index) => `a${index}="x"`).join(' ')}/>`),
    urls: mpd(`<a b="${'a://b '.repeat(250_000)}"/>`),
    timing: mpd(`<UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-iso:2014" value="${'a '.repeat(200_000)}"/>`),
    pieces: mpd(`<BaseURL>${'x<!---->'.repeat(200_000)}</BaseURL>`),
    entities: mpd(`<BaseURL>${'&amp;'.repeat(300_000)}</BaseURL>`),
    baseUrls: mpd('<BaseURL>../x</BaseURL>'.repeat(60_000)),
    dots: mpd(`<BaseURL>${'../'.repeat(500_000)}</BaseURL>`),
    openTags: '<MPD>'.repeat(1_000_000),
    doctype: `<!DOCTYPE MPD [${'<!ENTITY a "b">'.repeat(100_000)}]><MPD/>`
  }
  for (const [name, text] of Object.entries(inputs)) {
    const start = performance.now()
    try {
      absolutizeMpd(text, base)
      listMpdUris(text)
      filterRepresentations(text, () => false)
    } catch (error) {
      t.ok(error instanceof ManifestError)
      t.match((error as ManifestError).code, /^(doctype|too-deep|too-many-parts)$/, name)
    }
    // Quadratic work on these sizes takes minutes; the bound is wide for a busy machine.
    const took = performance.now() - start
    t.ok(took < 8000, `${name}: ${Math.round(took)} ms`)
  }
})
