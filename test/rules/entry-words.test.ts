import fc from 'fast-check'
import t from 'tap'
import { readEntryWords } from '../../src/kaltura/wire.js'
import { factsOf } from '../../src/rules/conditions.js'
import { type DecideInput, decide } from '../../src/rules/decide.js'
import { type EntryWords, isInCategory } from '../../src/rules/entry-words.js'
import { readingOf, rulesOf } from '../helpers/rules.js'

const INPUT: DecideInput = {
  parameters: { entryId: '0_a', format: 'auto', protocol: 'http' },
  device: { class: 'ipad', reason: 'test' },
  scheme: 'http',
  partner: { id: 101, delivery: 'mirror', upgradeInsecure: false }
}
const WORDS: EntryWords = { tags: ['kids', 'live show'], categories: ['News>Sport>Ski'], categoryIds: [12] }
const decided = (when: string, entry?: EntryWords | null) =>
  decide(rulesOf(`  - { name: it, when: ${when}, then: {} }\n`), { ...INPUT, entry })

t.test('tags and categories of an entry', async (t) => {
  for (const [when, holds] of [
    ['{ entryTags: kids }', true],
    ['{ entryTags: Kids }', false],
    ['{ entryTags: kid }', false],
    ['{ entryTags: [other, "live show"] }', true],
    ['{ category: News }', true],
    ['{ category: "News>Sport" }', true],
    ['{ category: "News>Sport>Ski" }', true],
    ['{ category: "News>Sp" }', false],
    ['{ category: Sport }', false],
    ['{ category: 12 }', true],
    ['{ category: "12" }', false],
    ['{ category: [13, News] }', true],
    ['{ category: 13 }', false],
    ['{ entryTags: kids, category: 13 }', false]
  ] as const) {
    t.equal(decided(when, WORDS).rule === 'it', holds, when)
    for (const entry of [null, undefined]) {
      const plan = decided(when, entry)
      t.match(plan, { rule: null, entryUnknown: true, reads: ['entry'] }, `${when}, not known`)
    }
    t.equal(decided(when, WORDS).entryUnknown, false)
  }
})

t.test('they are looked at only where all else holds, and before the session', async (t) => {
  t.match(decided('{ entryTags: kids, device: android }', null), { entryUnknown: false, reads: ['device'] })
  t.match(decided('{ entryTags: other, percent: 50 }', WORDS), { private: false, reads: ['entry'] })
  t.same(factsOf(rulesOf('  - { name: it, when: { category: 1 }, then: {} }\n')), ['entry'])
})

t.test('an entry of Kaltura\u2019s', async (t) => {
  t.strictSame(readEntryWords({ tags: 'kids, live show,,', categories: 'News>Sport,A', categoriesIds: '12,7,x,' }), {
    tags: ['kids', 'live show'],
    categories: ['News>Sport', 'A'],
    categoryIds: [12, 7]
  })
  t.strictSame(readEntryWords({ categoriesIds: 12 }), { tags: [], categories: [], categoryIds: [12] })
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (value, tags) => {
      for (const some of [value, { tags, categories: tags, categoriesIds: tags }]) {
        const words = readEntryWords(some)
        for (const list of [words.tags, words.categories, words.categoryIds]) {
          t.ok(Array.isArray(list) && list.length <= 500)
        }
        isInCategory(words, ['a', 1])
      }
      return t.passing()
    })
  )
  t.equal(readEntryWords({ tags: 'a,'.repeat(5_000) }).tags.length, 500)
})

t.test('mistakes', async (t) => {
  const wrong = (when: string) => readingOf(`rules:\n  - name: it\n    when: ${when}\n    then: {}\n`).problems
  t.match(wrong('{ entryTags: "a,b" }'), [/^r\.yaml:3: .*entryTags must be a tag without a comma/])
  t.match(wrong('{ category: "News>" }'), [/^r\.yaml:3: .*category must be an id such as 123, a full name/])
  t.match(wrong('{ category: 0 }'), [/category must be an id/])
  t.match(wrong('{ category: [] }'), [/category/])
  t.match(
    readingOf(
      'rules:\n  - { name: a, when: { category: [1, 2] }, then: {} }\n  - { name: b, when: { category: 2 }, then: {} }\n'
    ).problems,
    [/^r\.yaml:3: rule "b" is never reached/]
  )
})
