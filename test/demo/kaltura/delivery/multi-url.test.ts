import fc from 'fast-check'
import t from 'tap'
import { joinSequenceUrls, joinUrls } from '../../../../src/demo/kaltura/delivery/multi-url.js'

t.test('equal URLs count once, a lone one stays as it is', async (t) => {
  t.equal(joinUrls([]), '')
  t.equal(joinUrls(['/a/b', '/a/b']), '/a/b')
  t.equal(joinUrls(['/a1/x', '/a2/x']), '/a,1,2,/x.urlset')
  t.equal(joinUrls(['/a1/x', '/a2/x'], ''), '/a,1,2,/x')
})

t.test('a shorter URL inside another leaves an empty part', async (t) => {
  t.equal(joinUrls(['/a', '/ab']), '/a,,b,.urlset')
})

t.test('the parts give the URLs back', async (t) => {
  const word = fc.stringMatching(/^[a-z0-9/]{1,12}$/)
  fc.assert(
    fc.property(fc.uniqueArray(word, { minLength: 2, maxLength: 6 }), (urls) => {
      const [prefix = '', ...rest] = joinUrls(urls).slice(0, -'.urlset'.length).split(',')
      const suffix = rest.pop() ?? ''
      t.strictSame(
        rest.map((part) => `${prefix}${part}${suffix}`),
        urls
      )
    })
  )
})

t.test('a sequence lists flavor params', async (t) => {
  const urls = ['/entryId/1/flavorParamIds/3/name/a.mp4', '/entryId/1/flavorParamIds/4/name/a.mp4']
  t.equal(joinSequenceUrls(urls), '/entryId/1/flavorParamIds/3,4/name/a.mp4')
})
