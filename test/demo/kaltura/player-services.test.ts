import t from 'tap'
import { DEMO_ENTRIES, DEMO_SECRETS } from '../../../src/demo/kaltura/index.js'
import { makeKsV2 } from '../../../src/viewer/ks.js'
import { withDemo } from '../../helpers/demo.js'

const ksOf = (userId: string, type: 0 | 2 = 0) =>
  makeKsV2({ partnerId: 101, secret: DEMO_SECRETS.main.adminSecret, userId, type, expiry: 4e9, privileges: '' })

t.test('what the Kaltura Player asks beside the entry', async (t) => {
  const { kalturaUrl } = await withDemo(t)
  const ask = async (path: string, fields: object): Promise<unknown> => {
    const body = JSON.stringify({ format: 1, ...fields })
    const headers = { 'content-type': 'application/json' }
    return (await fetch(`${kalturaUrl}/api_v3/service/${path}`, { method: 'POST', headers, body })).json()
  }
  t.match(await ask('user/action/get', { ks: ksOf('someone') }), {
    id: 'someone',
    partnerId: 101,
    objectType: 'KalturaUser'
  })
  t.match(await ask('user/action/get', { ks: ksOf('') }), { id: '0' }, 'nobody in particular')
  t.match(await ask('user/action/get', { ks: ksOf('someone'), userId: 'other' }), { code: 'INVALID_USER_ID' })
  t.match(await ask('user/action/get', { ks: ksOf('boss', 2), userId: 'other' }), { id: 'other' })
  t.match(await ask('user/action/get', {}), { code: 'SERVICE_FORBIDDEN' })
  const filter = { objectType: 'KalturaMetadataFilter', objectIdEqual: DEMO_ENTRIES.public }
  t.same(await ask('metadata_metadata/action/list', { ks: ksOf('someone'), filter }), {
    totalCount: 0,
    objects: [],
    objectType: 'KalturaMetadataListResponse'
  })
  t.match(await ask('metadata_metadata/action/list', { filter }), { code: 'SERVICE_FORBIDDEN' })
})
