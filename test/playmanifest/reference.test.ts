import fc from 'fast-check'
import t from 'tap'
import { type PlayManifestRequest, parsePlayManifestUrl } from '../../src/playmanifest/parse.js'
import { isReferenceId, referenceFault, withEntryId } from '../../src/playmanifest/reference.js'

const BASE = '/p/101/sp/10100/playManifest'

function read(url: string): PlayManifestRequest {
  const parsed = parsePlayManifestUrl(url)
  if (!parsed.ok) throw new Error(parsed.detail)
  return parsed.request
}

function named(url: string, id = '0_abcd1234'): string {
  const result = withEntryId(read(url), id)
  if (!result.ok) throw new Error(result.detail)
  return result.request.rawPath + (result.request.rawQuery === '' ? '' : `?${result.request.rawQuery}`)
}

t.test('what can be a reference id', async (t) => {
  for (const good of ['a', 'spring-2026/trailer', 'urn:uuid:1', 'Über uns', 'a@b.example', 'x'.repeat(79)]) {
    t.ok(isReferenceId(good), good)
  }
  const ks = `djJ8MTAyfB${'A'.repeat(60)}`
  for (const bad of [
    '',
    ' a',
    'a ',
    'a,b',
    '{1:result:ks}',
    'a*',
    'a"b',
    "a'b",
    'a%',
    'a\\b',
    'a\nb',
    'é|x',
    ks,
    'ks=abc'
  ]) {
    t.notOk(isReferenceId(bad), bad)
  }
  t.notOk(isReferenceId('ab '.repeat(90).trim()), 'too long')
})

t.test('what cannot be answered whoever asks', async (t) => {
  for (const [rest, reason] of [
    ['/referenceId/a/entryId/0_x', /not by both/],
    ['/referenceId/a?e=0_x', /not by both/],
    ['/referenceId/a/entryId/', /holds|both/],
    ['/referenceId', /holds/],
    ['?referenceId=', /holds/],
    ['/referenceId/a?kt=0123456789abcdef0123456789abcdef01234567', /kt signs/]
  ] as const) {
    const request = read(BASE + rest)
    if (rest.endsWith('entryId/'))
      t.equal(request.effective.entryId, false, 'a name without a value is given all the same')
    t.match(referenceFault(request), reason, rest)
  }
  for (const rest of ['/referenceId/a', '?referenceId=a%2Fb', '/entryId/0_x', ''])
    t.equal(referenceFault(read(BASE + rest)), null)
})

t.test('the id takes its place, and no other byte changes', async (t) => {
  const id = `${BASE}/entryId/0_abcd1234`
  t.equal(
    named(`${BASE}/referenceId/my%20own/format/url//x/%7E/a.mp4?b=2&&c=%20+`),
    `${id}/format/url//x/%7E/a.mp4?b=2&&c=%20+`
  )
  t.equal(named(`${BASE}/format/url?a=1&referenceId=my&b`), `${id}/format/url?a=1&b`)
  t.equal(named(`${BASE}?referenceId=my`), id)
  t.equal(named(`${BASE}/referenceId/a/referenceId/b?referenceId=c`), id, 'every one of them')
})

t.test('property: the request means the same with its entry named', async (t) => {
  const segment = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.~-]{0,8}$/).filter((text) => !/^(?:e|entryId|kt)$/.test(text))
  const pairs = fc.array(fc.tuple(segment, segment), { maxLength: 6 })
  const reference = fc.stringMatching(/^[a-z][a-z0-9 :@-]{0,20}[a-z]$/).filter(isReferenceId)
  fc.assert(
    fc.property(pairs, pairs, reference, fc.nat(6), fc.boolean(), (path, query, name, at, inPath) => {
      const others = path.map(([key, value]) => `/${key}/${value}`)
      const rest = query.map(([key, value]) => `${key}=${value}`)
      const plain = BASE + others.join('') + (rest.length === 0 ? '' : `?${rest.join('&')}`)
      if (inPath) others.splice(at, 0, `/referenceId/${encodeURIComponent(name)}`)
      else rest.splice(at, 0, `referenceId=${encodeURIComponent(name)}`)
      const url = BASE + others.join('') + (rest.length === 0 ? '' : `?${rest.join('&')}`)
      const before = parsePlayManifestUrl(plain)
      const asked = parsePlayManifestUrl(url)
      if (!asked.ok || !before.ok) return
      const result = withEntryId(asked.request, '0_abcd1234')
      if (!result.ok) throw new Error(result.detail)
      const { referenceId: _, ...params } = { ...before.request.params }
      t.strictSame({ ...result.request.params }, { ...params, entryId: '0_abcd1234' })
      t.equal(result.request.effective.referenceId, undefined)
    })
  )
})
