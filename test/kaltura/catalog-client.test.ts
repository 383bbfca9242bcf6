import t from 'tap'
import { readApiError, readEntry, readFlavors, readProfile } from '../../src/kaltura/wire.js'
import { verifyKs } from '../../src/viewer/ks.js'
import { error, fakeApi, partnerOf, sha, soon } from '../helpers/fake-api.js'
import { fixture } from '../helpers/vectors.js'

interface Recording {
  name: string
  response: { body?: string }
}
const recordings = new Map(
  fixture<Recording[]>('kaltura/api.json').map((item) => [item.name, item.response.body ?? ''])
)
const recorded = (name: string) => recordings.get(name) ?? t.bailout(`no recording ${name}`)

t.test('recorded resolutions are read: one round trip, everything in it', async (t) => {
  const read = async (name: string) => {
    const { catalogs, asked } = await fakeApi(t, () => recorded(name))
    const catalog = await catalogs.read(partnerOf(), '0_x', soon())
    t.equal(asked.length, 1)
    return catalog
  }
  const open = await read('multirequest_resolution_0_testvid1')
  t.match(open, {
    entry: {
      id: '0_testvid1',
      partnerId: 101,
      type: '1',
      mediaType: '1',
      status: '2',
      moderationStatus: '6',
      accessControlId: '2',
      startDate: null,
      endDate: null,
      msDuration: 60_000,
      displayInSearch: '1',
      parentEntryId: ''
    },
    profile: { id: '2', rules: [] }
  })
  t.equal(open.visibleFlavors?.length, 10)
  t.match(open.visibleFlavors?.[3], {
    id: '0_vid1fp03',
    flavorParamsId: 3,
    bitrate: 602,
    width: 640,
    height: 360,
    frameRate: 25,
    fileExt: 'mp4',
    videoCodecId: 'avc1',
    version: '1',
    order: 3
  })
  t.ok(open.visibleFlavors?.[3]?.tags.includes('ipadnew'))
  const ruled = await read('multirequest_resolution_0_acks0001')
  t.match(ruled.profile, { id: '3', rules: [{ message: 'KS is required' }] })
  for (const name of ['multirequest_resolution_0_deleted1', 'multirequest_resolution_0_nosuch99']) {
    t.strictSame(
      await read(name),
      { entry: 'missing', profile: null, visibleFlavors: null, visibleEntry: null, parent: null },
      name
    )
  }
  t.match((await read('multirequest_resolution_0_live0001')).entry, { type: '7', mediaType: '201' })
})

t.test('without a credential only what anyone may see is asked for', async (t) => {
  const { catalogs, asked } = await fakeApi(t, () => recorded('multirequest_resolution_widget_only'))
  const catalog = await catalogs.read(partnerOf({ adminSecrets: [] }), '0_testvid1', soon())
  t.match(catalog, { entry: 'unknown', profile: null })
  t.equal(catalog.visibleFlavors?.length, 10)
  t.strictSame(
    asked[0]?.map(({ service, action }) => `${service}.${action}`),
    ['session.startWidgetSession', 'baseEntry.get', 'flavorAsset.list']
  )
  t.match(asked[0]?.[2], {
    ks: '{1:result:ks}',
    filter: { entryIdEqual: '0_testvid1', statusEqual: 2 },
    pager: { pageSize: 500 }
  })
})

t.test('a body that Kaltura ignored (a charset in the content type) is a failure, not an answer', async (t) => {
  const { catalogs } = await fakeApi(t, () => recorded('multirequest_resolution_json_charset'))
  await t.rejects(catalogs.read(partnerOf(), '0_x', soon()), { name: 'UpstreamFailure', kind: 'body' } as never)
})

