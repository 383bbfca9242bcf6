/** The attack: `a[]&a[]&...` made the reader of query strings look through all earlier elements for each one. */
import t from 'tap'
import { parsePlayManifestUrl } from '../../src/playmanifest/parse.js'
import { parseQuery } from '../../src/playmanifest/php-query.js'

t.test('ten times the elements cost about ten times the work', async (t) => {
  let gets = 0
  const count = (length: number) => {
    const before = gets
    const { map } = parseQuery('a[]=1&'.repeat(length), (raw) => {
      gets++
      return raw
    })
    t.equal((map.a as unknown[]).length, length)
    return gets - before
  }
  t.equal(count(20_000), 10 * count(2_000))
  // Looking through all earlier elements for each one would take this longer than a test may last.
  count(1_000_000)
})

t.test('and more parameters than anybody needs are refused before they are read', async (t) => {
  t.match(parsePlayManifestUrl(`/p/1/playManifest/entryId/0_a?${'a&'.repeat(2100)}`), {
    ok: false,
    code: 'TOO_MANY_PARAMETERS'
  })
})
