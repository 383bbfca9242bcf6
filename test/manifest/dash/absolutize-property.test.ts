import fc from 'fast-check'
import t from 'tap'
import { absolutizeMpd, listMpdUris } from '../../../src/manifest/dash/index.js'
import { playableUrls } from './mpd-reader.js'

const document = 'https://cdn.example.com/a/b/manifest.mpd?q=1'
const elsewhere = 'https://gateway.example.net/x/y/z.mpd'

/** No dot in front: the URL of Node 20 (ada 2.9) leaves the last dot of `/.a/.`, against its standard. */
const word = fc.stringMatching(/^[a-zA-Z0-9_.$&'é🎬~ -]{1,6}$/u).map((text) => text.replace(/^[. ]+/, '').trim() || 'x')
const relative = fc
  .tuple(
    fc.constantFrom('', '', '/', './', '../', '../../', '//h.example/'),
    fc.array(word, { minLength: 1, maxLength: 3 }),
    fc.constantFrom('', '/', '?a=b&c', '#t')
  )
  .map(([front, parts, tail]) => front + parts.join('/') + tail)
const query = word.map((text) => `?${text}`)
const absolute = relative.map((uri) => `https://o.example/${uri}`)

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll("'", '&#39;')
/** The same text, written in one of the ways that XML has. */
const written = (uri: fc.Arbitrary<string>) =>
  uri.chain((text) =>
    fc.constantFrom(
      escaped(text),
      `\n      ${escaped(text)}\n    `,
      `<![CDATA[${text}]]>`,
      ` <![CDATA[ ${text}]]> `,
      `<!-- x > y -->${escaped(text)}<?pi x?>`,
      `${escaped([...text].slice(0, 1).join(''))}<![CDATA[${[...text].slice(1).join('')}]]>`
    )
  )

/** A root's children as templates with `@` for the prefix, in the order of the schema. */
function mpd(uri: fc.Arbitrary<string>, bases: { minLength: number; maxLength: number }): fc.Arbitrary<string> {
  const text = written(uri)
  const attribute = uri.map(escaped)
  const media = fc.oneof({ weight: 4, arbitrary: attribute }, { weight: 1, arbitrary: query.map(escaped) })
  const representation = fc
    .tuple(fc.option(written(relative)), media, attribute)
    .map(
      ([baseUrl, media, initialization]) =>
        `<@Representation id="1">${baseUrl === null ? '' : `<@BaseURL>${baseUrl}</@BaseURL>`}` +
        `<@SegmentTemplate media="${media}" initialization='${initialization}'/></@Representation>`
    )
  const period = fc
    .tuple(fc.option(written(relative)), fc.array(representation, { maxLength: 2 }), fc.option(attribute))
    .map(
      ([baseUrl, representations, link]) =>
        `<@Period${link === null ? '' : ` xl:href="${link}"`}>\n` +
        `${baseUrl === null ? '' : `<@BaseURL>${baseUrl}</@BaseURL>`}<@AdaptationSet>${representations.join('\n')}</@AdaptationSet></@Period>`
    )
  const element = (name: string) => text.map((text) => `<@${name} a="1>2">${text}</@${name}>`)
  return fc
    .tuple(
      fc.constantFrom('', '\uFEFF', '<?xml version="1.0" encoding="UTF-8"?>\n', '<!-- 🎬 -->\n'),
      fc.array(fc.constant('<@ProgramInformation><@Title>🎬 &amp; x</@Title></@ProgramInformation>'), { maxLength: 2 }),
      fc.array(element('BaseURL'), bases),
      fc.array(element('Location'), { maxLength: 2 }),
      fc.array(element('PatchLocation'), { maxLength: 1 }),
      fc.array(element('ContentSteering'), { maxLength: 1 }),
      fc.array(period, { minLength: 1, maxLength: 2 }),
      fc.array(
        fc
          .array(
            attribute.map((text) => text.replaceAll(' ', '-')),
            { minLength: 1, maxLength: 2 }
          )
          .map((parts) => `<@UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-iso:2014" value="${parts.join(' ')}"/>`),
        { maxLength: 1 }
      ),
      fc.constantFrom('', '\n', '\n  ', '\n\n\t<!-- 🎬 -->\n\t', '\r\n  '),
      fc.constantFrom('', 'mpd:')
    )
    .map(([head, ...rest]) => {
      const prefix = rest.pop() as string
      const space = rest.pop() as string
      const children = (rest as string[][]).flat().map((child) => space + child)
      const xmlns = prefix === '' ? 'xmlns' : 'xmlns:mpd'
      const open = `<@MPD ${xmlns}="urn:mpeg:dash:schema:mpd:2011" xmlns:xl="http://www.w3.org/1999/xlink">`
      return `${head}${open}${children.join('')}\n</@MPD>\n`.replace(/(<\/?)@/g, `$1${prefix}`)
    })
}

t.test('property: resolves the same from elsewhere, and once is enough', async (t) => {
  fc.assert(
    fc.property(mpd(relative, { minLength: 0, maxLength: 2 }), (text) => {
      const output = absolutizeMpd(text, document)
      const expected = playableUrls(text, document)
      const actual = playableUrls(output, elsewhere)
      if (JSON.stringify(actual) !== JSON.stringify(expected)) throw new Error(`${actual}\n${expected}\n${output}`)
      if (absolutizeMpd(output, elsewhere) !== output) throw new Error('not idempotent')
      if (listMpdUris(output).length < listMpdUris(text).length) throw new Error('lost a URL')
    }),
    { numRuns: 400 }
  )
  t.pass()
})

t.test('property: with all URIs absolute nothing changes', async () => {
  fc.assert(
    fc.property(mpd(absolute, { minLength: 1, maxLength: 2 }), (text) => absolutizeMpd(text, document) === text)
  )
})

t.test('property: without a BaseURL, one insertion and no other change', async () => {
  fc.assert(
    fc.property(mpd(absolute, { minLength: 0, maxLength: 0 }), (text) => {
      const output = absolutizeMpd(text, document)
      const length = output.length - text.length
      let start = 0
      while (start < text.length && text[start] === output[start]) start += 1
      const added = output.slice(start, start + length)
      return (
        added.includes('BaseURL>https://cdn.example.com/a/b/') &&
        output.slice(0, start) + output.slice(start + length) === text
      )
    })
  )
})
