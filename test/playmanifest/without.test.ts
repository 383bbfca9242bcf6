import fc from 'fast-check'
import t from 'tap'
import { parsePlayManifestUrl } from '../../src/playmanifest/parse.js'
import { withoutParameters } from '../../src/playmanifest/without.js'

const NAMES = new Set(['signature', 'grant'])
const START = '/p/101/sp/10100/playManifest'

function without(url: string): string {
  const parsed = parsePlayManifestUrl(url)
  if (!parsed.ok) throw new Error(parsed.detail)
  const { rawPath, rawQuery } = withoutParameters(parsed.request, NAMES)
  return rawQuery === '' ? rawPath : `${rawPath}?${rawQuery}`
}

t.test('a parameter is cut out where it stands, in any spelling', async (t) => {
  for (const [given, left] of [
    [`${START}/e/0_x?signature=s`, `${START}/e/0_x`],
    [`${START}/e/0_x?a=1&&signature=s`, `${START}/e/0_x?a=1&`],
    [`${START}/e/0_x?signature=s&a=%20+`, `${START}/e/0_x?a=%20+`],
    [`${START}/e/0_x?a=1&sign%61ture=s&b`, `${START}/e/0_x?a=1&b`],
    [`${START}/signature/s/e/0_x/a.mp4`, `${START}/e/0_x/a.mp4`],
    [`${START}//e/0_x/sig%6Eature/s//f/url/`, `${START}//e/0_x//f/url/`],
    [`${START}/e/0_x/signature//index.php/s/f/url`, `${START}/e/0_x//index.php/f/url`],
    [`${START}/e/0_x/signature`, `${START}/e/0_x`],
    [`${START}/e/signature/signature/s?grant=g`, `${START}/e/signature`],
    [`${START}/e/0_x/0/y/signature/s`, `${START}/e/0_x/0/y/signature/s`],
    [`${START}/signature/a/e/0_x/signature/b?signature=c&signature=d`, `${START}/e/0_x`]
  ] as const) {
    t.equal(without(given), left, given)
  }
})

t.test('without any the very same request comes back', async (t) => {
  const parsed = parsePlayManifestUrl(`${START}//e/0_x/0/signature/x?a=1&&b`)
  t.ok(parsed.ok && withoutParameters(parsed.request, NAMES) === parsed.request)
})

t.test('what was put into any URL comes out and leaves every byte', async (t) => {
  const segment = fc.constantFrom<string[]>(
    'e',
    '0_x',
    'index.php',
    '',
    '%C3%A9',
    '%FF',
    '0',
    'a.mp4',
    'kt',
    'a+b',
    '%20'
  )
  const pair = fc.constantFrom<string[]>('a=1', '', 'b', 'x[y]=2', '%FF=1', ' =3', 'c=%2F')
  fc.assert(
    fc.property(
      fc.array(segment),
      fc.array(pair, { minLength: 1 }),
      fc.nat(),
      fc.boolean(),
      (path, query, at, inPath) => {
        const link = (segments: string[], pairs: string[]) =>
          `${START}${segments.map((text) => `/${text}`).join('')}?${pairs.join('&')}`
        fc.pre(query.join('&') !== '')
        const parsed = parsePlayManifestUrl(link(path, query))
        fc.pre(parsed.ok)
        // A name can stand where a name is read: behind a whole number of pairs that count.
        const counted = path.flatMap((text, place) => (text === '' || text === 'index.php' ? [] : [place]))
        const zero = counted.findIndex((place, index) => index % 2 === 0 && path[place] === '0')
        const reach = zero === -1 ? counted.length : zero
        const place = Math.floor((at % (reach + 1)) / 2) * 2
        const index = place >= counted.length ? path.length : counted[place]!
        const signed = inPath
          ? link(path.toSpliced(index, 0, 'signature', 's'), query)
          : link(path, query.toSpliced(at % (query.length + 1), 0, 'signature=s'))
        return without(signed) === link(path, query)
      }
    ),
    { numRuns: 2000 }
  )
  t.pass('property holds')
})
