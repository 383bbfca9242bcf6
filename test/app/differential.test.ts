import fc from 'fast-check'
import t from 'tap'
import { DEMO_ENTRIES } from '../../src/demo/kaltura/index.js'
import { BASE, USER_AGENTS, withGateway } from '../helpers/gateway.js'

/** What a client finally gets, redirects to Kaltura's own playManifest followed. */
interface Final {
  status: number
  location: string
  body: string
  error: string
}

t.test('for any URL a client finally gets through the gateway what Kaltura itself gives', async (t) => {
  const { kalturaUrl, gatewayUrl } = await withGateway(t)
  const final = async (base: string, path: string): Promise<Final> => {
    let url = base + path
    for (;;) {
      const answer = await fetch(url, { redirect: 'manual', headers: { 'user-agent': USER_AGENTS.desktop } })
      const location = answer.headers.get('location') ?? ''
      const body = await answer.text()
      if (location.startsWith(`${kalturaUrl}/p/`) && location.includes('/playManifest/')) url = location
      else {
        const error = answer.headers.get('x-kaltura-app') ?? ''
        return { status: answer.status, location, error, body: answer.status === 200 ? body : '' }
      }
    }
  }
  const entry = fc.constantFrom(
    ...Object.values(DEMO_ENTRIES).filter((id) => id !== DEMO_ENTRIES.otherPartner),
    '0_nosuch99'
  )
  const name = (long: string, short: string) => fc.constantFrom(long, short)
  const flavors = fc.subarray(['0_publv180', '0_publv270', '0_publv360', '0_publv540', '0_publades', '0_wrong'], {
    minLength: 1
  })
  const pair = fc.oneof(
    fc.tuple(
      name('flavorIds', 'fs'),
      flavors.map((ids) => ids.join())
    ),
    fc.tuple(name('flavorId', 'fi'), fc.constantFrom('0_publv360', '0_publaden', '0_wrong')),
    fc.tuple(name('flavorParamIds', 'fps'), fc.constantFrom('0', '2,4', '5', '99', '02')),
    fc.tuple(name('tags', 't'), fc.constantFrom('ipad', 'nosuch', 'nosuch,mbr', 'iphonenew', 'web')),
    fc.tuple(name('maxBitrate', 'mb'), fc.constantFrom('200', '500', '1e3', '0', 'abc', '-1')),
    fc.tuple(name('minBitrate', 'mib'), fc.constantFrom('200', '99999', 'x')),
    fc.tuple(name('preferredBitrate', 'pb'), fc.constantFrom('300', '1')),
    fc.tuple(name('clipTo', 'ct'), fc.constantFrom('5000', '.', '..')),
    fc.tuple(name('seekFrom', 'sf'), fc.constantFrom('1000', '0')),
    fc.tuple(fc.constant('tracks'), fc.constantFrom('v1-a1', 'index.php')),
    fc.tuple(fc.constant('responseFormat'), fc.constantFrom('json', 'm3u8', 'redirect', 'bogus', 'f4m')),
    fc.tuple(fc.constant('deliveryProfileId'), fc.constantFrom('1004', '1001', '999')),
    fc.tuple(fc.constant('x'), fc.constantFrom('y', ''))
  )
  const format = fc.constantFrom('url', 'download', 'applehttp', 'mpegdash', 'http', 'hds', 'bogus')
  const url = fc
    .record({
      entry,
      format,
      path: fc.array(pair, { maxLength: 3 }),
      query: fc.array(pair, { maxLength: 2 }),
      file: fc.constantFrom('', '/a.m3u8', '/a.mp4')
    })
    .map(({ entry, format, path, query, file }) => {
      // A dot segment in the path is refused here and resolved by web servers; in the query it is a value.
      const pairs = path.filter(([, value]) => !/^\.{1,2}$/.test(value)).map(([key, value]) => `/${key}/${value}`)
      const search = query.map(([key, value]) => `${key}=${value}`).join('&')
      return `${BASE}/entryId/${entry}/format/${format}/protocol/http${pairs.join('')}${file}${search === '' ? '' : `?${search}`}`
    })
  let compared = 0
  await fc.assert(
    fc.asyncProperty(url, async (path) => {
      compared++
      const [ours, theirs] = [await final(gatewayUrl, path), await final(kalturaUrl, path)]
      for (const field of ['status', 'location', 'error', 'body'] as const) {
        if (ours[field] !== theirs[field])
          throw new Error(`${path}: ${field}: ${ours[field]} instead of ${theirs[field]}`)
      }
    }),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 400), endOnFailure: true }
  )
  t.ok(compared >= 400)
})
