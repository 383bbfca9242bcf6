import fc from 'fast-check'
import t from 'tap'
import { limitLife } from '../../src/answer/limit-life.js'

const NOW = 1_870_000_000_000

const limited = (caching: string, left: number | null, bound = false) =>
  limitLife(
    { status: 302, headers: { location: '/x', 'cache-control': caching }, body: '' },
    { expires: left === null ? null : NOW / 1000 + left, bound },
    NOW
  ).headers['cache-control']

const PUBLIC = 'public, max-age=60, s-maxage=60, stale-while-revalidate=30, stale-if-error=600'

t.test('fresh and stale life together end with the link', async (t) => {
  t.equal(limited(PUBLIC, null), PUBLIC)
  t.equal(limited(PUBLIC, 1000), PUBLIC)
  t.equal(limited(PUBLIC, 100), 'public, max-age=60, s-maxage=60, stale-while-revalidate=30, stale-if-error=40')
  t.equal(limited(PUBLIC, 60), 'public, max-age=60, s-maxage=60, stale-while-revalidate=0, stale-if-error=0')
  t.equal(limited(PUBLIC, 7.9), 'public, max-age=7, s-maxage=7, stale-while-revalidate=0, stale-if-error=0')
  t.equal(limited(PUBLIC, 0.5), 'no-store')
  t.equal(limited(PUBLIC, -5), 'no-store')
})

t.test('what is bound is kept by nobody, and what nobody keeps stays so', async (t) => {
  t.equal(limited(PUBLIC, null, true), 'private, no-store')
  t.equal(limited(PUBLIC, 1000, true), 'private, no-store')
  t.equal(limited('private, no-store', 1000), 'private, no-store')
  t.equal(limited('no-store', 1000, true), 'no-store')
})

t.test('no directive or sum of them goes past the link, and none grows', async (t) => {
  const seconds = fc.nat(1000)
  fc.assert(
    fc.property(
      seconds,
      seconds,
      seconds,
      seconds,
      fc.integer({ min: 1, max: 2000 }),
      (age, shared, swr, sie, left) => {
        const before = `public, max-age=${age}, s-maxage=${shared}, stale-while-revalidate=${swr}, stale-if-error=${sie}`
        const numbers = (text: string) => [...text.matchAll(/=(\d+)/g)].map(([, digits]) => Number(digits))
        const [a = 0, s = 0, w = 0, e = 0] = numbers(limited(before, left) ?? '')
        return a <= age && s <= shared && w <= swr && e <= sie && Math.max(a, s) + Math.max(w, e) <= Math.max(left, 0)
      }
    )
  )
  t.pass('property holds')
})
