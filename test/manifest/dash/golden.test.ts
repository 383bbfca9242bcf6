import t from 'tap'
import {
  absolutizeMpd,
  filterRepresentations,
  isLocationOnly,
  listMpdUris,
  mpdLocations
} from '../../../src/manifest/dash/index.js'
import { type GoldenCase, goldenCases } from '../golden.js'
import { playableUrls } from './mpd-reader.js'

const cases = goldenCases('dash', 'mpd')

function run(golden: GoldenCase, text: string): string | null {
  if (golden.operation === 'absolutize') return absolutizeMpd(text, golden.baseUrl)
  const { keepIds, dropIds } = golden
  return filterRepresentations(text, ({ id }) => (keepIds ? keepIds.includes(id) : !dropIds?.includes(id)))
}

for (const golden of cases) {
  t.test(golden.name, async (t) => {
    const { input, expected, baseUrl } = golden
    const output = run(golden, input)
    t.equal(output, expected)
    t.equal(output === null, golden.nothingLeft ?? false)
    t.strictSame(mpdLocations(input), golden.locations ?? [])
    t.equal(isLocationOnly(input), golden.locationOnly ?? false)
    if (golden.uris) t.strictSame(listMpdUris(input), golden.uris)
    if (output === null) return
    t.equal(run(golden, output), output, 'a second time changes nothing')
    if (golden.operation === 'filter') return
    const elsewhere = 'https://gateway.example.net/some/where.mpd?else=1'
    t.strictSame(playableUrls(output, elsewhere), playableUrls(input, baseUrl), 'resolves the same from elsewhere')
    t.equal(absolutizeMpd(output, elsewhere), output)
  })
}

t.test('there are cases', async (t) => t.ok(cases.length >= 10))
