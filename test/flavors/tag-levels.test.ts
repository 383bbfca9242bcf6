import fc from 'fast-check'
import t from 'tap'
import { defaultTagLevels, matchLevels, requestTagLevels, selectByLevels } from '../../src/flavors/tag-levels.js'

t.test('defaultTagLevels', async (t) => {
  const iDevices = [
    ['ipadnew', 'iphonenew'],
    ['ipad', 'iphone']
  ]
  t.strictSame(defaultTagLevels('sl'), [['ism']])
  t.strictSame(defaultTagLevels('mpegdash'), [['dash'], ...iDevices])
  t.strictSame(defaultTagLevels('applehttp'), [['applembr'], ...iDevices])
  t.strictSame(defaultTagLevels('hds'), [['applembr'], ...iDevices])
  for (const format of [
    'http',
    'url',
    'download',
    'rtmp',
    'hls',
    'AppleHTTP',
    'MPEGDASH',
    'applehttp ',
    '',
    '__proto__'
  ]) {
    t.strictSame(defaultTagLevels(format), [['mbr'], ['web']], format)
  }
})

t.test('requestTagLevels', async (t) => {
  t.strictSame(requestTagLevels('applehttp', { tags: ' nosuch , hd ' }), [['nosuch'], ['hd']], 'trimmed, no defaults')
  t.strictSame(requestTagLevels('sl', { tags: 'web' }), [['web']])
  t.strictSame(requestTagLevels('sl', {}), [['ipadnew', 'iphonenew']], 'without a stored manifest')
  for (const tags of [undefined, false, '', '0'] as const) {
    t.strictSame(requestTagLevels('rtmp', { tags }), [['mbr'], ['web']], JSON.stringify(tags))
  }
})

t.test('selectByLevels', async (t) => {
  const a = { id: 'a', tags: ['web', 'ipad'] }
  const b = { id: 'b', tags: ['iphone'] }
  const c = { id: 'c', tags: ['mbr', 'web'] }
  t.strictSame(selectByLevels([c, b, a], [['nosuch'], ['ipad', 'iphone'], ['web']]), [b, a], 'order given, first level')
  t.strictSame(selectByLevels([a, b, c], [['WEB'], ['we'], ['']]), [], 'exact, and an empty tag is no tag')
  t.strictSame(selectByLevels([a], []), [])
  t.strictSame(matchLevels([a, b, c], [['x'], ['web']]), { index: 1, flavors: [a, c] })
  t.equal(matchLevels([], [['web']]), null)

  const tag = fc.constantFrom('a', 'b', 'c', 'd')
  const flavors = fc.array(fc.record({ tags: fc.array(tag) }))
  fc.assert(
    fc.property(flavors, fc.array(fc.array(tag), { maxLength: 4 }), (flavors, levels) => {
      const has = (level: string[] | undefined) => flavors.filter((f) => f.tags.some((tag) => level?.includes(tag)))
      const expected = has(levels.find((level) => has(level).length > 0))
      t.strictSame(selectByLevels(flavors, levels), expected)
    }),
    { numRuns: 50 }
  )
})