t.test('every recorded entry, flavor list, profile and error is read for what it is', async (t) => {
  const counts = { entries: 0, flavors: 0, profiles: 0, errors: 0 }
  for (const [name, body] of recordings) {
    if (!/^[{["]/.test(body)) continue
    let value: unknown
    try {
      value = JSON.parse(body)
    } catch {
      continue
    }
    const code = readApiError(value)?.code
    if (code !== undefined) {
      counts.errors++
      t.equal(readEntry(value) ?? readProfile(value), null, `${name}: an error is neither entry nor profile`)
    } else if (/^baseentry_get_(?:all_|widget_)?0_/.test(name)) {
      counts.entries++
      t.match(readEntry(value), { id: /^0_/, partnerId: Number, status: String, moderationStatus: String }, name)
    } else if (/^flavorasset_(?:list_all|list_widget|getbyentryid_admin|getbyentryid_widget)/.test(name)) {
      counts.flavors++
      for (const flavor of readFlavors(value) ?? [])
        t.match(flavor, { id: /^0_/, bitrate: Number, tags: Array, status: Number }, name)
    } else if (/^accesscontrolprofile_get_/.test(name)) {
      counts.profiles++
      t.match(readProfile(value), { id: String, rules: Array }, name)
    }
  }
  t.ok(
    counts.entries >= 20 && counts.flavors >= 20 && counts.profiles >= 4 && counts.errors >= 20,
    JSON.stringify(counts)
  )
})

t.test('numbers may come as text, and nonsense is nothing', async (t) => {
  t.match(
    readEntry({
      id: '0_a',
      partnerId: '101',
      type: 1,
      mediaType: '1',
      status: '2',
      startDate: '1700000000',
      endDate: 0
    }),
    { partnerId: 101, type: '1', startDate: 1_700_000_000, endDate: null }
  )
  for (const value of [null, 1, 'x', [], {}, { id: '0_a' }, { id: 1 }]) t.equal(readEntry(value), null)
  t.equal(readFlavors({ objects: 'x' }), null)
  t.strictSame(readFlavors({ objects: [null, 1, {}, { id: '' }] }), [])
  t.match(readProfile({ id: 5 }), { id: '5', rules: null })
})

t.test(
  "the gateway's own session: made here, renewed in time, remade when refused, with the next secret",
  async (t) => {
    let refuse = true
    const entry = { id: '0_a', partnerId: 101, accessControlId: 2 }
    const { catalogs, asked, clock } = await fakeApi(t, (calls) =>
      calls.map((_call, i) =>
        i === 3 && refuse
          ? error('INVALID_KS')
          : i === 1 || i === 3
            ? entry
            : i === 4
              ? { id: 2, rules: [] }
              : { ks: 'w', objects: [] }
      )
    )
    const partner = partnerOf({ adminSecrets: ['rotated', 'old'] })
    const ksOf = (index: number) => String(asked[index]?.[3]?.ks)
    t.match(await catalogs.read(partner, '0_a', soon()), { entry: 'unknown' }, 'refused twice: the facts are unknown')
    t.equal(asked.length, 2, 'once more, not for ever')
    t.match(verifyKs(ksOf(0), ['rotated'], 101), {
      ok: true,
      type: 2,
      privileges: /disableentitlement/,
      expiry: 1_700_003_600
    })
    t.match(verifyKs(ksOf(1), ['old'], 101), { ok: true })
    refuse = false
    t.match(await catalogs.read(partner, '0_a', soon()), { entry: { id: '0_a' }, profile: { id: '2' } })
    const before = ksOf(asked.length - 1)
    await catalogs.read(partner, '0_a', soon())
    t.equal(ksOf(asked.length - 1), before, 'kept')
    clock.now += 3_100_000
    await catalogs.read(partner, '0_a', soon())
    t.not(ksOf(asked.length - 1), before, 'renewed before it ends')
  }
)

t.test('an app token: its hash over the widget session, tried in each hash type', async (t) => {
  const partner = partnerOf({ adminSecrets: [], appToken: { id: '0_tok', token: 'tokensecret' } })
  for (const [type, privileges, sees] of [
    ['sha1', 'sessionid:0_tok,disableentitlement', 'missing'],
    ['sha256', 'sessionid:0_tok', 'unknown']
  ] as const) {
    const { catalogs, asked } = await fakeApi(t, (calls) => {
      if (calls[0]?.service === 'appToken') {
        return calls.map((call) =>
          call.tokenHash === sha(type, 'widget-kstokensecret') && call.ks === 'widget-ks'
            ? { ks: 'token-ks', sessionType: '2', privileges, expiry: 1_700_086_400 }
            : error('INVALID_APP_TOKEN_HASH')
        )
      }
      return calls.map((_, i) =>
        i === 0 ? { ks: 'widget-ks' } : i === 3 ? error('ENTRY_ID_NOT_FOUND') : { objects: [] }
      )
    })
    t.match(await catalogs.read(partner, '0_a', soon()), { entry: sees }, `${type} ${privileges}`)
    t.equal(asked.at(-1)?.[3]?.ks, 'token-ks')
    const asks = asked.length
    await catalogs.read(partner, '0_a', soon())
    t.equal(asked.length, asks + 1, 'the session is kept')
  }
})

t.test('an app token that is refused leaves what anyone may see, is told once, and tried again later', async (t) => {
  const partner = partnerOf({ adminSecrets: [], appToken: { id: '0_tok', token: 'tokensecret' } })
  const { catalogs, asked, clock, warnings } = await fakeApi(t, (calls) =>
    calls.map((call, i) =>
      call.service === 'appToken'
        ? error('APP_TOKEN_EXPIRED')
        : i === 1
          ? { id: '0_a', partnerId: 101 }
          : { ks: 'w', objects: [{ id: '0_f', status: 2 }] }
    )
  )
  for (let i = 0; i < 3; i++) {
    const catalog = await catalogs.read(partner, '0_a', soon())
    t.match(catalog, { entry: 'unknown', profile: null, visibleFlavors: [{ id: '0_f' }] })
  }
  t.equal(asked.length, 2 + 3, 'the token is not tried for every entry')
  t.match(warnings, [/Partner 101: the app token was refused \(APP_TOKEN_EXPIRED\)/])
  t.notMatch(warnings.join(), /tokensecret/)
  clock.now += 61_000
  await catalogs.read(partner, '0_a', soon())
  t.equal(asked.length, 5 + 3)
})

t.test('a session that many were refused with at once moves to the next secret once', async (t) => {
  const { catalogs, asked } = await fakeApi(t, (calls) => {
    const good = verifyKs(String(calls[3]?.ks), ['new'], 101).ok
    const entry = { id: '0_a', partnerId: 101, accessControlId: 2 }
    return calls.map((_, i) =>
      i === 3 ? (good ? entry : error('INVALID_KS')) : i === 4 ? { id: 2, rules: [] } : { ks: 'w', objects: [] }
    )
  })
  const partner = partnerOf({ adminSecrets: ['old', 'new'] })
  const read = await Promise.all(Array.from({ length: 4 }, (_, i) => catalogs.read(partner, `0_${i}`, soon())))
  for (const catalog of read) t.match(catalog.entry, { id: '0_a' })
  t.ok(asked.length <= 8)
})

t.test(
  'the parent of an entry, whose rules apply, costs a second round trip that other entries do not have',
  async (t) => {
    const entryOf = (id: string, parentEntryId: string) => ({
      objectType: 'KalturaMediaEntry',
      id,
      partnerId: 101,
      accessControlId: 2,
      parentEntryId
    })
    const profile = { objectType: 'KalturaAccessControlProfile', id: 2, rules: [] }
    const { catalogs, asked } = await fakeApi(t, (calls) =>
      calls.length === 2
        ? [entryOf('0_parent', ''), profile]
        : [{ ks: 'k' }, entryOf('0_child', '0_parent'), { objects: [] }, entryOf('0_child', '0_parent'), profile]
    )
    const { parent } = await catalogs.read(partnerOf(), '0_child', soon())
    t.match(parent, { entry: { id: '0_parent', parentEntryId: '' }, profile: { id: '2', rules: [] } })
    t.equal(asked.length, 2)
    t.match(asked[1], [{ action: 'get', entryId: '0_parent' }, { id: '{1:result:accessControlId}' }])
    t.notMatch(asked[1]?.[0]?.ks, '{', "read with the gateway's own session")
  }
)

t.test('a parent that cannot be read is known to be unread', async (t) => {
  const child = { id: '0_child', partnerId: 101, accessControlId: 2, parentEntryId: '0_parent' }
  const { catalogs } = await fakeApi(t, (calls) =>
    calls.length === 2
      ? [error('ENTRY_ID_NOT_FOUND'), error('INVALID_OBJECT_ID')]
      : [{ ks: 'k' }, child, { objects: [] }, child, { id: 2, rules: [] }]
  )
  t.strictSame((await catalogs.read(partnerOf(), '0_child', soon())).parent, { entry: 'missing', profile: null })
})
