import t, { type Test } from 'tap'
import { GrantClient } from '../../src/kaltura/grant-client.js'
import { AllowedHosts } from '../../src/kaltura/hosts.js'
import { Locations } from '../../src/kaltura/locations.js'
import { makeKsV1, makeKsV2 } from '../../src/viewer/ks.js'
import { type Call, fakeApi, partnerOf } from '../helpers/fake-api.js'

const SUBJECT = { entryId: '0_entry', flavorId: '0_flavor' }
const ENTRY = { id: '0_entry', partnerId: 101, type: 1 }
const FLAVOR = { id: '0_flavor', entryId: '0_entry', partnerId: 101, status: 2 }
const GOOD = 'https://cdn.example.com/p/101/sp/10100/serveFlavor/entryId/0_entry/v/1/flavorId/0_flavor/name/a.mp4'
const error = (code: string) => ({ code, message: code, objectType: 'KalturaAPIException' })

async function client(t: Test, answer: (calls: Call[]) => unknown) {
  const { api, sessions, asked } = await fakeApi(t, answer)
  const hosts = new AllowedHosts([], ['cdn.example.com'])
  return { asked, grants: new GrantClient(api, sessions, new Locations('https://k.example', hosts), 5000) }
}

t.test('entry, flavor and URL are asked for in one round trip, with a session of our own', async (t) => {
  const { grants, asked } = await client(t, () => [ENTRY, FLAVOR, GOOD])
  t.strictSame(await grants.url(partnerOf(), SUBJECT), { kind: 'url', location: GOOD })
  t.match(asked, [
    [
      { service: 'baseEntry', action: 'get', entryId: '0_entry', ks: /^djJ8/ },
      { service: 'flavorAsset', action: 'get', id: '0_flavor' },
      { service: 'flavorAsset', action: 'getUrl', id: '0_flavor' }
    ]
  ])
})

t.test('an address with blanks in it is handed out as it was read', async (t) => {
  const { grants } = await client(t, () => [ENTRY, FLAVOR, 'https://cdn.example.com/fileName/my video/a.mp4'])
  t.match(await grants.url(partnerOf(), SUBJECT), { location: 'https://cdn.example.com/fileName/my%20video/a.mp4' })
})

t.test('what must not be handed out is not', async (t) => {
  let url = ''
  const { grants } = await client(t, () => [ENTRY, FLAVOR, url])
  const session = { partnerId: 101, secret: 's', expiry: 2_000_000_000 }
  for (const [given, reason] of [
    [`https://cdn.example.com/download/flavor/0_flavor/ks/${makeKsV2(session)}`, /holds a KS/],
    [`${GOOD}?ks=abc`, /holds a KS/],
    [`${GOOD}?x=${encodeURIComponent(makeKsV1(session))}`, /holds a KS/],
    ['https://elsewhere.example/a.mp4', /ALLOWED_HOSTS/],
    ['https://cdn.example.com@elsewhere.example/a.mp4', /ALLOWED_HOSTS/],
    ['https://user@cdn.example.com/a.mp4', /ALLOWED_HOSTS/],
    ['https://cdn.example.com:8443/a.mp4', /ALLOWED_HOSTS/],
    [`${GOOD}?${'A'.repeat(5_000_000)}`, /longer than any/],
    ['javascript:alert(1)', /not http/],
    ['ftp://cdn.example.com/a.mp4', /not http/],
    ['//cdn.example.com/a.mp4', /no URL/],
    ['/p/101/a.mp4', /no URL/],
    ['', /no URL/],
    [GOOD.replace('a.mp4', 'a.mp4/index.m3u8'), /manifest/],
    [`${GOOD.replace('a.mp4', 'a.mp4.urlset/manifest.mpd')}?x=1`, /manifest/]
  ] as const) {
    url = given
    t.match(await grants.url(partnerOf(), SUBJECT), { kind: 'unsafe', reason }, given)
  }
})

t.test('what does not belong together is an error of Kaltura; what is no answer is a failure', async (t) => {
  let answers: unknown[] = []
  const { grants } = await client(t, () => answers)
  for (const [given, expected] of [
    [[error('ENTRY_ID_NOT_FOUND'), FLAVOR, GOOD], { kind: 'error', code: 1 }],
    [[{ ...ENTRY, partnerId: 102 }, FLAVOR, GOOD], { kind: 'error', code: 1 }],
    [[{ ...ENTRY, id: '0_other' }, FLAVOR, GOOD], { kind: 'error', code: 1 }],
    [[ENTRY, error('FLAVOR_ASSET_ID_NOT_FOUND'), GOOD], { kind: 'error', code: 6 }],
    [[ENTRY, { ...FLAVOR, entryId: '0_other' }, GOOD], { kind: 'error', code: 6 }],
    [[ENTRY, { ...FLAVOR, partnerId: 102 }, GOOD], { kind: 'error', code: 6 }],
    [[ENTRY, { ...FLAVOR, id: '0_other' }, GOOD], { kind: 'error', code: 6 }],
    [[ENTRY, { ...FLAVOR, status: 1 }, error('FLAVOR_ASSET_IS_NOT_READY')], { kind: 'error', code: 6 }],
    [[ENTRY, error('SERVICE_FORBIDDEN'), GOOD], { kind: 'failed', reason: /SERVICE_FORBIDDEN/ }],
    [[ENTRY, FLAVOR, error('SOMETHING')], { kind: 'failed', reason: /SOMETHING/ }],
    [[ENTRY, FLAVOR, null], { kind: 'failed' }],
    [[ENTRY, 'x', GOOD], { kind: 'failed' }],
    [[ENTRY, FLAVOR], { kind: 'failed', reason: /another number/ }],
    [[ENTRY, FLAVOR, error('INTERNAL_SERVER_ERROR')], { kind: 'failed' }]
  ] as [unknown[], object][]) {
    answers = given
    t.match(await grants.url(partnerOf(), SUBJECT), expected, JSON.stringify(given))
  }
})

t.test('without an admin credential nothing is granted', async (t) => {
  const { grants, asked } = await client(t, () => [ENTRY, FLAVOR, GOOD])
  t.match(await grants.url(partnerOf({ adminSecrets: [] }), SUBJECT), { kind: 'failed', reason: /credential/ })
  t.equal(asked.length, 0)
})
