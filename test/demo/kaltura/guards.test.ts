import t from 'tap'
import { type CatalogData, makeEntry, makeFlavor } from '../../../src/demo/kaltura/catalog.js'
import { type AccessControlProfile, Catalog, issueKs, type Partner } from '../../../src/demo/kaltura/index.js'
import { computePlayManifest } from '../../../src/demo/kaltura/playmanifest/endpoint.js'
import { playManifest } from '../../../src/demo/kaltura/playmanifest/play-manifest.js'
import { parsePlayManifestUrl } from '../../../src/playmanifest/parse.js'

const partner: Partner = { id: 7, subpId: 700, secret: 's', adminSecret: 'a'.repeat(32), status: 1 }
const NOW = 1_800_000_000_000

const limited: AccessControlProfile = {
  id: 9,
  partnerId: 7,
  name: '',
  systemName: '',
  description: '',
  createdAt: 0,
  updatedAt: 0,
  isDefault: false,
  rules: [
    {
      actions: [
        {
          type: 5,
          deliveryProfileIds: '1',
          isBlockedList: true,
          objectType: 'KalturaAccessControlLimitDeliveryProfilesAction'
        }
      ],
      conditions: [],
      forceAdminValidation: false,
      objectType: 'KalturaRule'
    }
  ],
  objectType: 'KalturaAccessControlProfile'
}

const entries = [
  makeEntry('0_open', 7),
  makeEntry('0_hidden', 7, { entitledUsers: ['kim'] }),
  makeEntry('0_rejected', 7, { moderationStatus: 3 }),
  makeEntry('0_child', 7, { parentEntryId: '0_rejected' }),
  makeEntry('0_orphan', 7, { parentEntryId: '0_gone' }),
  makeEntry('0_limited', 7, { accessControlId: 9 })
]
const data: CatalogData = {
  partners: [partner],
  entries,
  flavors: entries.map((entry) => makeFlavor(`${entry.id}f`, entry, 'web,mbr,iphonenew,ipadnew')),
  accessControlProfiles: [limited],
  conversionProfiles: [],
  deliveryProfiles: [
    { id: 1, partnerId: 0, kind: 'akamai-http', streamerType: 'http', isDefault: true, url: '' },
    { id: 2, partnerId: 0, kind: 'packager-hls', streamerType: 'applehttp', isDefault: true, url: '/hls' }
  ],
  flavorParams: []
}
const options = { catalog: new Catalog(data), cdnBaseUrl: 'http://cdn.example', now: () => NOW }

function ask(entryId: string, format = 'url', privileges: string | null = null, userId = ''): string {
  const url = `/p/7/sp/700/playManifest/entryId/${entryId}/format/${format}/a.mp4`
  const parsed = parsePlayManifestUrl(url)
  if (!parsed.ok) throw new Error('not parsed')
  const ks = privileges === null ? '' : issueKs(partner, { type: 0, userId, expiry: NOW / 1000 + 60, privileges })
  const { status, headers } = playManifest(options, {
    method: 'GET',
    url,
    params: parsed.request.effective,
    callback: null,
    ks,
    ip: '198.51.100.1',
    userAgent: '',
    referer: '',
    origin: '',
    apiBase: 'http://api.example'
  })
  return headers['x-kaltura'] ?? String(status)
}

t.test('category privacy: not entitled is not found', async (t) => {
  t.equal(ask('0_open'), '302')
  t.equal(ask('0_hidden'), 'error-1')
  t.equal(ask('0_hidden', 'url', 'view:*,widget:1'), 'error-1')
  t.equal(ask('0_hidden', 'url', 'sview:*', 'lee'), 'error-1')
  t.equal(ask('0_hidden', 'url', 'sview:*', 'kim'), '302')
  t.equal(ask('0_hidden', 'url', 'disableentitlement'), '302')
})

t.test('a child entry is guarded by its parent', async (t) => {
  t.equal(ask('0_child'), 'error-13')
  t.equal(ask('0_child', 'url', 'sview:0_rejected', 'kim'), '302', 'sview of the parent counts')
  t.equal(ask('0_orphan'), 'error-42')
})

t.test('delivery profiles may be limited by a rule', async (t) => {
  t.equal(ask('0_limited'), 'error-25')
  t.equal(ask('0_limited', 'applehttp'), '200')
})

t.test("an account's country block is told by an error alone; forced caching hides what took part", async (t) => {
  const request = (entryId: string, ip: string) => {
    const url = `/p/7/sp/700/playManifest/entryId/${entryId}/format/applehttp/a.m3u8`
    const headers = { host: 'api.example' }
    return { method: 'GET', url, headers, ip, body: '' }
  }
  const country = (ip: string) => (ip === '192.0.2.1' ? 'DE' : 'US')
  const blocking = new Catalog({ ...data, partners: [{ ...partner, blockedCountries: ['US'] }] })
  const blocked = computePlayManifest({ ...options, catalog: blocking, country }, request('0_open', '198.51.100.1'))
  t.match(blocked, { status: 404, headers: { 'x-kaltura': 'error-16' } })
  const home = computePlayManifest({ ...options, catalog: blocking, country }, request('0_open', '192.0.2.1'))
  t.match(home, { status: 200, headers: { 'cache-control': /max-age=60/ } }, 'and says nothing of the viewer')

  const plain = computePlayManifest(options, request('0_limited', '192.0.2.1'))
  t.match(plain.headers, { 'x-kaltura-acp': '9 0' })
  const forced = computePlayManifest({ ...options, forcesCaching: true }, request('0_limited', '192.0.2.1'))
  t.match(forced.headers, { 'cache-control': /max-age=60/ })
  t.notOk(forced.headers['x-kaltura-acp'])
})
