import t from 'tap'
import { buildCdn } from '../../../src/demo/cdn/build-cdn.js'
import { DEMO_ENTRIES, demoCatalog, mediaLookup } from '../../../src/demo/kaltura/index.js'
import { mediaFiles } from '../../../src/demo/media-files.js'
import { READY } from '../../../src/flavors/flavor-asset.js'
import { selectByLevels } from '../../../src/flavors/tag-levels.js'
import { demoServer, listen } from './demo-server.js'

const catalog = demoCatalog()

t.test('every ready flavor has a medium and states its facts', async (t) => {
  const lookup = mediaLookup(catalog)
  for (const flavor of catalog.flavors.values()) {
    if (flavor.status !== READY || flavor.isLive) continue
    const key = lookup(flavor.entryId, flavor.id)
    t.ok(key, flavor.id)
    const medium = mediaFiles[key!]
    t.match(flavor, { width: medium.width, height: medium.height, sizeInBytes: medium.bytes }, flavor.id)
    if (flavor.entryId !== DEMO_ENTRIES.nearDuplicates) t.equal(flavor.bitrate, medium.kbps)
  }
  t.equal(lookup(DEMO_ENTRIES.public, '0_nothing1'), undefined)
  t.equal(lookup('0_nothing1', '0_publv180'), undefined, 'a flavor of another entry')
})

t.test('ids are unique and shaped like Kaltura’s', async (t) => {
  for (const id of [...catalog.entries.keys(), ...catalog.flavors.keys()]) t.match(id, /^0_[a-z0-9]{8}$/)
})

t.test('each device class of the documented rules gets another set', async (t) => {
  const ready = catalog.flavorsOf(DEMO_ENTRIES.public).filter((flavor) => flavor.status === READY)
  const ids = (levels: string[][], keep = (_: (typeof ready)[number]) => true): string =>
    selectByLevels(ready, levels)
      .filter(keep)
      .map((flavor) => flavor.id)
      .join()
  const isVideo = (flavor: (typeof ready)[number]): boolean => flavor.width > 0
  const sets = [
    ids([['ipadnew']]),
    ids([['iphonenew']]),
    ids([['iphonenew']], isVideo),
    ids([['mbr']]),
    ids([['dash']])
  ]
  t.equal(new Set(sets).size, sets.length, sets.join(' | '))
})

t.test('entries answer as their names say', async (t) => {
  const { play } = await demoServer(t)
  const expected: [string, string | null][] = [
    [DEMO_ENTRIES.public, null],
    [DEMO_ENTRIES.audioOnly, null],
    [DEMO_ENTRIES.nearDuplicates, null],
    [DEMO_ENTRIES.liveOnAir, null],
    [DEMO_ENTRIES.otherPartner, null],
    [DEMO_ENTRIES.ksProtected, 'error-3'],
    [DEMO_ENTRIES.ipRestricted, 'error-3'],
    [DEMO_ENTRIES.siteRestricted, 'error-3'],
    [DEMO_ENTRIES.liveOffAir, 'error-36'],
    [DEMO_ENTRIES.deleted, 'error-1'],
    [DEMO_ENTRIES.converting, 'error-6'],
    [DEMO_ENTRIES.scheduled, 'error-2'],
    [DEMO_ENTRIES.rejected, 'error-13']
  ]
  t.equal(expected.length, Object.keys(DEMO_ENTRIES).length)
  for (const [id, error] of expected) {
    const answer = await play(`entryId/${id}/format/applehttp/protocol/http/a.m3u8`)
    t.equal(answer.headers.get('x-kaltura'), error, id)
    t.equal(answer.status, error === null ? 200 : 404, id)
    await answer.text()
  }
  const near = await (await play(`entryId/${DEMO_ENTRIES.nearDuplicates}/format/applehttp`)).text()
  t.notMatch(near, /v360/)
  t.match(near, /v540/)
  const live = await (await play(`entryId/${DEMO_ENTRIES.liveOnAir}/format/applehttp`)).text()
  t.match(live, /\/live\/hls\/p\/101\/e\/0_lvonair1\/tl\/main\/st\/0\/t\/[\w-]{22}\/index-s36\.m3u8/)
})

t.test('what playManifest answers plays from the CDN', async (t) => {
  const cdn = await listen(t, buildCdn({ lookup: mediaLookup(catalog) }))
  const { play } = await demoServer(t, { catalog, cdnBaseUrl: cdn, cdnScheme: 'base' })
  const entry = `entryId/${DEMO_ENTRIES.public}/protocol/https`
  const targets = [
    'format/url',
    'format/download',
    'format/mpegdash',
    'format/applehttp/deliveryProfileId/1004',
    'format/url/clipTo/2000'
  ]
  for (const rest of targets) {
    const location = (await play(`${entry}/${rest}`)).headers.get('location') ?? ''
    t.ok(location.startsWith(cdn), location)
    t.equal((await fetch(location, { method: 'HEAD' })).status, 200, location)
  }
  const master = await (await play(`${entry}/format/applehttp/a.m3u8`)).text()
  const urls = [...master.matchAll(/^http.*$|(?<=URI=")[^"]+/gm)].map(([url]) => url)
  t.equal(urls.length, 8, 'four videos, two languages and their captions')
  for (const url of urls) t.match(await (await fetch(url)).text(), /^#EXTM3U/, url)
})
