import t from 'tap'
import { explicitIds, isNamed } from '../../src/flavors/explicit.js'

t.test('presence decides which parameter counts', async (t) => {
  t.equal(explicitIds({}), null)
  t.equal(explicitIds({ tags: 'web', flavorIds: undefined }), null)
  t.strictSame(explicitIds({ flavorIds: 'a,b', flavorId: '' }), { parameter: 'flavorId', values: [''] })
  t.strictSame(explicitIds({ flavorIds: '', flavorParamIds: '2' }), { parameter: 'flavorIds', values: [''] })
  t.strictSame(explicitIds({ flavorId: 'a', flavorParamId: '2' }), { parameter: 'flavorId', values: ['a'] })
  t.strictSame(explicitIds({ flavorParamIds: '1,2', flavorParamId: '4' }), {
    parameter: 'flavorParamId',
    values: ['4']
  })
})

t.test('lists are split, single values are not, and nothing is trimmed', async (t) => {
  t.strictSame(explicitIds({ flavorIds: 'a, b,' })?.values, ['a', ' b', ''])
  t.strictSame(explicitIds({ flavorId: 'a,b' })?.values, ['a,b'])
  t.strictSame(explicitIds({ flavorParamId: '1,2' })?.values, ['1,2'])
  t.strictSame(explicitIds({ flavorParamIds: '1.0,+2' })?.values, ['1.0', '+2'])
})

t.test('a path key without a value', async (t) => {
  const source = { id: '0_src', flavorParamsId: 0 }
  const other = { id: '0_other', flavorParamsId: 3 }
  t.ok(isNamed(source, explicitIds({ flavorParamId: false })!), 'flavorParamId finds the source')
  t.notOk(isNamed(other, explicitIds({ flavorParamId: false })!))
  for (const name of ['flavorId', 'flavorIds', 'flavorParamIds']) {
    t.notOk(isNamed(source, explicitIds({ [name]: false })!), `${name} finds nothing`)
  }
})

t.test('asset ids compare exactly, flavor params ids as numbers', async (t) => {
  const flavor = { id: '0_a', flavorParamsId: 2 }
  t.ok(isNamed(flavor, explicitIds({ flavorIds: '0_b,0_a' })!))
  t.notOk(isNamed(flavor, explicitIds({ flavorIds: '0_A' })!))
  t.notOk(isNamed(flavor, explicitIds({ flavorIds: ' 0_a' })!))
  t.notOk(isNamed(flavor, explicitIds({ flavorId: '2' })!), 'a params id is no asset id')
  t.ok(isNamed(flavor, explicitIds({ flavorParamIds: '7,02' })!))
  t.notOk(isNamed(flavor, explicitIds({ flavorParamIds: '0_a' })!))
})
