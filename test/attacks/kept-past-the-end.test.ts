/**
 * The bug: a target of an entry with an end to its schedule told a CDN that it may be served stale past that end
 * (`stale-while-revalidate`, `stale-if-error`); only its fresh life ended in time.
 */
import t from 'tap'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { BASE, withGateway } from '../helpers/gateway.js'

/** The longest that a cache may give the answer, fresh and stale, s. */
function longest(caching: string): number {
  const seconds = (name: string) => Number(new RegExp(`(?:^|[ ,])${name}=(\\d+)`).exec(caching)?.[1] ?? 0)
  const fresh = Math.max(seconds('max-age'), seconds('s-maxage'))
  return fresh + Math.max(seconds('stale-while-revalidate'), seconds('stale-if-error'))
}

t.test('no cache may give an answer past the end of the entry', async (t) => {
  for (const format of ['url/a.mp4', 'applehttp/a.m3u8', 'http/a.f4m']) {
    const clock = { now: Date.UTC(2027, 0, 15, 12) }
    const { ask, catalog } = await withGateway(t, { now: () => clock.now })
    const end = clock.now / 1000 + 100
    catalog.updateEntry(DEMO_ENTRIES.public, { endDate: end })
    const path = `${BASE}/entryId/${DEMO_ENTRIES.public}/format/${format}`
    let seen = 0
    for (let step = 0; step < 12; step++) {
      const answer = await ask(path)
      const caching = answer.headers['cache-control'] ?? ''
      if (!/playManifest/.test(answer.location) && /max-age/.test(caching)) {
        seen++
        t.ok(
          longest(caching) <= end - clock.now / 1000,
          `${format}: ${caching}, ${end - clock.now / 1000} s before the end`
        )
      }
      clock.now += 9_000
    }
    t.ok(seen >= 3, `${format}: a target was seen`)
  }
})

t.test('without an end the stale life is as it was', async (t) => {
  const { ask } = await withGateway(t)
  const answer = await ask(`${BASE}/entryId/${DEMO_ENTRIES.public}/format/url/a.mp4`)
  t.match(answer.headers['cache-control'], /stale-while-revalidate=30, stale-if-error=600/)
})
