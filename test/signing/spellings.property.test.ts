import fc from 'fast-check'
import t from 'tap'
import { LONG_NAMES, PARAMETERS, type ParameterSpec } from '../../src/playmanifest/parameters.js'
import { parsePlayManifestUrl } from '../../src/playmanifest/parse.js'
import { PASS_THROUGH } from '../../src/signing/signed-parameters.js'
import { outcome, sign } from '../helpers/signing.js'

const START = '/p/101/sp/10100/playManifest'

type Pair = [name: string, value: string]

/** Known and unknown names; not the carriers, nor what Kaltura reads from one place only. */
const name = fc.constantFrom(
  ...Object.keys(PARAMETERS).filter(
    (known) => !['signature', 'grant', 'callback'].includes(known) && !PASS_THROUGH.has(known)
  ),
  'x',
  'utm_source',
  'EntryId',
  'a-b'
)
const value = fc.stringMatching(/^[A-Za-z0-9 +&=?:;,._äé☃-]{1,20}$/)
const pairs = fc.uniqueArray(fc.tuple(name, value), { minLength: 1, maxLength: 8, selector: ([key]) => key })

/** How one pair is written: where, under which name, with which characters escaped. */
const style = fc.record({
  inPath: fc.boolean(),
  short: fc.boolean(),
  escapeAll: fc.boolean(),
  lower: fc.boolean(),
  plus: fc.boolean()
})
type Style = { inPath: boolean; short: boolean; escapeAll: boolean; lower: boolean; plus: boolean }

function spell(text: string, { escapeAll, lower, inPath, plus }: Style): string {
  const escaped = escapeAll
    ? [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('')
    : encodeURIComponent(text)
  const cased = lower ? escaped.replace(/%../g, (byte) => byte.toLowerCase()) : escaped
  return !inPath && plus ? cased.replaceAll('%20', '+') : cased
}

/** A URL of these pairs in these styles; `extra` stands at the end of the query. */
function write(given: readonly Pair[], styles: readonly Style[], extra = ''): string {
  let path = START
  const query: string[] = []
  for (const [at, [long, text]] of given.entries()) {
    const way = styles[at % styles.length]!
    const short = (PARAMETERS as Record<string, ParameterSpec>)[long]?.short
    const key = spell(way.short && short !== undefined ? short : long, way)
    const isSegment = way.inPath && !['.', '..', 'index.php'].includes(text)
    if (isSegment) path += `/${key}/${spell(text, way)}`
    else query.push(`${key}=${spell(text, { ...way, inPath: false })}`)
  }
  const all = [...query, ...(extra === '' ? [] : [extra])]
  return all.length === 0 ? path : `${path}?${all.join('&')}`
}

const carrier = (link: string) => link.slice(link.search(/(?<=[?&])signature=/))

t.test('every spelling and order of what was signed holds', async (t) => {
  fc.assert(
    fc.property(
      pairs.chain((given) =>
        fc.tuple(
          fc.constant(given),
          fc.shuffledSubarray(given, { minLength: given.length }),
          fc.array(style, { minLength: 1 })
        )
      ),
      fc.array(style, { minLength: 1 }),
      ([given, shuffled, styles], others) => {
        const link = sign(write(given as Pair[], others))
        return outcome(write(shuffled as Pair[], styles, carrier(link))) === 'valid'
      }
    ),
    { numRuns: 1000 }
  )
  t.pass('property holds')
})

t.test('any change of what it means does not', async (t) => {
  const changes = fc.constantFrom('change', 'drop', 'add', 'twice', 'rename')
  fc.assert(
    fc.property(
      pairs,
      fc.array(style, { minLength: 1 }),
      changes,
      fc.nat(),
      name,
      value,
      (given, styles, how, at, key, text) => {
        const list = given as Pair[]
        const link = sign(write(list, styles))
        const index = at % list.length
        const [oldName, oldValue] = list[index]!
        const isThere = list.some(([existing]) => existing === key)
        const changed: Record<typeof how, Pair[]> = {
          change: list.map((pair, place) => (place === index ? [oldName, text] : pair)),
          drop: list.filter((_, place) => place !== index),
          add: [...list, [key, text]],
          twice: [...list, [oldName, text]],
          rename: list.map((pair, place) => (place === index ? [key, oldValue] : pair))
        }
        fc.pre(how !== 'change' || text !== oldValue)
        fc.pre(how !== 'rename' || (key !== oldName && !isThere))
        return outcome(write(changed[how] as Pair[], styles, carrier(link))) !== 'valid'
      }
    ),
    { numRuns: 2000 }
  )
  t.pass('property holds')
})

t.test('whatever is put into a signed URL, one that still holds says what was signed', async (t) => {
  const link = sign(`${START}/entryId/0_abc/format/url/a.mp4?tags=web&x=1`)
  const said = (url: string) => {
    const parsed = parsePlayManifestUrl(url)
    if (!parsed.ok) return ''
    const entries = Object.entries(parsed.request.params)
      .map(([key, given]) => [LONG_NAMES.get(key) ?? key, given] as const)
      .filter(
        ([key, given]) => !PASS_THROUGH.has(key) && key !== 'signature' && !(given === false && key.includes('.'))
      )
    return JSON.stringify(entries.sort())
  }
  const before = said(link)
  const piece = fc.oneof(
    fc.constantFrom(
      '/',
      '//',
      '/0/',
      '/index.php',
      '&',
      '&&',
      '?',
      '=',
      '[',
      ']',
      '[]',
      '%',
      '%2F',
      '%5B%5D',
      '+',
      '%20'
    ),
    fc.constantFrom(
      'e=0_other',
      '&entryId=0_other',
      '/e/0_other',
      '/ks/x',
      '&ks=x',
      '.',
      ' ',
      '%00',
      'entryId',
      '%C3',
      'é'
    ),
    fc.string({ maxLength: 6 })
  )
  fc.assert(
    fc.property(fc.nat(link.length), fc.nat(12), piece, (at, length, text) => {
      const edited = link.slice(0, at) + text + link.slice(at + length)
      return outcome(edited) !== 'valid' || said(edited) === before
    }),
    { numRuns: 5000 }
  )
  t.pass('property holds')
})
