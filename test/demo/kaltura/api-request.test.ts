import fc from 'fast-check'
import t from 'tap'
import { integer, nested, parseApiRequest, text } from '../../../src/demo/kaltura/api-request.js'
import { resolveReferences } from '../../../src/demo/kaltura/references.js'

const none = { path: '', query: '', contentType: '', body: '' }
const form = 'application/x-www-form-urlencoded'

/** Plain copy of parameters, whose objects have no prototype. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

t.test('the three ways of nesting are one', async (t) => {
  const expected = { filter: { entryIdEqual: '0_a', statusEqual: '2' } }
  const colons = parseApiRequest({ ...none, contentType: form, body: 'filter:entryIdEqual=0_a&filter:statusEqual=2' })
  const brackets = parseApiRequest({ ...none, query: 'filter%5BentryIdEqual%5D=0_a&filter[statusEqual]=2' })
  const json = parseApiRequest({ ...none, contentType: 'application/json', body: JSON.stringify(expected) })
  for (const params of [colons, brackets, json]) t.same(plain(params), expected)
})

t.test('numbered requests nest by colon and by bracket', async (t) => {
  const params = parseApiRequest({
    ...none,
    contentType: form,
    body: '1:service=a&1[action]=b&1:filter:x=1&2[service]=c'
  })
  t.same(plain(params), { 1: { service: 'a', action: 'b', filter: { x: '1' } }, 2: { service: 'c' } })
})

t.test('path wins over query, query over body', async (t) => {
  const params = parseApiRequest({ path: 'service/p/a/p', query: 'a=q&b=q', contentType: form, body: 'a=b&b=b&c=b' })
  t.same(plain(params), { service: 'p', a: 'p', b: 'q', c: 'b' })
})

t.test('a JSON body counts with exactly application/json', async (t) => {
  const body = '{"a":1}'
  t.same(plain(parseApiRequest({ ...none, contentType: 'Application/JSON', body })), { a: 1 })
  for (const contentType of ['application/json; charset=utf-8', 'text/plain', '']) {
    t.same(plain(parseApiRequest({ ...none, contentType, body })), {})
  }
  for (const bad of ['[1]', '{', '"a"', '']) {
    t.same(plain(parseApiRequest({ ...none, contentType: 'application/json', body: bad })), {})
  }
})

t.test('scalars are read as PHP reads them', async (t) => {
  const params = parseApiRequest({ ...none, query: 'a=12abc&b=abc&c=&d=-3&e:x=1&f__null=1' })
  t.equal(integer(params, 'a'), 12)
  t.equal(integer(params, 'b'), 0)
  t.equal(integer(params, 'c'), null)
  t.equal(integer(params, 'd'), -3)
  t.equal(text(params, 'e'), null)
  t.equal(text(nested(params, 'e'), 'x'), '1')
  t.equal(params.f, null)
})

t.test('names of the prototype are ordinary names', async (t) => {
  const params = parseApiRequest({ ...none, contentType: form, body: '__proto__[polluted]=1&constructor:x=1' })
  t.equal(({} as Record<string, unknown>).polluted, undefined)
  t.equal(text(nested(params, '__proto__'), 'polluted'), '1')
  t.equal(text(nested(params, 'constructor'), 'x'), '1')
})

t.test('any text is read without an exception', async () => {
  const bytes = fc.string({ unit: 'binary' })
  fc.assert(
    fc.property(
      bytes,
      bytes,
      bytes,
      fc.constantFrom(form, 'application/json', ''),
      (path, query, body, contentType) => {
        resolveReferences(parseApiRequest({ path, query, contentType, body }), [{ id: 'x' }])
      }
    ),
    { numRuns: 300 }
  )
})

t.test('references', async (t) => {
  const results = [
    { id: '0_a', n: 5, objects: [{ id: 'x' }, { id: 'y' }] },
    'scalar',
    { objectType: 'KalturaAPIException', code: 'C' }
  ]
  const resolve = (value: string): unknown => resolveReferences({ value }, results).value
  t.equal(resolve('{1:result:id}'), '0_a')
  t.equal(resolve('a-{1:result:n}-b'), 'a-5-b')
  t.equal(resolve('{1:result:objects:1:id}'), 'y')
  t.equal(resolve('{1:result:objects:_all:id}'), 'x,y,')
  t.equal(resolve('{2:result}'), 'scalar')
  t.equal(resolve('{3:result:code}'), '', 'a failed request has nothing to give')
  t.equal(resolve('{1:result:nothing}'), '')
  t.equal(resolve('{4:result:id}'), '{4:result:id}', 'a later request is left as text')
  t.equal(resolve('{1:result:id}{1:result:id}'), '', 'two references are one that leads nowhere')
  t.equal(resolve('{1:result:constructor:name}'), '')
})
