import fc from 'fast-check'
import t from 'tap'
import { MAX_URL_LENGTH, parsePlayManifestUrl } from '../../src/playmanifest/parse.js'

const BASE = '/p/101/sp/10100/playManifest'

function parse(rest: string) {
  const result = parsePlayManifestUrl(BASE + rest)
  if (!result.ok) throw new Error(`refused: ${result.code}`)
  return result.request
}

function refusal(url: string): string | null {
  const result = parsePlayManifestUrl(url)
  return result.ok ? null : result.code
}

t.test('the forms that Kaltura takes, and those it does not', async (t) => {
  for (const [url, partnerId] of [
    ['/p/101/sp/10100/playManifest/entryId/0_a', 101],
    ['/s/p/101/sp/10100/playManifest/entryId/0_a', 101],
    ['/p/101/playManifest/entryId/0_a', 101],
    ['/s/p/101/playManifest?entryId=0_a', 101],
    ['/p/-5/sp/0/playManifest/', -5]
  ] as const) {
    const result = parsePlayManifestUrl(url)
    t.equal(result.ok && result.request.partnerId, partnerId, url)
  }
  for (const url of [
    '/p/abc/sp/1/playManifest/x', // recording path_nonnumeric_partner
    '/p/101/sp/10100/PlayManifest/entryId/0_a', // recording path_uppercase_playmanifest
    '/p/101/sp/x/playManifest/',
    '/p/101/sp/10100/playManifestX/entryId/0_a',
    '/x/p/101/playManifest/entryId/0_a',
    'http://evil.example/p/101/playManifest/entryId/0_a',
    ''
  ]) {
    t.equal(refusal(url), 'NOT_PLAYMANIFEST', url)
  }
})

t.test('bad input is refused with a reason', async (t) => {
  for (const [rest, code] of [
    ['/entryId/0_a%2Fb', 'ENCODED_SLASH'],
    ['/entryId/0_a%2fb', 'ENCODED_SLASH'],
    ['/entryId/..', 'DOT_SEGMENT'],
    ['/entryId/%2e%2E', 'DOT_SEGMENT'],
    ['/entryId/.', 'DOT_SEGMENT'],
    ['/entryId/a%00', 'CONTROL_CHARACTER'],
    ['/entryId/a%0d%0aX:%20y', 'CONTROL_CHARACTER'],
    ['/entryId/a?x=%0a', 'CONTROL_CHARACTER'],
    ['/entryId/%zz', 'BAD_ESCAPE'],
    ['/entryId/a%', 'BAD_ESCAPE'],
    ['/entryId/a?x=%', 'BAD_ESCAPE'],
    ['/entryId/a\\b', 'BACKSLASH'],
    ['/entryId/a?flavorIds[]=0_x', 'NESTED_PARAMETER'], // Kaltura: 500 (path_query_array)
    ['/entryId/a?fs[x]=0_x', 'NESTED_PARAMETER'],
    [`/x/${'a'.repeat(MAX_URL_LENGTH)}`, 'URL_TOO_LONG'],
    [`/${'a/'.repeat(3000)}`, 'TOO_MANY_PARAMETERS']
  ] as const) {
    t.equal(refusal(BASE + rest), code, rest.slice(0, 40))
  }
})

t.test('what is legitimate passes: encoded hash, semicolons, three dots, 1,000 segments', async (t) => {
  t.equal(parse('/entryId/0_a/%23x').effective.entryId, '0_a')
  t.equal(parse('/entryId/0_a/format/url;x=1').effective.format, 'url;x=1')
  t.equal(parse('/entryId/.../format/url').effective.entryId, '...')
  t.equal(parse(`/entryId/0_a${'/k/v'.repeat(500)}`).effective.entryId, '0_a')
  t.equal(parse('/entryId/a?flavorIds=0_x%2Fy').effective.flavorIds, '0_x/y')
})

t.test('where a value came from', async (t) => {
  t.match(parse('/entryId/0_a/ks/abc?format=url').places, { entryId: 'path', ks: 'path', format: 'query' })
  t.match(parse('/e/0_a?ks=abc').places, { entryId: 'path', ks: 'query' })
})

t.test('bytes that are no UTF-8 are marked, so that nothing is keyed on them', async (t) => {
  t.equal(parse('/entryId/0_a/referrer/%E4').opaque, true) // recording path_pct_nonutf8
  t.equal(parse('/entryId/0_a/referrer/%C3%A4').opaque, false)
  t.equal(parse('/entryId/0_a?x=%E4').opaque, true)
})

t.test('names like __proto__ and constructor are only names', async (t) => {
  const request = parse('/entryId/0_a/__proto__/x/constructor/y?toString=1&__proto__[x]=2')
  t.equal(request.effective.entryId, '0_a')
  t.equal(({} as Record<string, unknown>).x, undefined)
  t.same(Object.keys(request.effective), ['entryId'])
})

t.test('no text at all makes it throw, and what is kept is what was sent', async (t) => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '/',
      '//',
      '%',
      '%2F',
      '%00',
      '?',
      '&',
      '=',
      '[',
      ']',
      '..',
      'index.php',
      '0',
      'entryId',
      'format',
      '+',
      '#',
      '\\',
      'ks'
    ),
    fc.string({ unit: 'binary' })
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const result = parsePlayManifestUrl(`${BASE}/${pieces.join('')}`)
      if (!result.ok) return true
      const { rawPath, rawQuery } = result.request
      return rawPath.startsWith(BASE) && /^[\u0020-\u007e]*$/.test(rawPath + rawQuery) && !rawPath.includes('?')
    }),
    { numRuns: 2000 }
  )
  t.pass('property holds')
})
