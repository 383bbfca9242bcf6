import t from 'tap'
import { UpstreamFailure } from '../../src/kaltura/errors.js'
import { ReferenceClient } from '../../src/kaltura/reference-client.js'
import { error, fakeApi, soon } from '../helpers/fake-api.js'

const entry = (id: string, over: Record<string, unknown> = {}) => ({
  id,
  partnerId: 101,
  status: 2,
  createdAt: 1_700_000_000,
  referenceId: 'my name',
  displayInSearch: 1,
  objectType: 'KalturaMediaEntry',
  ...over
})

t.test('asked as anybody can: a widget session, and no credential of ours', async (t) => {
  const { api, asked } = await fakeApi(t, () => [{ ks: 'widget' }, { objects: [entry('0_a')], totalCount: 1 }])
  t.equal(await new ReferenceClient(api).find(101, 'my name', soon()), '0_a')
  t.match(asked, [
    [
      { service: 'session', action: 'startWidgetSession', widgetId: '_101' },
      {
        service: 'baseEntry',
        action: 'list',
        ks: '{1:result:ks}',
        filter: { referenceIdEqual: 'my name', statusEqual: 2 }
      }
    ]
  ])
})

t.test('the newest ready entry with exactly this name', async (t) => {
  for (const [objects, expected] of [
    [[], null],
    [[entry('0_old', { createdAt: 1 }), entry('0_new', { createdAt: '3' }), entry('0_mid', { createdAt: 2 })], '0_new'],
    [[entry('0_a'), entry('0_c'), entry('0_b')], '0_c'],
    [[entry('0_c'), entry('0_b'), entry('0_a')], '0_c'],
    [[entry('0_a'), entry('0_b', { createdAt: 2_000_000_000, status: '1' })], '0_a'],
    [[entry('0_a', { status: '2', partnerId: '101' })], '0_a'],
    [[entry('0_a', { referenceId: 'My Name' })], null],
    [[entry('0_a', { referenceId: undefined })], null],
    [[entry('0_a', { partnerId: 102 })], null],
    [[entry('0_a', { displayInSearch: '-2' })], null],
    [[entry('../../x'), entry(''), entry('0_a/b'), null, 'x', 7], null],
    [[entry('0_nodate', { createdAt: 'x' }), entry('0_dated')], '0_dated']
  ] as [unknown[], string | null][]) {
    const { api } = await fakeApi(t, () => [{ ks: 'widget' }, { objects }])
    t.equal(await new ReferenceClient(api).find(101, 'my name', soon()), expected, JSON.stringify(objects))
  }
})

t.test('no answer is not "none"', async (t) => {
  for (const list of [error('SERVICE_FORBIDDEN'), error('INVALID_KS'), {}, [], 'x', null, { objects: {} }]) {
    const { api } = await fakeApi(t, () => [{ ks: 'widget' }, list])
    await t.rejects(new ReferenceClient(api).find(101, 'my name', soon()), UpstreamFailure, JSON.stringify(list))
  }
})
